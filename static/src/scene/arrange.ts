/** Where everything of the network figure stands: columns of maps beside the drawing, or below it where it is narrow. */

import { contains, type Box } from './box';
import type { Column } from './column';

/** The room there is, in CSS pixels; every box that comes back is in whole device pixels. */
export interface Room {
  width: number;
  /** What can be seen without scrolling; the figure stays within it where it can. */
  height: number;
  ratio: number;
  /** The drawing with its tools, as large as it turned out. */
  surface: { width: number; height: number };
  /** The least that the scores need. */
  scores: { width: number; height: number };
  /** Sides of the picture that the network reads. */
  input: { width: number; height: number };
}

export interface Tile {
  layer: string;
  map: number;
  box: Box;
  /** The kernels drawn below a map, where the layer reads one picture only. */
  kernel: Box | null;
}

export interface Block {
  column: Column;
  head: Box;
  /** Around all tiles. */
  box: Box;
  legend: Box;
  tiles: Tile[];
  /** Device pixels for one value. */
  cell: number;
  /** Tiles side by side. */
  across: number;
}

export interface Scene {
  mode: 'wide' | 'tall';
  ratio: number;
  width: number;
  height: number;
  surface: Box;
  input: { head: Box; tile: Tile; cell: number };
  blocks: Block[];
  scores: Box;
}

/** Below this many CSS pixels the layers run downwards. */
export const WIDE = 960;

const HEAD = 84; // name, shape and operation, a line each
const LEGEND = 30;
const KERNEL_LEGEND = 44; // with a word below the numbers
const GAP_BETWEEN_TILES = 8;
const LEAST_GAP = 22; // between columns, for the lines that join them
const TIGHT_GAP = 14; // where a value of a map would otherwise have less than LEAST_CELL
const LEAST_CELL = 2; // CSS pixels
const MOST_GAP = 88;
const LEAST_COLUMN = 68; // so that a head fits over a column
const UNIT = 12; // a value of a vector, at the usual cell of 4
const AIR = 20;
const EDGE = 2; // so that the frame of a tile at the edge is seen

interface Tiling {
  across: number;
  down: number;
  width: number;
  height: number;
  side: { width: number; height: number };
  gap: number;
  /** Height of a kernel below its map, with its gap; 0 where none is drawn. */
  below: number;
  cell: number;
  kernelCell: number;
}

function divisors(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1).filter((part) => count % part === 0);
}

/** Whether a layer's kernels are few enough to stand below its maps: one for each map. */
export function showsKernels(column: Column): boolean {
  return column.from === 'input' && !column.vector && column.facts.kernel != null;
}

function tiling(column: Column, across: number, cell: number, unit: number, ratio: number): Tiling {
  const side = column.vector ? unit : cell;
  const width = column.width * side;
  const height = column.height * side;
  const least = Math.round((column.width >= 8 ? GAP_BETWEEN_TILES : GAP_BETWEEN_TILES / 2) * ratio);
  const gap = column.vector ? 0 : Math.max(least, cell);
  const kernelCell = Math.max(cell, Math.floor(cell * 1.5));
  const below = showsKernels(column)
    ? Math.round(4 * ratio) + (column.facts.kernel?.[0] ?? 0) * kernelCell + Math.round(4 * ratio)
    : 0;
  const down = Math.ceil(column.count / across);
  return {
    across,
    down,
    width: across * width + (across - 1) * gap,
    height: down * (height + below) + (down - 1) * gap,
    side: { width, height },
    gap,
    below,
    cell: side,
    kernelCell,
  };
}

/** The narrowest tiling that is not higher than `most`. */
function narrowest(column: Column, cell: number, unit: number, most: number, ratio: number): Tiling | null {
  for (const across of divisors(column.count)) {
    const found = tiling(column, across, cell, unit, ratio);
    if (found.height <= most) return found;
  }
  return null;
}

