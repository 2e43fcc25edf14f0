/** Contents of the figure for a state: shapes, windows, products and colours, as plain values. */

import { firstChannel, laid, span, type Term } from '../../scene/convolution';
import type { Parts } from '../../scene/convolution-layout';
import { isPhoto } from './palettes';
import type { ConvolutionState } from './state.svelte';

export interface Frame {
  row: number;
  col: number;
  rows: number;
  cols: number;
}

export interface Tap {
  row: number;
  col: number;
  weight: number;
}

/** Input channels of the displayed output map. */
export function reads(state: ConvolutionState): number[] {
  const { problem } = state.displayed;
  const first = firstChannel(problem, state.map);
  return Array.from({ length: problem.filters.into }, (_, index) => first + index);
}

export function partsOf(state: ConvolutionState): Parts {
  const { around } = state;
  const { problem, output } = state.displayed;
  return {
    channels: problem.input.channels,
    together: isPhoto(state.setup.source) && problem.input.channels === 3,
    spreads: state.spreads,
    reads: reads(state),
    input: { rows: around.height, cols: around.width },
    kernel: { rows: problem.filters.height, cols: problem.filters.width },
    output: { rows: output.height, cols: output.width },
  };
}

/** Position of a term in the window. */
export function under(state: ConvolutionState, term: Term): { row: number; col: number } {
  const { filters, settings } = state.displayed.problem;
  if (!settings.flip) return { row: term.y, col: term.x };
  return { row: filters.height - 1 - term.y, col: filters.width - 1 - term.x };
}

export interface Small {
  values: Float32Array;
  weights: Float32Array;
  products: Float32Array;
}

/** Kernel-sized grids of one channel: input values, weights, products. */
export function small(state: ConvolutionState, channel: number): Small {
  const { problem } = state.displayed;
  const { filters, settings } = problem;
  const area = filters.height * filters.width;
  const start = (state.map * filters.into + channel - firstChannel(problem, state.map)) * area;
  const weights = laid(filters, settings.flip).data.slice(start, start + area);
  const values = new Float32Array(area);
  if (state.followed === null) {
    const { height, width, data } = problem.input;
    const { row, col } = state.place;
    values.fill(data[(channel * height + row) * width + col] ?? 0);
    return { values, weights, products: weights.map((weight, at) => weight * (values[at] ?? 0)) };
  }
  const products = new Float32Array(area);
  for (const term of state.terms) {
    if (term.channel !== channel) continue;
    const { row, col } = under(state, term);
    values[row * filters.width + col] = term.value;
    products[row * filters.width + col] = term.product;
  }
  return { values, weights, products };
}

/** Input cells of the selected output in a channel. */
export function taps(state: ConvolutionState, channel: number): Tap[] {
  return state.terms.filter((term) => term.channel === channel);
}

/** Frame around cells; null for none. */
export function frame(cells: { row: number; col: number }[]): Frame | null {
  if (cells.length === 0) return null;
  const rows = cells.map(({ row }) => row);
  const cols = cells.map(({ col }) => col);
  const [row, col] = [Math.min(...rows), Math.min(...cols)];
  return { row, col, rows: Math.max(...rows) - row + 1, cols: Math.max(...cols) - col + 1 };
}

/** Box on the output of the kernel of the current input cell (transposed), clipped. */
export function footprint(state: ConvolutionState): Frame | null {
  const { problem, output } = state.displayed;
  if (!state.spreads || state.followed !== null) return null;
  const { stride, padding, dilation } = problem.settings;
  const { height, width } = problem.filters;
  const from = [state.place.row * stride[0] - padding[0], state.place.col * stride[1] - padding[2]] as const;
  const [row, col] = [Math.max(0, from[0]), Math.max(0, from[1])];
  const bottom = Math.min(output.height, from[0] + span(height, dilation[0]));
  const right = Math.min(output.width, from[1] + span(width, dilation[1]));
  return bottom > row && right > col ? { row, col, rows: bottom - row, cols: right - col } : null;
}

export interface Extent {
  /** Largest magnitude; 1 if all are zero. */
  limit: number;
  negative: boolean;
  whole: boolean;
}

/** Statistics of values for their colours. */
export function extent(values: Float32Array): Extent {
  let [least, most, whole] = [0, 0, true];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (value < least) least = value;
    if (value > most) most = value;
    whole &&= value === Math.trunc(value);
  }
  return { limit: Math.max(-least, most) || 1, negative: least < 0, whole };
}
