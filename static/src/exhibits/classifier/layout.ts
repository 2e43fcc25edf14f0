/** Layouts of the classifier's figures, wide and narrow. */

import { columnsOf, grid, mapCount, strip, type Grid, type Shape, type Strip } from '../../scene/flatten';
import { labelWidth } from '../../scene/names';

export const HEAD = 26; // user units for a title
export const STRIP = 22; // how tall a cell of the vector is
export const NARROW = 640; // below this, things stand under each other
const LEGEND = 34;
const SMALLEST = 2.4; // user units of a place of the vector
const TALLEST = 400; // user units of all maps, and
const TALLEST_MAP = 240; // of one of them beside its kernel
const PLACES = 2048; // of a vector that are shown, and about as many cells of maps
const CELLS = 8192; // of a unit's inputs
const MOST_KERNELS = 32; // that stand beside their maps

/** Number of of the maps a view shows. */
export function displayedMaps(view: string, shape: Shape): number {
  const maps = mapCount(shape, view === 'flatten' ? PLACES : CELLS);
  return view === 'convolution' && shape.height * shape.width > 1 ? Math.min(maps, MOST_KERNELS) : maps;
}

export interface FlattenPlan {
  grid: Grid & { x: number };
  /** Displayed values of the vector. */
  places: number;
  strip: Strip;
  stripTop: number;
  loupe: { x: number; count: number; cell: number };
  loupeTop: number;
  legendTop: number;
  height: number;
}

export function flattenLayout(width: number, shape: Shape): FlattenPlan {
  const columns = Math.min(width < NARROW ? 4 : 8, columnsOf(shape, width) * 2);
  const lines = Math.ceil(shape.channels / columns);
  const tiles = grid(shape, width, columns, Math.min(24, Math.max(1, Math.floor(TALLEST / (lines * shape.height)))));
  const size = shape.height * shape.width;
  const places = Math.min(PLACES, shape.channels * size);
  const vector = strip(places, SMALLEST * size <= width ? size : shape.width, width, SMALLEST, STRIP);
  const stripTop = HEAD + tiles.height + 84;
  const cell = Math.max(30, Math.min(40, Math.floor(width / 25)));
  const count = Math.min(25, Math.floor(width / cell), shape.channels * size);
  const loupeTop = stripTop + vector.height + 44;
  const legendTop = loupeTop + cell + 36;
  return {
    grid: { ...tiles, x: Math.max(0, Math.round((width - tiles.width) / 2)) },
    places,
    strip: vector,
    stripTop,
    loupe: { x: Math.round((width - count * cell) / 2), count, cell },
    loupeTop,
    legendTop,
    height: legendTop + LEGEND,
  };
}

export interface UnitPlan {
  grid: Grid;
  gap: number;
  /** Box of the running sum. */
  chart: { y: number; height: number };
  height: number;
}

/** Three grids side by side with the running sum below. */
export function unitLayout(width: number, shape: Shape): UnitPlan {
  const gap = width < NARROW ? 16 : 56;
  const spatial = shape.height * shape.width > 1;
  const room = (width - 2 * gap) / 3;
  const at = grid(shape, room, columnsOf(shape, room), spatial ? 20 : 30);
  const y = HEAD + at.height + 84;
  const height = width < NARROW ? 120 : 160;
  return { grid: at, gap, chart: { y, height }, height: y + height + 34 };
}

export interface ConvolutionPlan {
  columns: number;
  /** Distance between two maps. */
  across: number;
  down: number;
  cell: number;
  bothTop: number;
  both: Strip;
  pitch: number;
  height: number;
}

/** One row per input map: the map, its part of the kernel, and their sum. */
export function convolutionLayout(width: number, shape: Shape, units: number): ConvolutionPlan {
  // Beside a map and its kernel, four units a cell, there is a number.
  const columns = Math.max(1, Math.min(width < NARROW ? 2 : 4, Math.floor(width / (2 * 4 * shape.width + 96))));
  const across = Math.floor(width / columns);
  const fit = Math.max(0.1, (across - 96) / (2 * shape.width));
  const cell = fit < 1 ? fit : Math.max(1, Math.floor(Math.min(14, fit, TALLEST_MAP / shape.height)));
  const down = Math.max(28, shape.height * cell + 14);
  const spatial = shape.height * shape.width > 1;
  const top = spatial ? HEAD + Math.ceil(shape.channels / columns) * down : unitLayout(width, shape).chart.y - 40;
  const both = strip(units, units > 12 ? 10 : units, width, units > 12 ? 9 : 20, STRIP);
  const pitch = both.height + 38;
  const bothTop = top + 70;
  return { columns, across, down, cell, bothTop, both, pitch, height: bothTop + 2 * pitch + 8 };
}

export interface TablePlan {
  /** Position and width of each column. */
  columns: { x: number; width: number }[];
  row: number;
  digits: number;
  height: number;
}

/** A table of these classes with `columns` columns of bars. */
export function tableLayout(width: number, count: number, classes: readonly string[]): TablePlan {
  const digits = labelWidth(classes, 24, Math.round(width * (width < NARROW ? 0.24 : 0.2)));
  const gap = width < NARROW ? 8 : 28;
  const each = (width - digits - gap * (count - 1)) / count;
  const row = 30;
  return {
    columns: Array.from({ length: count }, (_, index) => ({ x: digits + index * (each + gap), width: each })),
    row,
    digits,
    height: HEAD + 20 + classes.length * row,
  };
}