function tiles(column: Column, tiled: Tiling, x: number, y: number, ratio: number): Tile[] {
  return Array.from({ length: column.count }, (_, map) => {
    const left = x + (map % tiled.across) * (tiled.side.width + tiled.gap);
    const top = y + Math.floor(map / tiled.across) * (tiled.side.height + tiled.below + tiled.gap);
    const kernel = column.facts.kernel ?? [0, 0];
    return {
      layer: column.shown,
      map,
      box: { x: left, y: top, width: tiled.side.width, height: tiled.side.height },
      kernel:
        tiled.below === 0
          ? null
          : {
              x: left,
              y: top + tiled.side.height + Math.round(4 * ratio),
              width: (kernel[1] ?? 0) * tiled.kernelCell,
              height: (kernel[0] ?? 0) * tiled.kernelCell,
            },
    };
  });
}

/** The columns that stand in the figure; the output is drawn as scores. */
export function drawn(all: readonly Column[]): Column[] {
  return all.slice(0, -1);
}

export function arrange(all: readonly Column[], room: Room): Scene {
  return room.width >= WIDE ? wide(drawn(all), room) : tall(drawn(all), room);
}

function wide(columns: readonly Column[], room: Room): Scene {
  const { ratio } = room;
  const px = (length: number) => Math.round(length * ratio);
  const width = Math.floor(room.width * ratio);
  const head = px(HEAD);
  const legendOf = (column: Column) => px(showsKernels(column) ? KERNEL_LEGEND : LEGEND);
  const left = px(room.surface.width) + px(AIR);
  const right = px(room.scores.width) + px(AIR);
  const free = width - left - right;
  const most = Math.max(px(340), Math.floor(room.height * ratio) - head - px(KERNEL_LEGEND));
  const outer = (tiled: Tiling) => Math.max(tiled.width, px(LEAST_COLUMN));
  const over = (found: readonly Tiling[]) => free - found.reduce((sum, tiled) => sum + outer(tiled), 0);

  let cell = Math.max(1, Math.floor(16 * ratio));
  let found: Tiling[] = [];
  for (; cell >= 1; cell -= 1) {
    const unit = Math.max(1, Math.floor((cell * UNIT) / 4));
    const maps = columns.filter((column) => !column.vector).map((column) => narrowest(column, cell, unit, most, ratio));
    // Units stand no higher than the maps of the later layers, so that the columns end together.
    const usual = Math.max(px(240), ...maps.slice(1).map((tiled) => tiled?.height ?? 0));
    const fits = columns.map((column) =>
      narrowest(column, cell, unit, column.vector ? Math.min(usual, most) : most, ratio),
    );
    found = fits.filter((tiled) => tiled !== null);
    const least = px(cell > LEAST_CELL * ratio ? LEAST_GAP : TIGHT_GAP);
    if (found.length === columns.length && over(found) >= columns.length * least) break;
  }
  cell = Math.max(1, cell);
  if (found.length < columns.length) {
    found = columns.map((column) => tiling(column, divisors(column.count).at(-1) ?? 1, 1, 1, ratio));
  }

  const gap = Math.min(px(MOST_GAP), Math.floor(Math.max(0, over(found)) / Math.max(1, columns.length)));
  const spare = Math.max(0, over(found) - gap * columns.length);
  const highest = Math.max(0, ...found.map((tiled) => tiled.height));
  let x = left + gap - px(AIR) + Math.floor(spare / 2);
  const blocks = columns.map((column, index): Block => {
    const tiled = found[index] ?? tiling(column, 1, 1, 1, ratio);
    const block = {
      column,
      head: { x, y: 0, width: outer(tiled), height: head },
      box: { x, y: head, width: tiled.width, height: tiled.height },
      legend: { x, y: head + tiled.height, width: outer(tiled), height: legendOf(column) },
      tiles: tiles(column, tiled, x, head, ratio),
      cell: tiled.cell,
      across: tiled.across,
    };
    x += outer(tiled) + gap;
    return block;
  });

  const surface = { x: 0, y: 0, width: px(room.surface.width), height: px(room.surface.height) };
  const input = inputAt(room, cell, px(EDGE), surface.height + px(12), ratio);
  const scores = {
    x: width - px(room.scores.width),
    y: 0,
    width: px(room.scores.width),
    height: px(room.scores.height),
  };
  const height = Math.max(
    head + highest + px(KERNEL_LEGEND),
    input.tile.box.y + input.tile.box.height + px(EDGE),
    surface.height,
    scores.height,
  );
  return { mode: 'wide', ratio, width, height, surface, input, blocks, scores };
}

