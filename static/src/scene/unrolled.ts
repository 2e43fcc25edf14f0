/** A convolution unrolled: connections of its network, sparse matrix, and im2col. */

import {
  firstChannel,
  outputSize,
  padded,
  origin,
  laid,
  terms,
  type Position,
  type Problem,
  type Term,
} from './convolution';
import { firstProblem } from './convolution-limits';
import type { Shape } from './kernels';

/** A connection from an input value to an output value. */
export interface Link {
  /** Index in the flattened input. */
  from: number;
  /** Index in the flattened output. */
  to: number;
  /** Index in the flattened filters; connections with the same index share the weight. */
  weight: number;
  value: number;
}

export interface Grid {
  rows: number;
  cols: number;
}

export interface Sparse extends Grid {
  entries: { row: number; col: number; value: number; weight: number }[];
}

export interface Dense extends Grid {
  values: Float32Array;
}

/** Most nodes and connections that are drawn. */
export const NETWORK = { side: 8, outputSide: 12, channels: 4, links: 1200 } as const;

/** Most cells of a matrix, on the server and on screen. */
export const MATRIX_CELLS = 65_536;

/** Index of a position in the flattened output. */
export function flat({ map, row, col }: Position, size: { height: number; width: number }): number {
  return (map * size.height + row) * size.width + col;
}

/** Position at an index of the flattened output. */
export function unflat(index: number, { height, width }: { height: number; width: number }): Position {
  return { map: Math.floor(index / (height * width)), row: Math.floor(index / width) % height, col: index % width };
}

/** Index of a term's value in the flattened input; null for padding. */
export function sourceOf(
  { input, settings }: Problem,
  { channel, row, col }: Pick<Term, 'channel' | 'row' | 'col'>,
): number | null {
  if (settings.transposed) return (channel * input.height + row) * input.width + col;
  const down = origin(row, settings.padding[0], input.height, settings.paddingMode);
  const across = origin(col, settings.padding[2], input.width, settings.paddingMode);
  return down === null || across === null ? null : (channel * input.height + down) * input.width + across;
}

/** Index of a term's weight in the flattened filters. */
export function weightOf(problem: Problem, map: number, { channel, y, x }: Pick<Term, 'channel' | 'y' | 'x'>): number {
  const { into, height, width } = problem.filters;
  return ((map * into + channel - firstChannel(problem, map)) * height + y) * width + x;
}

/** Connections of one output map, without those to padding. */
export function links(problem: Problem, map: number): Link[] {
  const size = outputSize(problem);
  const input = padded(problem);
  const connections: Link[] = [];
  for (let row = 0; row < size.height; row += 1) {
    for (let col = 0; col < size.width; col += 1) {
      const to = flat({ map, row, col }, size);
      for (const term of terms(problem, { map, row, col }, input)) {
        const from = sourceOf(problem, term);
        if (from !== null) connections.push({ from, to, weight: weightOf(problem, map, term), value: term.weight });
      }
    }
  }
  return connections;
}

/** Shape of the matrix that multiplies the flattened input. */
export function matrixShape(problem: Problem): Grid {
  const size = outputSize(problem);
  const { channels, height, width } = problem.input;
  return { rows: size.channels * size.height * size.width, cols: channels * height * width };
}

/** Entries of the matrix, row by row; weights in the same cell are summed. */
export function matrix(problem: Problem): Sparse {
  const shape = matrixShape(problem);
  const cells = new Map<number, Sparse['entries'][number]>();
  for (let map = 0; map < problem.filters.out; map += 1) {
    for (const { from, to, weight, value } of links(problem, map)) {
      const key = to * shape.cols + from;
      const cell = cells.get(key);
      if (cell === undefined) cells.set(key, { row: to, col: from, value, weight });
      else cell.value += value;
    }
  }
  return { ...shape, entries: [...cells.values()].sort((a, b) => a.row - b.row || a.col - b.col) };
}

