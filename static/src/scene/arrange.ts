/** Layout of the network figure: columns of maps beside the drawing, or below it in a narrow figure. */

import { contains, type Box } from './box';
import type { Column } from './column';

/** Available size in CSS pixels; boxes are returned in whole device pixels. */
export interface AvailableSize {
  width: number;
  /** Height visible without scrolling; the figure stays within it if possible. */
  height: number;
  ratio: number;
  /** Measured size of the drawing with its tools. */
  surface: { width: number; height: number };
  /** Least size of the scores. */
  scores: { width: number; height: number };
  /** Size of the network's input, and its channels (default 1). */
  input: { width: number; height: number; channels?: number };
}

export interface Tile {
  layer: string;
  map: number;
  box: Box;
  /** Box of the kernels below a map, one per channel, for a layer that reads the input. */
  kernel: Box | null;
}

export interface Block {
  column: Column;
  head: Box;
  /** Bounding box of all tiles. */
  box: Box;
  legend: Box;
  tiles: Tile[];
  /** Device pixels per value. */
  cell: number;
  /** Tiles per row. */
  across: number;
}

export interface Scene {
  mode: 'wide' | 'tall';
  ratio: number;
  width: number;
  height: number;
  surface: Box;
  /** One tile per channel of the input; `box` bounds them all. */
  input: { head: Box; box: Box; tiles: Tile[]; cell: number };
  blocks: Block[];
  scores: Box;
}

/** Width in CSS pixels below which the layers run downwards. */
export const WIDE = 960;

const HEAD = 84; // a line each for name, shape and operation
const LEGEND = 30;
const KERNEL_LEGEND = 44; // with a caption below the numbers
const GAP_BETWEEN_TILES = 8;
const LEAST_GAP = 22; // between columns, for the links
const TIGHT_GAP = 14; // if cells would otherwise be smaller than LEAST_CELL
const LEAST_CELL = 2; // CSS pixels
const LEGIBLE_CELL = 1.5; // CSS pixels; below this the columns wrap into another line
const LEAST_LINE = 320; // least width of a line of maps in CSS pixels, if there are several
const LINE_GAP = 20;
const KERNEL_GAP = 2; // between the kernels of two channels
const MOST_GAP = 88;
const LEAST_COLUMN = 68; // width of a head above a column
const UNIT = 12; // side of a unit at the default cell of 4
const MANY_UNITS = 128; // number of units from which on they shrink to keep to MANY_AREA square CSS pixels
const MANY_AREA = 60_000;
const MAX_DIVISOR_RATIO = 2.5; // ratio of neighbouring divisors above which the last row may be partly filled
const FEW_MAPS = 6; // maps
const AIR = 20;
const EDGE = 2; // margin for the frame of a tile at the edge

interface Tiling {
  across: number;
  down: number;
  width: number;
  height: number;
  side: { width: number; height: number };
  gap: number;
  /** Height of the kernel below a map with its gap; 0 if none is drawn. */
  below: number;
  cell: number;
  /** Size of all kernels below a map. */
  kernel: { width: number; height: number };
}

const PARTS = new Map<number, number[]>();

/** Allowed numbers of tiles per row: the divisors, or any number if those are far apart. */
function partsOf(count: number): number[] {
  const cached = PARTS.get(count);
  if (cached !== undefined) return cached;
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const divisors = all.filter((part) => count % part === 0);
  const even = divisors.every((part, index) => part <= MAX_DIVISOR_RATIO * (divisors[index - 1] ?? 1));
  const parts = even ? divisors : all;
  PARTS.set(count, parts);
  return parts;
}

/** True if the kernels are few enough to be drawn below the maps: one per map, or one per colour. */
export function showsKernels(column: Column): boolean {
  return column.from === 'input' && column.kind === 'convolution' && !column.vector;
}

/** Boxes of the kernels below a map, one per channel, within their bounding box. */
export function kernelBoxes(around: Box, column: Column, ratio: number): Box[] {
  const channels = column.facts.input_shape[0] ?? 1;
  const gap = Math.round(KERNEL_GAP * ratio);
  const width = (around.width - (channels - 1) * gap) / channels;
  return Array.from({ length: channels }, (_, channel) => ({
    ...around,
    x: around.x + channel * (width + gap),
    width,
  }));
}

