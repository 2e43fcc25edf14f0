/** From maps to a vector and to one unit's sum: which cell goes where, which weight meets it, what they add up to. */

import type { Volume } from './volume';

const MOST_MAPS = 64; // that a figure shows
const MANY_UNITS = 512; // from here on the units of a vector stand side by side without a gap

export interface Cell {
  map: number;
  row: number;
  col: number;
}

export interface Shape {
  channels: number;
  height: number;
  width: number;
}

/** The place of a cell in the flattened vector: map after map, row after row, as PyTorch's `flatten` has it. */
export function indexOf({ height, width }: Shape, { map, row, col }: Cell): number {
  return map * height * width + row * width + col;
}

/** The cell that stands at a place of the vector. */
export function cellAt({ height, width }: Shape, index: number): Cell {
  const map = Math.floor(index / (height * width));
  const left = index - map * height * width;
  return { map, row: Math.floor(left / width), col: left % width };
}

export interface Term {
  index: number;
  value: number;
  weight: number;
  product: number;
}

/** A unit's sum, term by term. */
export interface Sum {
  terms: Term[];
  bias: number;
  /** Of the products, with the bias. */
  total: number;
  /** `running[i]` is the bias and the first `i` products. */
  running: Float64Array;
}

/** One unit of a fully connected layer: its weights, one for each input, and its bias. */
export function sum(input: ArrayLike<number>, weights: ArrayLike<number>, bias: number): Sum {
  const terms: Term[] = [];
  const running = new Float64Array(input.length + 1);
  running[0] = bias;
  for (let index = 0; index < input.length; index++) {
    const value = input[index] ?? 0;
    const weight = weights[index] ?? 0;
    const product = value * weight;
    terms.push({ index, value, weight, product });
    running[index + 1] = (running[index] ?? 0) + product;
  }
  return { terms, bias, total: running[input.length] ?? bias, running };
}

/** The largest products, in the order of the vector, and what all the others add up to. */
export function largest({ terms }: Sum, most: number): { terms: Term[]; rest: number; left: number } {
  const order = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const kept = order.slice(0, most).sort((a, b) => a.index - b.index);
  const rest = order.slice(most).reduce((total, { product }) => total + product, 0);
  return { terms: kept, rest, left: Math.max(0, terms.length - most) };
}

/** What each input map adds to the unit: the partial sums of the same layer seen as a convolution. */
export function byMap({ terms }: Sum, { channels, height, width }: Shape): Float64Array {
  const parts = new Float64Array(channels);
  for (const { index, product } of terms) {
    const map = Math.floor(index / (height * width));
    parts[map] = (parts[map] ?? 0) + product;
  }
  return parts;
}

/** One unit's row of the weights, as a volume shaped like the input it reads. */
export function kernel(weights: ArrayLike<number>, unit: number, shape: Shape): Volume {
  const size = shape.channels * shape.height * shape.width;
  return { ...shape, data: Float32Array.from({ length: size }, (_, index) => weights[unit * size + index] ?? 0) };
}

/** How many of the maps fit into a figure of so many cells; a vector is shown whole. */
export function shownMaps({ channels, height, width }: Shape, cells: number): number {
  const size = height * width;
  return size === 1 ? channels : Math.max(1, Math.min(channels, MOST_MAPS, Math.floor(cells / size)));
}

/** The first maps of a volume, as a view. */
export function firstMaps(of: Volume, channels: number): Volume {
  if (channels >= of.channels) return of;
  return { ...of, channels, data: of.data.subarray(0, channels * of.height * of.width) };
}

/** Columns that make tiles about as high as wide, and a vector a little higher, as long as a cell has two units. */
export function columnsOf(shape: Shape, room: number): number {
  const { channels, height, width } = shape;
  const wanted = height * width === 1 ? Math.max(4, Math.floor(Math.sqrt(channels / 1.4))) : Math.ceil(Math.sqrt(channels)); // prettier-ignore
  const gap = gapOf(shape);
  return Math.max(1, Math.min(wanted, Math.floor((room + gap) / (2 * width + gap))));
}

function gapOf({ channels, height, width }: Shape): number {
  if (height * width > 1) return 8;
  return channels > MANY_UNITS ? 0 : 1;
}

export interface Grid {
  columns: number;
  rows: number;
  cell: number;
  gap: number;
  width: number;
  height: number;
}

/** Tiles of maps in rows, as large as `room` allows; `place` says where a tile begins. Cells are whole units where one fits. */
export function grid(shape: Shape, room: number, columns: number, largestCell: number): Grid {
  const { channels, height, width } = shape;
  const across = Math.min(columns, channels);
  const gap = gapOf(shape);
  const fit = Math.max(0.1, (room - gap * (across - 1)) / (across * width));
  const cell = fit < 1 ? fit : Math.max(1, Math.min(largestCell, Math.floor(fit)));
  const rows = Math.ceil(channels / across);
  return {
    columns: across,
    rows,
    cell,
    gap,
    width: across * width * cell + (across - 1) * gap,
    height: rows * height * cell + (rows - 1) * gap,
  };
}

/** Where a map's tile begins in its grid. */
export function place(at: Grid, { height, width }: Shape, map: number): { x: number; y: number } {
  return {
    x: (map % at.columns) * (width * at.cell + at.gap),
    y: Math.floor(map / at.columns) * (height * at.cell + at.gap),
  };
}

export interface Strip {
  /** Values in one line of the strip. */
  across: number;
  lines: number;
  cell: number;
  /** From one line to the next. */
  pitch: number;
  width: number;
  height: number;
}

/** The vector as a strip, broken into lines where it is longer than the room; whole maps stay together. */
export function strip(length: number, group: number, room: number, smallest: number, tall: number): Strip {
  const most = Math.max(1, Math.floor(room / smallest));
  const groups = Math.ceil(length / group);
  const together = Math.max(1, Math.min(groups, Math.floor(most / group)));
  const lines = Math.ceil(groups / together);
  const even = Math.ceil(groups / lines); // as many in every line
  const across = Math.min(length, even * group);
  const cell = room / across;
  const pitch = tall + 6;
  return { across, lines, cell, pitch, width: across * cell, height: lines * pitch - 6 };
}

/** Where a value stands in its strip. */
export function stripPlace({ across, cell, pitch }: Strip, index: number): { x: number; y: number } {
  return { x: (index % across) * cell, y: Math.floor(index / across) * pitch };
}
