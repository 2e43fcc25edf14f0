/** Where the parts of the activation figures stand, for the width that there is. */

import type { Box } from './box';

const LEFT = 44; // for the numbers beside an axis
const RIGHT = 8;
const LEGEND = { width: 168, height: 22 };
const AXIS = 40; // below a plot: ticks and the name of the axis
const HEAD = 26; // above a plot: its name

export interface Legend {
  /** Where each function's line of the legend begins. */
  places: { x: number; y: number }[];
  height: number;
}

/** Lines of a legend in as many columns as fit. */
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

/** Two plots over one axis, with the legend above them. */
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
  /** Pixels for a cell of the large maps. */
  cell: number;
  before: Box;
  after: Box;
  curve: Box;
  /** All maps of the layer after the function, small, in rows. */
  tiles: Tile[];
  tileCell: number;
  tilesHead: number;
}

const WIDE = 640;
const LARGEST = 366; // of a large map
const SCALE = 44; // below a large map: its legend
const CAPTION = 22; // above a map: its name
const TILE = 56;
const UNDER = 18; // below a tile: its share of zeros
const SHARE = 44; // for what is written under a tile
const FLATTEST = 160; // of the function beside flat maps
const GAP = 12;

interface Sides {
  height: number;
  width: number;
}

/** The map before, the function, the map after: in a row where there is room, else the function below them. */
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
