/** Layout of the normalization figures: tiles before, tiles after, panels below. */

import type { Box } from './box';

const GAP = 10;
const HEAD = 24; // height of the name above a row of tiles
const SCALE = 40; // height of the legend below the tiles
const LEFT = 44; // width of the y axis labels of a panel
const RIGHT = 8;
const TOP = 30; // height of the name of a panel
const AXIS = 40; // height of ticks and axis name of a panel
const PANEL = 176;
const LARGEST = 200; // largest side of a tile, and a seventh of the figure
const TALLEST = 240; // largest height of a tile
const SMALLEST = 54; // least longer side of a tile

interface Sides {
  height: number;
  width: number;
}

export interface Layout {
  width: number;
  height: number;
  /** Pixels per cell of a tile. */
  cell: number;
  before: Box[];
  after: Box[];
  /** Positions of the names of both groups of tiles, and of the legends below. */
  heads: [number, number];
  scales: [number, number];
  panels: Box[];
}

/** The fewest rows of tiles with whole pixels per cell and a visible size. */
export function grid(count: number, { height, width: cols }: Sides, width: number): { columns: number; cell: number } {
  for (let rows = 1; rows < count; rows += 1) {
    const columns = Math.ceil(count / rows);
    const room = Math.min(LARGEST, Math.max(112, width / 7), (width + GAP) / columns - GAP) - 1;
    const cell = Math.min(Math.floor(room / cols), Math.floor(TALLEST / height));
    if (cell >= 1 && cell * Math.max(height, cols) >= SMALLEST) return { columns, cell };
  }
  const room = Math.min(LARGEST, Math.max(112, width / 7));
  return { columns: 1, cell: Math.max(1, Math.floor(room / Math.max(height, cols))) };
}

/** Number of panels side by side. */
function abreast(width: number, panels: number): number {
  if (width >= 900) return panels;
  return width >= 600 ? Math.min(2, panels) : 1;
}

export function arrangement(width: number, count: number, sides: Sides, panels: number): Layout {
  const { columns, cell } = grid(count, sides, width);
  const [high, tile] = [cell * sides.height, cell * sides.width];
  const rows = Math.ceil(count / columns);
  const group = (top: number) =>
    Array.from({ length: count }, (_, index): Box => ({
      x: (index % columns) * (tile + GAP),
      y: top + HEAD + Math.floor(index / columns) * (high + GAP),
      width: tile,
      height: high,
    }));
  const tall = HEAD + rows * (high + GAP) - GAP + SCALE;
  const across = abreast(width, panels);
  const room = width / across;
  const down = TOP + PANEL + AXIS;
  const boxes = Array.from({ length: panels }, (_, index): Box => ({
    x: (index % across) * room + LEFT,
    y: 2 * tall + TOP + Math.floor(index / across) * down,
    width: room - LEFT - RIGHT - (index % across < across - 1 ? GAP : 0),
    height: PANEL,
  }));
  return {
    width,
    height: 2 * tall + Math.ceil(panels / across) * down,
    cell,
    before: group(0),
    after: group(tall),
    heads: [HEAD - 8, tall + HEAD - 8],
    scales: [tall - SCALE + 8, 2 * tall - SCALE + 8],
    panels: boxes,
  };
}

/** Both halves of a panel, stacked, with a gap for a name. */
export function halves(panel: Box, between = 22): [Box, Box] {
  const height = (panel.height - between) / 2;
  return [
    { ...panel, height },
    { ...panel, y: panel.y + height + between, height },
  ];
}
