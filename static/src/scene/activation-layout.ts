/** Layout of the activation figures for a given width. */

import type { Box } from './box';

const LEFT = 44; // for the numbers beside an axis
const RIGHT = 8;
const LEGEND = { width: 168, height: 22 };
const AXIS = 40; // below a plot: ticks and the name of the axis
const HEAD = 26; // above a plot: its name

export interface Legend {
  /** Position of each function's line in the legend. */
  places: { x: number; y: number }[];
  height: number;
}

/** Lines of the legend in as many columns as fit. */
export function legend(count: number, width: number): Legend {
  const columns = Math.max(1, Math.floor(width / LEGEND.width));
  const places = Array.from({ length: count }, (_, index) => ({
    x: (index % columns) * LEGEND.width,
    y: Math.floor(index / columns) * LEGEND.height,
  }));
  return { places, height: Math.ceil(count / columns) * LEGEND.height };
}

export interface Plots {
  width: number;
  height: number;
  legend: Legend;
  upper: Box;
  lower: Box;
}

/** Two plots above one axis, with the legend on top. */
export function plots(width: number, count: number, share: { upper: number; lower: number }): Plots {
  const lines = legend(count, width);
  const inner = Math.max(120, width - LEFT - RIGHT);
  const upper = {
    x: LEFT,
    y: lines.height + HEAD,
    width: inner,
    height: Math.round(Math.min(360, Math.max(190, inner * share.upper))),
  };
  const lower = {
    x: LEFT,
    y: upper.y + upper.height + AXIS + HEAD,
    width: inner,
    height: Math.round(Math.min(200, Math.max(96, inner * share.lower))),
  };
  return { width, height: lower.y + lower.height + AXIS, legend: lines, upper, lower };
}

export interface Tile extends Box {
  map: number;
}

export interface Maps {
  width: number;
  height: number;
  /** Pixels per cell of the large maps. */
  cell: number;
  before: Box;
  after: Box;
  curve: Box;
  /** Small tiles of all maps after the function, in rows. */
  tiles: Tile[];
  tileCell: number;
  tilesHead: number;
}

const WIDE = 640;
const LARGEST = 366; // side of a large map
const SCALE = 44; // height of the legend below a large map
const CAPTION = 22; // height of the name above a large map
const TILE = 56;
const UNDER = 18; // height of the share of zeros below a tile
const SHARE = 44; // width of the text below a tile
const FLATTEST = 160; // least height of the function beside flat maps
const GAP = 12;

interface Sides {
  height: number;
  width: number;
}

/** Map before, function and map after in one row, or the function below both in a narrow figure. */
export function maps(width: number, { height: rows, width: cols }: Sides, count: number): Maps {
  const wide = width >= WIDE;
  const room = wide ? Math.min(LARGEST, (width - 88) / 3) : Math.min(LARGEST, (width - GAP) / 2);
  const side = Math.max(rows, cols);
  const cell = Math.max(1, Math.floor(room / side));
  const [tall, size] = [cell * rows, cell * cols];
  const before = { x: 0, y: CAPTION, width: size, height: tall };
  const after = { x: width - size, y: CAPTION, width: size, height: tall };
  const floor = CAPTION + Math.max(tall, wide ? FLATTEST : 0) + SCALE;
  const curve = wide
    ? { x: size + LEFT + 12, y: CAPTION + 4, width: width - 2 * size - LEFT - 44, height: Math.max(tall, FLATTEST) - 8 }
    : { x: LEFT, y: floor + HEAD, width: width - LEFT - RIGHT, height: 180 };
  const tilesHead = (wide ? floor : curve.y + curve.height + AXIS) + 20;
  const tileCell = Math.max(1, Math.floor(TILE / side));
  const [high, tile] = [tileCell * rows, tileCell * cols];
  const columns = Math.max(1, Math.floor((width + GAP) / (Math.max(tile, SHARE) + GAP)));
  const tiles = Array.from({ length: count }, (_, map) => ({
    map,
    x: (map % columns) * (Math.max(tile, SHARE) + GAP),
    y: tilesHead + 10 + Math.floor(map / columns) * (high + UNDER + GAP),
    width: tile,
    height: high,
  }));
  const last = tiles.at(-1);
  return {
    width,
    height: (last?.y ?? tilesHead) + high + UNDER + 4,
    cell,
    before,
    after,
    curve,
    tiles,
    tileCell,
    tilesHead,
  };
}