/** im2col: every window as a column, in window order; null for a transposed convolution. */
export function columns(problem: Problem): Dense | null {
  const { filters, input, settings } = problem;
  if (settings.transposed) return null;
  const size = outputSize(problem);
  const around = padded(problem);
  const cols = Math.max(0, size.height) * Math.max(0, size.width);
  const area = filters.height * filters.width;
  const values = new Float32Array(input.channels * area * cols);
  for (let at = 0; at < values.length; at += 1) {
    const [tap, cell] = [Math.floor(at / cols), at % cols];
    const [channel, y, x] = [Math.floor(tap / area), Math.floor((tap % area) / filters.width), tap % filters.width];
    const row = Math.floor(cell / size.width) * settings.stride[0] + y * settings.dilation[0];
    const col = (cell % size.width) * settings.stride[1] + x * settings.dilation[1];
    values[at] = around.data[(channel * around.height + row) * around.width + col] ?? 0;
  }
  return { rows: input.channels * area, cols, values };
}

/** Filters as rows, one per output map, in window order; NaN for channels that the map does not read. */
export function kernelRows(problem: Problem): Dense {
  const { filters, input, settings } = problem;
  const area = filters.height * filters.width;
  const [cols, own] = [input.channels * area, filters.into * area];
  const turned = laid(filters, settings.flip).data;
  const values = new Float32Array(filters.out * cols).fill(NaN);
  for (let map = 0; map < filters.out; map += 1) {
    values.set(turned.subarray(map * own, (map + 1) * own), map * cols + firstChannel(problem, map) * area);
  }
  return { rows: filters.out, cols, values };
}

/** Dimension that is too large to draw as a network; null if none is. */
export function tooLargeForNetwork(problem: Problem): 'input' | 'output' | 'links' | null {
  const { input } = problem;
  const size = outputSize(problem);
  if (Math.max(input.height, input.width) > NETWORK.side || input.channels > NETWORK.channels) return 'input';
  if (Math.max(size.height, size.width) > NETWORK.outputSide) return 'output';
  const reads = problem.filters.into * problem.filters.height * problem.filters.width;
  return size.height * size.width * reads > NETWORK.links && links(problem, 0).length > NETWORK.links ? 'links' : null;
}

/** The largest crop of this input whose network can be drawn with the same kernel; null if there is none. */
export function largestForNetwork(problem: Problem): Shape | null {
  const { channels, height, width } = problem.input;
  for (let side = Math.min(NETWORK.side, Math.max(height, width)); side >= 1; side -= 1) {
    const size = { height: Math.min(height, side), width: Math.min(width, side) };
    const outline = {
      ...problem,
      input: { channels, ...size, data: new Float32Array(channels * size.height * size.width) },
    };
    if (firstProblem(outline) === null && tooLargeForNetwork(outline) === null) return size;
  }
  return null;
}

/** The nearest valid position, for one kept from a larger output. */
export function clampPosition(position: Position, problem: Problem): Position {
  const size = outputSize(problem);
  const within = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));
  return {
    map: within(position.map, size.channels),
    row: within(position.row, size.height),
    col: within(position.col, size.width),
  };
}

/** The position that a key leads to; null if none. */
export function steer(
  key: string,
  { map, row, col }: Position,
  size: { channels: number; height: number; width: number },
): Position | null {
  const moves: Record<string, Position> = {
    ArrowLeft: { map, row, col: col - 1 },
    ArrowRight: { map, row, col: col + 1 },
    ArrowUp: { map, row: row - 1, col },
    ArrowDown: { map, row: row + 1, col },
    PageUp: { map: map - 1, row, col },
    PageDown: { map: map + 1, row, col },
    Home: { map, row: 0, col: 0 },
    End: { map, row: size.height - 1, col: size.width - 1 },
  };
  const to = moves[key];
  if (to === undefined) return null;
  const wrapped = { ...to };
  if (to.col < 0 || to.col >= size.width) {
    wrapped.row = to.row + Math.sign(to.col - col);
    wrapped.col = to.col < 0 ? size.width - 1 : 0;
  }
  const fits = (value: number, length: number) => value >= 0 && value < length;
  return fits(wrapped.map, size.channels) && fits(wrapped.row, size.height) && fits(wrapped.col, size.width)
    ? wrapped
    : null;
}
