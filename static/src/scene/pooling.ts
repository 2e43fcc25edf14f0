/** Pooling: shapes, values as a preview, the cells of one window, and gradients. */

import type { Volume } from './volume';

export const KINDS = ['max', 'average', 'l2', 'global-average', 'subsampling'] as const;
export type Kind = (typeof KINDS)[number];

export interface Pooling {
  kind: Kind;
  /** Pairs are (rows, columns). */
  window: [number, number];
  stride: [number, number];
  padding: [number, number];
  /** True: a last window that overhangs at the right or below counts too. */
  ceil: boolean;
  /** Subsampling: squash(coefficient * sum + bias). */
  coefficient: number;
  bias: number;
}

export interface Size {
  height: number;
  width: number;
}

/** One cell of a map. */
export interface Cell {
  row: number;
  col: number;
}

/** One window of the pooling. */
export interface WindowCells {
  /** Position of the window in the input; outside of it within the padding. */
  top: number;
  left: number;
  height: number;
  width: number;
  /** Input cells of the window, in reading order. */
  cells: (Cell & { value: number })[];
  /** Padding cells of the window: zeros for sums, below any value for a maximum. */
  padded: number;
  /** Divisor of the average: window cells including padding, without the overhang. */
  divisor: number;
}

export interface Pooled {
  output: Volume;
  /** Before the squashing function, if there is one. */
  before: Volume | null;
  /** Index of each output's maximum in its channel of the input; null without a maximum. */
  indices: Int32Array | null;
}

/** Constants of the squashing function (LeCun et al. 1998, appendix A). */
export const AMPLITUDE = 1.7159;
export const SLOPE = 2 / 3;

export function squash(value: number): number {
  return AMPLITUDE * Math.tanh(SLOPE * value);
}

/** Settings in effect for an input: a global average has a window as large as the map. */
export function settled(pooling: Pooling, { height, width }: Size): Pooling {
  if (pooling.kind !== 'global-average') return pooling;
  return { ...pooling, window: [height, width], stride: [height, width], padding: [0, 0], ceil: false };
}

/** Output size along one axis (PyTorch's rule: a last window must begin inside the input or the padding before it). */
export function sideLength(length: number, window: number, stride: number, padding: number, ceil: boolean): number {
  const steps = (length + 2 * padding - window) / stride;
  const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceil && (count - 1) * stride >= length + padding ? count - 1 : count;
}

/** True if the output has the scale of the input, as for maximum and average. */
export function keepsScale({ kind }: Pooling): boolean {
  return kind === 'max' || kind.endsWith('average');
}

/** Output size; a side is zero or negative if the window does not fit. */
export function pooledSize(pooling: Pooling, size: Size): Size {
  const { window, stride, padding, ceil } = settled(pooling, size);
  return {
    height: sideLength(size.height, window[0], stride[0], padding[0], ceil),
    width: sideLength(size.width, window[1], stride[1], padding[1], ceil),
  };
}

/** Rows and columns at the end of the padded input that no window reads. */
export function dropped(pooling: Pooling, size: Size): { rows: number; cols: number } {
  const { window, stride, padding } = settled(pooling, size);
  const output = pooledSize(pooling, size);
  const left = (length: number, count: number, axis: 0 | 1) =>
    Math.max(0, length + 2 * padding[axis] - (count - 1) * stride[axis] - window[axis]);
  return { rows: left(size.height, output.height, 0), cols: left(size.width, output.width, 1) };
}

/** True if neighbouring windows overlap. */
export function overlaps({ window, stride }: Pooling): boolean {
  return window[0] > stride[0] || window[1] > stride[1];
}

/** Cells of the window of one output in one channel. */
export function windowCells(input: Volume, pooling: Pooling, { row, col }: Cell, channel = 0): WindowCells {
  const { window, stride, padding } = settled(pooling, input);
  const [height, width] = window;
  const top = row * stride[0] - padding[0];
  const left = col * stride[1] - padding[1];
  // Cells beyond the padding are neither read nor counted.
  const bottom = Math.min(top + height, input.height + padding[0]);
  const right = Math.min(left + width, input.width + padding[1]);
  const cells: WindowCells['cells'] = [];
  for (let y = Math.max(0, top); y < Math.min(bottom, input.height); y += 1) {
    for (let x = Math.max(0, left); x < Math.min(right, input.width); x += 1) {
      cells.push({ row: y, col: x, value: input.data[(channel * input.height + y) * input.width + x] ?? 0 });
    }
  }
  const divisor = (bottom - top) * (right - left);
  return { top, left, height, width, cells, padded: divisor - cells.length, divisor };
}