function inputAt(room: Room, cell: number, x: number, y: number, ratio: number): Scene['input'] {
  const head = Math.round(24 * ratio);
  const line = Math.round(EDGE * ratio);
  return {
    head: { x: x - line, y, width: Math.max(room.input.width * cell, Math.round(120 * ratio)), height: head },
    tile: {
      layer: 'input',
      map: 0,
      box: { x, y: y + head, width: room.input.width * cell, height: room.input.height * cell },
      kernel: null,
    },
    cell,
  };
}

function tall(columns: readonly Column[], room: Room): Scene {
  const { ratio } = room;
  const px = (length: number) => Math.round(length * ratio);
  const width = Math.floor(room.width * ratio);
  const inside = width - 2 * px(EDGE);
  const narrow = room.width < 600;
  const widest = (column: Column, cell: number) =>
    divisors(column.count).findLast((part) => tiling(column, part, cell, 1, ratio).width <= inside) ?? 1;
  /** Few maps stand in one row, large ones in two where it is narrow; the others wrap as they must. */
  const fits = (cell: number) =>
    columns
      .filter((column) => !column.vector && column.count <= 6)
      .every((column) => widest(column, cell) >= (narrow && column.width >= 20 ? 3 : column.count));
  let cell = Math.floor(8 * ratio);
  while (cell > 1 && !fits(cell)) cell -= 1;
  const unit = Math.max(1, Math.floor((narrow ? 10 : 12) * ratio));

  const surface = { x: 0, y: 0, width: px(room.surface.width), height: px(room.surface.height) };
  const beside = width - surface.width - px(32) >= px(240);
  const scores = beside
    ? { x: surface.width + px(32), y: 0, width: width - surface.width - px(32), height: px(room.scores.height) }
    : { x: 0, y: surface.height + px(16), width, height: px(room.scores.height) };
  let y = Math.max(surface.height, scores.y + scores.height) + px(16);
  const input = inputAt(room, cell, px(EDGE), y, ratio);
  y = input.tile.box.y + input.tile.box.height + px(20);
  const blocks = columns.map((column): Block => {
    const most = column.vector
      ? (divisors(column.count).findLast((part) => part * unit <= inside) ?? 1)
      : widest(column, cell);
    const tiled = tiling(column, most, cell, unit, ratio);
    const head = { x: 0, y, width, height: px(30) };
    const top = y + head.height;
    const legend = { x: 0, y: top + tiled.height, width, height: px(showsKernels(column) ? KERNEL_LEGEND : LEGEND) };
    y = legend.y + legend.height + px(16);
    return {
      column,
      head,
      box: { x: px(EDGE), y: top, width: tiled.width, height: tiled.height },
      legend,
      tiles: tiles(column, tiled, px(EDGE), top, ratio),
      cell: tiled.cell,
      across: tiled.across,
    };
  });
  return { mode: 'tall', ratio, width, height: y, surface, input, blocks, scores };
}

export interface Hit {
  layer: string;
  map: number;
  row: number;
  col: number;
}

/** The value at a point of the figure, in device pixels; null where there is none. */
export function hit(scene: Scene, x: number, y: number): Hit | null {
  const { input } = scene;
  if (contains(input.tile.box, x, y)) return within(input.tile, input.cell, x, y);
  for (const block of scene.blocks) {
    if (!contains(block.box, x, y)) continue;
    const tile = block.tiles.find((candidate) => contains(candidate.box, x, y));
    if (tile !== undefined) return within(tile, block.cell, x, y);
  }
  return null;
}

function within(tile: Tile, cell: number, x: number, y: number): Hit {
  return {
    layer: tile.layer,
    map: tile.map,
    row: Math.floor((y - tile.box.y) / cell),
    col: Math.floor((x - tile.box.x) / cell),
  };
}

/** The map that an arrow key leads to from another of the same column; the same where the column ends. */
export function neighbour(block: Pick<Block, 'across' | 'column'>, map: number, key: string): number {
  const { across, column } = block;
  const to =
    key === 'ArrowRight'
      ? map + 1
      : key === 'ArrowLeft'
        ? map - 1
        : key === 'ArrowDown'
          ? map + across
          : key === 'ArrowUp'
            ? map - across
            : key === 'Home'
              ? 0
              : key === 'End'
                ? column.count - 1
                : map;
  return to >= 0 && to < column.count ? to : map;
}
