/** Where the parts of the normalization figures stand: tiles before, tiles after, and the panels below them. */

import type { Box } from './box';

const GAP = 10;
const HEAD = 24; // above a row of tiles: its name
const SCALE = 40; // below the tiles: their legend
const LEFT = 44; // of a panel: the numbers beside its axis
const RIGHT = 8;
const TOP = 30; // of a panel: its name
const AXIS = 40; // of a panel: ticks and the name of the axis
const PANEL = 176;
const LARGEST = 200; // of a tile, and a seventh of the figure
const TALLEST = 240; // of a tile
const SMALLEST = 54; // of its longer side

interface Sides {
  height: number;
  width: number;
}

export interface Layout {
  width: number;
  height: number;
  /** Pixels for a cell of a tile. */
  cell: number;
  before: Box[];
  after: Box[];
  /** Where the names of both groups of tiles stand, and the legends below them. */
  heads: [number, number];
  scales: [number, number];
  panels: Box[];
}

/** The fewest rows in which tiles of whole pixels for a cell, not too small to be seen, fit. */
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

/** How many panels stand side by side. */
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
  const places = Array.from({ length: panels }, (_, index): Box => ({
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
    panels: places,
  };
}

/** Both halves of a panel, one above the other, with room between them for a name. */
export function halves(panel: Box, between = 22): [Box, Box] {
  const height = (panel.height - between) / 2;
  return [
    { ...panel, height },
    { ...panel, y: panel.y + height + between, height },
  ];
}