function tiling(column: Column, across: number, cell: number, unit: number, ratio: number): Tiling {
  const side = column.vector ? unit : cell;
  const width = column.width * side;
  const height = column.height * side;
  const least = Math.round((column.width >= 8 ? GAP_BETWEEN_TILES : GAP_BETWEEN_TILES / 2) * ratio);
  const gap = column.vector ? 0 : Math.max(least, cell);
  const [kernelHeight = 0, kernelWidth = kernelHeight] = column.facts.kernel ?? [];
  const channels = column.facts.input_shape[0] ?? 1;
  const between = (channels - 1) * Math.round(KERNEL_GAP * ratio);
  const widest = Math.floor((width - between) / (channels * kernelWidth));
  const kernelCell = Math.max(1, Math.min(widest, Math.max(cell, Math.floor(cell * 1.5))));
  const below = showsKernels(column) ? Math.round(4 * ratio) + kernelHeight * kernelCell + Math.round(4 * ratio) : 0;
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
    kernel: { width: channels * kernelWidth * kernelCell + between, height: kernelHeight * kernelCell },
  };
}

function usualUnit(cell: number): number {
  return Math.max(1, Math.floor((cell * UNIT) / 4));
}

/** Side of a unit: the default, less if there are many. */
function unitFor({ count }: Column, defaultUnit: number, ratio: number): number {
  if (count <= MANY_UNITS) return defaultUnit;
  return Math.max(1, Math.min(defaultUnit, Math.floor(ratio * Math.sqrt(MANY_AREA / count))));
}

/** The narrowest tiling that is at most `maxHeight` high. */
function narrowest(column: Column, cell: number, unit: number, maxHeight: number, ratio: number): Tiling | null {
  for (const across of partsOf(column.count)) {
    const candidate = tiling(column, across, cell, unit, ratio);
    if (candidate.height <= maxHeight) return candidate;
  }
  return null;
}

function tiles(column: Column, tiled: Tiling, x: number, y: number, ratio: number): Tile[] {
  return Array.from({ length: column.count }, (_, map) => {
    const left = x + (map % tiled.across) * (tiled.side.width + tiled.gap);
    const top = y + Math.floor(map / tiled.across) * (tiled.side.height + tiled.below + tiled.gap);
    return {
      layer: column.output,
      map,
      box: { x: left, y: top, width: tiled.side.width, height: tiled.side.height },
      kernel:
        tiled.below === 0 ? null : { x: left, y: top + tiled.side.height + Math.round(4 * ratio), ...tiled.kernel },
    };
  });
}

/** The columns drawn in the figure; the output is drawn as scores instead. */
export function drawnColumns(all: readonly Column[]): Column[] {
  return all.slice(0, -1);
}

export function arrange(all: readonly Column[], available: AvailableSize): Scene {
  return available.width >= WIDE ? wide(drawnColumns(all), available) : tall(drawnColumns(all), available);
}

/** The columns of one line of the figure, each with its tiling. */
type Line = { column: Column; tiled: Tiling }[];

