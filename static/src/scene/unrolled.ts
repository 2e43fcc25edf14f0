/** A convolution unrolled: every connection of its network, its sparse matrix, and the columns of im2col. */

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
import { complaint } from './convolution-limits';
import type { Shape } from './kernels';
import { LIMITS } from '../wire/limits';

/** A connection from an input value to an output value. */
export interface Link {
  /** The place of the value in the flattened input. */
  from: number;
  /** The place of the value in the flattened output. */
  to: number;
  /** The place of the weight in the flattened filters: connections with the same one share it. */
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

/** What is drawn with every node and connection. */
export const NETWORK = { side: 8, outputSide: 12, channels: 4, links: 1200 } as const;

/** The most cells that a matrix has, on the server and on screen. */
export const MATRIX_CELLS = LIMITS.cells;

/** A position's place in the flattened output. */
export function flat({ map, row, col }: Position, size: { height: number; width: number }): number {
  return (map * size.height + row) * size.width + col;
}

/** The position at a place of the flattened output. */
export function unflat(index: number, { height, width }: { height: number; width: number }): Position {
  return { map: Math.floor(index / (height * width)), row: Math.floor(index / width) % height, col: index % width };
}

/** Where in the flattened input a term's value comes from; null where it is a zero of the padding. */
export function sourceOf(
  { input, settings }: Problem,
  { channel, row, col }: Pick<Term, 'channel' | 'row' | 'col'>,
): number | null {
  if (settings.transposed) return (channel * input.height + row) * input.width + col;
  const down = origin(row, settings.padding[0], input.height, settings.paddingMode);
  const across = origin(col, settings.padding[2], input.width, settings.paddingMode);
  return down === null || across === null ? null : (channel * input.height + down) * input.width + across;
}

/** The place of a term's weight in the flattened filters. */
export function weightOf(problem: Problem, map: number, { channel, y, x }: Pick<Term, 'channel' | 'y' | 'x'>): number {
  const { into, height, width } = problem.filters;
  return ((map * into + channel - firstChannel(problem, map)) * height + y) * width + x;
}

/** The connections of one output map; those that would read a zero of the padding are left out. */
export function links(problem: Problem, map: number): Link[] {
  const size = outputSize(problem);
  const input = padded(problem);
  const found: Link[] = [];
  for (let row = 0; row < size.height; row += 1) {
    for (let col = 0; col < size.width; col += 1) {
      const to = flat({ map, row, col }, size);
      for (const term of terms(problem, { map, row, col }, input)) {
        const from = sourceOf(problem, term);
        if (from !== null) found.push({ from, to, weight: weightOf(problem, map, term), value: term.weight });
      }
    }
  }
  return found;
}

/** The shape of the matrix that the flattened input is multiplied by. */
export function matrixShape(problem: Problem): Grid {
  const size = outputSize(problem);
  const { channels, height, width } = problem.input;
  return { rows: size.channels * size.height * size.width, cols: channels * height * width };
}

/** The matrix as its entries, row by row; weights that meet in one cell are added up. */
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

/** Every window as a column, in the order in which the kernel lies on it; null for a transposed convolution, which has none. */
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

/** The filters as rows, one for each output map, as they lie on the window; empty (NaN) where a map reads no channel. */
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

/** What is too large to be drawn as a network; null where nothing is. */
export function tooLargeForNetwork(problem: Problem): 'input' | 'output' | 'links' | null {
  const { input } = problem;
  const size = outputSize(problem);
  if (Math.max(input.height, input.width) > NETWORK.side || input.channels > NETWORK.channels) return 'input';
  if (Math.max(size.height, size.width) > NETWORK.outputSide) return 'output';
  const reads = problem.filters.into * problem.filters.height * problem.filters.width;
  return size.height * size.width * reads > NETWORK.links && links(problem, 0).length > NETWORK.links ? 'links' : null;
}

/** The largest input, within this one, whose network can be drawn with the same kernel; null where there is none. */
export function largestForNetwork(problem: Problem): Shape | null {
  const { channels, height, width } = problem.input;
  for (let side = Math.min(NETWORK.side, Math.max(height, width)); side >= 1; side -= 1) {
    const size = { height: Math.min(height, side), width: Math.min(width, side) };
    const outline = {
      ...problem,
      input: { channels, ...size, data: new Float32Array(channels * size.height * size.width) },
    };
    if (complaint(outline) === null && tooLargeForNetwork(outline) === null) return size;
  }
  return null;
}

/** The nearest position that exists: an exhibit may still hold one of a larger output. */
export function held(position: Position, problem: Problem): Position {
  const size = outputSize(problem);
  const within = (value: number, length: number) => Math.max(0, Math.min(length - 1, value));
  return {
    map: within(position.map, size.channels),
    row: within(position.row, size.height),
    col: within(position.col, size.width),
  };
}

/** Where a key leads from a position; null where it leads nowhere. */
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