/** Index of the first maximum among the cells, as in PyTorch. */
export function winnerOf({ cells }: WindowCells): number {
  let best = 0;
  cells.forEach(({ value }, index) => {
    if (value > (cells[best]?.value ?? -Infinity)) best = index;
  });
  return best;
}

export function sumOf({ cells }: WindowCells): number {
  return cells.reduce((sum, { value }) => sum + value, 0);
}

/** The sum of squares. */
export function energyOf({ cells }: WindowCells): number {
  return cells.reduce((sum, { value }) => sum + value * value, 0);
}

/** One output value; for subsampling before squashing. */
export function pooledValue(read: WindowCells, { kind, coefficient, bias }: Pooling): number {
  if (kind === 'max') return read.cells[winnerOf(read)]?.value ?? -Infinity;
  if (kind === 'l2') return Math.sqrt(energyOf(read));
  if (kind === 'subsampling') return coefficient * sumOf(read) + bias;
  return sumOf(read) / read.divisor;
}

function eachOutput(
  input: Volume,
  pooling: Pooling,
  visit: (window: WindowCells, at: number, channel: number) => void,
) {
  const size = pooledSize(pooling, input);
  for (let at = 0; at < input.channels * size.height * size.width; at += 1) {
    const channel = Math.floor(at / (size.height * size.width));
    const cell = { row: Math.floor(at / size.width) % size.height, col: at % size.width };
    visit(windowCells(input, pooling, cell, channel), at, channel);
  }
}

/** The output, computed in double precision and rounded to float32; a preview until the server answers. */
export function pool(input: Volume, pooling: Pooling): Pooled {
  const size = pooledSize(pooling, input);
  const count = input.channels * Math.max(0, size.height) * Math.max(0, size.width);
  const values = new Float32Array(count);
  const indices = pooling.kind === 'max' ? new Int32Array(count) : null;
  eachOutput(input, pooling, (window, at) => {
    values[at] = pooledValue(window, pooling);
    const winner = window.cells[winnerOf(window)];
    if (indices !== null && winner !== undefined) indices[at] = winner.row * input.width + winner.col;
  });
  const volume = (data: Float32Array): Volume => ({ channels: input.channels, ...size, data });
  if (pooling.kind !== 'subsampling') return { output: volume(values), before: null, indices };
  return { output: volume(values.map(squash)), before: volume(values), indices };
}

/** Share of an output's gradient for each cell of its window. */
export function shares(read: WindowCells, pooling: Pooling): number[] {
  const { kind, coefficient } = pooling;
  if (kind === 'max') {
    const winner = winnerOf(read);
    return read.cells.map((_, index) => (index === winner ? 1 : 0));
  }
  if (kind === 'l2') {
    const norm = Math.sqrt(energyOf(read));
    return read.cells.map(({ value }) => (norm > 0 ? value / norm : 0));
  }
  if (kind === 'subsampling') {
    const tanh = Math.tanh(SLOPE * pooledValue(read, pooling));
    return read.cells.map(() => AMPLITUDE * SLOPE * (1 - tanh * tanh) * coefficient);
  }
  return read.cells.map(() => 1 / read.divisor);
}

/** Gradient at the input for `upstream` at the output. */
export function gradientOf(input: Volume, pooling: Pooling, upstream: ArrayLike<number>): Volume {
  const sums = new Float64Array(input.data.length);
  eachOutput(input, pooling, (read, at, channel) => {
    const parts = shares(read, pooling);
    read.cells.forEach(({ row, col }, index) => {
      const place = (channel * input.height + row) * input.width + col;
      sums[place] = (sums[place] ?? 0) + (upstream[at] ?? 0) * (parts[index] ?? 0);
    });
  });
  return { ...input, data: Float32Array.from(sums) };
}

/** Ones for the outputs up to an index, zeros after it. */
export function upTo(position: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => (index <= position ? 1 : 0));
}

/** Outputs whose windows contain an input cell. */
export function readers(pooling: Pooling, size: Size, { row, col }: Cell): Cell[] {
  const { window, stride, padding } = settled(pooling, size);
  const output = pooledSize(pooling, size);
  const along = (place: number, axis: 0 | 1, count: number) => {
    const last = Math.min(count - 1, Math.floor((place + padding[axis]) / stride[axis]));
    const first = Math.max(0, Math.ceil((place + padding[axis] - window[axis] + 1) / stride[axis]));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  };
  const cols = along(col, 1, output.width);
  return along(row, 0, output.height).flatMap((y) => cols.map((x) => ({ row: y, col: x })));
}