function wide(columns: readonly Column[], available: AvailableSize): Scene {
  const { ratio } = available;
  const px = (length: number) => Math.round(length * ratio);
  const width = Math.floor(available.width * ratio);
  const head = px(HEAD);
  const left = px(available.surface.width) + px(AIR);
  const free = width - left - px(available.scores.width) - px(AIR);
  const outer = ({ tiled }: Line[number]) => Math.max(tiled.width, px(LEAST_COLUMN));
  const over = (line: Line) => free - line.reduce((sum, one) => sum + outer(one), 0);
  const { cell, lines } = fitLines(columns, available, free, outer);

  const gaps = lines.map((line) => Math.min(px(MOST_GAP), Math.floor(Math.max(0, over(line)) / line.length)));
  const gap = Math.min(...gaps, px(MOST_GAP));
  let y = 0;
  const blocks = lines.flatMap((line) => {
    const top = y + head;
    const spare = lines.length > 1 ? 0 : Math.max(0, over(line) - gap * line.length);
    let x = left + gap - px(AIR) + Math.floor(spare / 2);
    const placed = line.map(({ column, tiled }): Block => {
      const across = outer({ column, tiled });
      const legend = px(showsKernels(column) ? KERNEL_LEGEND : LEGEND);
      const block = {
        column,
        head: { x, y, width: across, height: head },
        box: { x, y: top, width: tiled.width, height: tiled.height },
        legend: { x, y: top + tiled.height, width: across, height: legend },
        tiles: tiles(column, tiled, x, top, ratio),
        cell: tiled.cell,
        across: tiled.across,
      };
      x += across + gap;
      return block;
    });
    y = top + Math.max(...line.map(({ tiled }) => tiled.height)) + px(KERNEL_LEGEND) + px(LINE_GAP);
    return placed;
  });

  const surface = { x: 0, y: 0, width: px(available.surface.width), height: px(available.surface.height) };
  const scores = {
    x: width - px(available.scores.width),
    y: 0,
    width: px(available.scores.width),
    height: px(available.scores.height),
  };
  const beside = Math.min(...blocks.map((block) => block.box.x), blocks.length > 0 ? scores.x : surface.width);
  const input = inputAt(available, cell, px(EDGE), surface.height + px(12), beside - px(LEAST_GAP), ratio);
  const height = Math.max(y - px(LINE_GAP), input.box.y + input.box.height + px(EDGE), surface.height, scores.height);
  return { mode: 'wide', ratio, width, height, surface, input, blocks, scores };
}

/** The largest cells with which the columns fit into one line, or into several if they would be too small to see. */
function fitLines(
  columns: readonly Column[],
  available: AvailableSize,
  free: number,
  outer: (one: Line[number]) => number,
): { cell: number; lines: Line[] } {
  const { ratio } = available;
  const px = (length: number) => Math.round(length * ratio);
  let best: { cell: number; lines: Line[] } | null = null;
  for (let count = 1; count <= Math.max(1, columns.length); count += 1) {
    const least = count === 1 ? px(340) : px(LEAST_LINE);
    const most = Math.max(least, Math.floor((available.height * ratio) / count) - px(HEAD) - px(KERNEL_LEGEND));
    for (let cell = Math.max(1, Math.floor(16 * ratio)); cell > (best?.cell ?? 0); cell -= 1) {
      const tilings = tileWithin(columns, cell, most, ratio);
      if (tilings === null) continue;
      const gap = px(cell > LEAST_CELL * ratio ? LEAST_GAP : TIGHT_GAP);
      const lines = wrapColumns(tilings, free, (one) => outer(one) + gap);
      if (lines !== null && lines.length <= count) best = { cell, lines };
    }
    if (best !== null && best.cell >= LEGIBLE_CELL * ratio) break;
  }
  return best ?? scrollingLines(columns, ratio, free, (one) => outer(one) + px(TIGHT_GAP));
}

/** Layers with very many maps: legible cells, in lines as high as needed. */
function scrollingLines(
  columns: readonly Column[],
  ratio: number,
  free: number,
  widthOf: (one: Line[number]) => number,
): { cell: number; lines: Line[] } {
  for (let cell = Math.ceil(LEGIBLE_CELL * ratio); ; cell -= 1) {
    const line = columns.map((column) => {
      const unit = unitFor(column, usualUnit(cell), ratio);
      const width = (across: number) => widthOf({ column, tiled: tiling(column, across, cell, unit, ratio) });
      const widest = partsOf(column.count).findLast((part) => width(part) <= free) ?? 1;
      const one = narrowest(column, cell, unit, Math.round(LEAST_LINE * ratio), ratio);
      const fits = one !== null && one.across <= widest;
      return { column, tiled: fits ? one : tiling(column, widest, cell, unit, ratio) };
    });
    const lines = wrapColumns(line, free, widthOf);
    if (lines !== null) return { cell, lines };
    if (cell === 1) return { cell, lines: line.map((one) => [one]) };
  }
}

/** Every column as narrow as possible within a height; null if one is always higher. */
function tileWithin(columns: readonly Column[], cell: number, most: number, ratio: number): Line | null {
  const unit = usualUnit(cell);
  const maps = columns.filter(({ vector }) => !vector).map((column) => narrowest(column, cell, 1, most, ratio));
  // Units are no higher than the maps of later layers, so that the columns end at the same height.
  const maxUnitsHeight = Math.max(Math.round(240 * ratio), ...maps.slice(1).map((tiling) => tiling?.height ?? 0));
  const line: Line = [];
  for (const column of columns) {
    const height = column.vector ? Math.min(maxUnitsHeight, most) : most;
    const one = narrowest(column, cell, unitFor(column, unit, ratio), height, ratio);
    if (one === null) return null;
    line.push({ column, tiled: one });
  }
  return line;
}

