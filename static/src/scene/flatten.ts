/** Flattening maps to a vector, and the sum of one unit: positions, weights, products. */

import type { Volume } from './volume';

const MOST_MAPS = 64; // most maps in a figure
const MANY_UNITS = 512; // number of units from which on they are drawn without gaps

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

/** Index of a cell in the flattened vector, in the order of PyTorch's `flatten`. */
export function indexOf({ height, width }: Shape, { map, row, col }: Cell): number {
  return map * height * width + row * width + col;
}

/** Cell at an index of the vector. */
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
  /** Sum of the products and the bias. */
  total: number;
  /** `running[i]` is the bias plus the first `i` products. */
  running: Float64Array;
}

/** One unit of a fully connected layer: one weight per input, and the bias. */
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

/** The largest products in the order of the vector, and the sum of all others. */
export function largest({ terms }: Sum, most: number): { terms: Term[]; rest: number; count: number } {
  const order = [...terms].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
  const largestTerms = order.slice(0, most).sort((a, b) => a.index - b.index);
  const rest = order.slice(most).reduce((total, { product }) => total + product, 0);
  return { terms: largestTerms, rest, count: Math.max(0, terms.length - most) };
}

/** Contribution of each input map to the unit: the same layer as a convolution. */
export function byMap({ terms }: Sum, { channels, height, width }: Shape): Float64Array {
  const parts = new Float64Array(channels);
  for (const { index, product } of terms) {
    const map = Math.floor(index / (height * width));
    parts[map] = (parts[map] ?? 0) + product;
  }
  return parts;
}

/** Weights of one unit as a volume shaped like its input. */
export function kernel(weights: ArrayLike<number>, unit: number, shape: Shape): Volume {
  const size = shape.channels * shape.height * shape.width;
  return { ...shape, data: Float32Array.from({ length: size }, (_, index) => weights[unit * size + index] ?? 0) };
}

/** Number of maps that fit into a figure of this many cells; a vector is shown whole. */
export function mapCount({ channels, height, width }: Shape, cells: number): number {
  const size = height * width;
  return size === 1 ? channels : Math.max(1, Math.min(channels, MOST_MAPS, Math.floor(cells / size)));
}

/** The first maps of a volume, as a view. */
export function firstMaps(of: Volume, channels: number): Volume {
  if (channels >= of.channels) return of;
  return { ...of, channels, data: of.data.subarray(0, channels * of.height * of.width) };
}

/** Number of columns for tiles about as high as wide; a vector is slightly higher. */
export function columnsOf(shape: Shape, room: number): number {
  const { channels, height, width } = shape;
  const columns = height * width === 1 ? Math.max(4, Math.floor(Math.sqrt(channels / 1.4))) : Math.ceil(Math.sqrt(channels)); // prettier-ignore
  const gap = gapOf(shape);
  return Math.max(1, Math.min(columns, Math.floor((room + gap) / (2 * width + gap))));
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

/** Tiles of maps in rows, as large as the figure allows; cells are whole units if one fits. */
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

/** Position of a map's tile in the grid. */
export function place(at: Grid, { height, width }: Shape, map: number): { x: number; y: number } {
  return {
    x: (map % at.columns) * (width * at.cell + at.gap),
    y: Math.floor(map / at.columns) * (height * at.cell + at.gap),
  };
}

export interface Strip {
  /** Values per line of the strip. */
  across: number;
  lines: number;
  cell: number;
  /** Distance between two lines. */
  pitch: number;
  width: number;
  height: number;
}

/** The vector as a strip, wrapped into lines; maps are not split. */
export function strip(length: number, group: number, room: number, smallest: number, tall: number): Strip {
  const most = Math.max(1, Math.floor(room / smallest));
  const groups = Math.ceil(length / group);
  const together = Math.max(1, Math.min(groups, Math.floor(most / group)));
  const lines = Math.ceil(groups / together);
  const even = Math.ceil(groups / lines); // the same number in every line
  const across = Math.min(length, even * group);
  const cell = room / across;
  const pitch = tall + 6;
  return { across, lines, cell, pitch, width: across * cell, height: lines * pitch - 6 };
}

/** Position of a value in the strip. */
export function stripPlace({ across, cell, pitch }: Strip, index: number): { x: number; y: number } {
  return { x: (index % across) * cell, y: Math.floor(index / across) * pitch };
}
