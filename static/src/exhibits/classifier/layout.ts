/** Where the parts of the classifier's figures stand, wide and narrow. */

import { grid, strip, type Grid, type Shape, type Strip } from '../../scene/flatten';

export const HEAD = 26; // user units for a title
export const STRIP = 22; // how tall a cell of the vector is
export const NARROW = 640; // below this, things stand under each other
const LEGEND = 34;

export interface FlattenPlan {
  grid: Grid & { x: number };
  strip: Strip;
  stripTop: number;
  loupe: { x: number; count: number; cell: number };
  loupeTop: number;
  legendTop: number;
  height: number;
}

export function flattenLayout(width: number, shape: Shape): FlattenPlan {
  const tiles = grid(shape, width, width < NARROW ? 4 : 8, 24);
  const size = shape.height * shape.width;
  const vector = strip(shape.channels * size, size, width, 2.4, STRIP);
  const stripTop = HEAD + tiles.height + 84;
  const cell = Math.max(30, Math.min(40, Math.floor(width / 25)));
  const count = Math.min(25, Math.floor(width / cell));
  const loupeTop = stripTop + vector.height + 44;
  const legendTop = loupeTop + cell + 36;
  return {
    grid: { ...tiles, x: Math.max(0, Math.round((width - tiles.width) / 2)) },
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
  /** Of the running sum. */
  chart: { y: number; height: number };
  height: number;
}

/** Three grids side by side, and below them the sum as it grows. */
export function unitLayout(width: number, shape: Shape): UnitPlan {
  const gap = width < NARROW ? 16 : 56;
  const spatial = shape.height * shape.width > 1;
  const columns = spatial ? 4 : shape.channels > 100 ? 10 : 7;
  const at = grid(shape, (width - 2 * gap) / 3, columns, spatial ? 20 : 30);
  const y = HEAD + at.height + 84;
  const height = width < NARROW ? 120 : 160;
  return { grid: at, gap, chart: { y, height }, height: y + height + 34 };
}

export interface ConvolutionPlan {
  columns: number;
  /** From one map to the next. */
  across: number;
  down: number;
  cell: number;
  bothTop: number;
  both: Strip;
  pitch: number;
  height: number;
}

/** A small row for every input map: the map, its part of the kernel, and what they add up to. */
export function convolutionLayout(width: number, shape: Shape, units: number): ConvolutionPlan {
  const columns = width < NARROW ? 2 : 4;
  const across = Math.floor(width / columns);
  const cell = Math.max(4, Math.min(14, Math.floor((across - 96) / (2 * shape.width))));
  const down = Math.max(28, shape.height * cell + 14);
  const spatial = shape.height * shape.width > 1;
  const top = spatial ? HEAD + Math.ceil(shape.channels / columns) * down : unitLayout(width, shape).chart.y - 40;
  const both = strip(units, units > 12 ? 10 : units, width, units > 12 ? 9 : 20, STRIP);
  const pitch = both.height + 38;
  const bothTop = top + 70;
  return { columns, across, down, cell, bothTop, both, pitch, height: bothTop + 2 * pitch + 8 };
}

export interface TablePlan {
  /** Where each column begins, and how wide it is. */
  columns: { x: number; width: number }[];
  row: number;
  digits: number;
  height: number;
}

/** A table of ten classes with so many columns of bars. */
export function tableLayout(width: number, count: number): TablePlan {
  const digits = 24;
  const gap = width < NARROW ? 8 : 28;
  const each = (width - digits - gap * (count - 1)) / count;
  const row = 30;
  return {
    columns: Array.from({ length: count }, (_, index) => ({ x: digits + index * (each + gap), width: each })),
    row,
    digits,
    height: HEAD + 20 + 10 * row,
  };
}