/** The columns in lines of at most this many pixels; null if a single one is wider. */
function wrapColumns(columns: Line, free: number, widthOf: (one: Line[number]) => number): Line[] | null {
  const lines: Line[] = [];
  let left = 0;
  for (const one of columns) {
    const width = widthOf(one);
    if (width > free) return null;
    if (lines.length === 0 || width > left) {
      lines.push([]);
      left = free;
    }
    lines.at(-1)?.push(one);
    left -= width;
  }
  return lines;
}

function inputAt(
  available: AvailableSize,
  cell: number,
  x: number,
  y: number,
  free: number,
  ratio: number,
): Scene['input'] {
  const { width, height, channels = 1 } = available.input;
  const head = Math.round(24 * ratio);
  const line = Math.round(EDGE * ratio);
  const gap = Math.round(GAP_BETWEEN_TILES * ratio);
  const side = Math.max(1, Math.min(cell, Math.floor((free - x - (channels - 1) * gap) / (channels * width))));
  const tiles = Array.from({ length: channels }, (_, map): Tile => {
    const left = x + map * (width * side + gap);
    return { layer: 'input', map, box: { x: left, y: y + head, width: width * side, height: height * side }, kernel: null }; // prettier-ignore
  });
  const box = { x, y: y + head, width: channels * (width * side + gap) - gap, height: height * side };
  return { head: { x: x - line, y, width: Math.max(box.width, Math.round(120 * ratio)), height: head }, box, tiles, cell: side }; // prettier-ignore
}

function tall(columns: readonly Column[], available: AvailableSize): Scene {
  const { ratio } = available;
  const px = (length: number) => Math.round(length * ratio);
  const width = Math.floor(available.width * ratio);
  const inside = width - 2 * px(EDGE);
  const narrow = available.width < 600;
  const widest = (column: Column, cell: number) =>
    partsOf(column.count).findLast((part) => tiling(column, part, cell, 1, ratio).width <= inside) ?? 1;
  /** Few maps stand in one row, large ones in two in a narrow figure; others form at most a square. */
  const least = (column: Column) => {
    if (column.count > FEW_MAPS) return Math.min(FEW_MAPS, Math.ceil(Math.sqrt(column.count)));
    return narrow && column.width >= 20 ? Math.min(3, column.count) : column.count;
  };
  const fits = (cell: number) =>
    columns.filter(({ vector }) => !vector).every((column) => widest(column, cell) >= least(column));
  let cell = Math.floor(8 * ratio);
  while (cell > 1 && !fits(cell)) cell -= 1;
  const unitSide = Math.max(1, Math.floor((narrow ? 10 : 12) * ratio));

  const surface = { x: 0, y: 0, width: px(available.surface.width), height: px(available.surface.height) };
  const beside = width - surface.width - px(32) >= px(240);
  const scores = beside
    ? { x: surface.width + px(32), y: 0, width: width - surface.width - px(32), height: px(available.scores.height) }
    : { x: 0, y: surface.height + px(16), width, height: px(available.scores.height) };
  let y = Math.max(surface.height, scores.y + scores.height) + px(16);
  const input = inputAt(available, cell, px(EDGE), y, width, ratio);
  y = input.box.y + input.box.height + px(20);
  const blocks = columns.map((column): Block => {
    const unit = unitFor(column, unitSide, ratio);
    const most = column.vector
      ? (partsOf(column.count).findLast((part) => part * unit <= inside) ?? 1)
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

/** The value at a point of the figure (device pixels); null if there is none. */
export function hit(scene: Scene, x: number, y: number): Hit | null {
  const { input } = scene;
  const channel = input.tiles.find((candidate) => contains(candidate.box, x, y));
  if (channel !== undefined) return within(channel, input.cell, x, y);
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

/** The map reached by an arrow key within the column; the same map at its end. */
export function neighbour(block: { across: number; column: Pick<Column, 'count'> }, map: number, key: string): number {
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
