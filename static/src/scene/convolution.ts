/** A convolution: shapes, values as a preview, and the terms of one output value. */

import type { Volume } from './volume';

export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

export interface Settings {
  /** Pairs are (rows, columns). */
  stride: [number, number];
  /** Top, bottom, left, right. */
  padding: [number, number, number, number];
  paddingMode: PaddingMode;
  dilation: [number, number];
  groups: number;
  transposed: boolean;
  outputPadding: [number, number];
  /** True: convolution, with kernels turned by 180 degrees; false: PyTorch's cross-correlation. */
  flip: boolean;
}

export interface Filters {
  /** Output maps. */
  out: number;
  /** Input channels read by each output map: all of them divided by the groups. */
  into: number;
  height: number;
  width: number;
  /** (out, in, height, width), also for a transposed convolution, for which PyTorch swaps the first two. */
  data: Float32Array;
}

export interface Problem {
  input: Volume;
  filters: Filters;
  /** One value per output map; empty without bias. */
  bias: Float32Array;
  settings: Settings;
}

/** One cell of the output. */
export interface Position {
  map: number;
  row: number;
  col: number;
}

/** One product of the sum of an output value. */
export interface Term {
  channel: number;
  /** Position in the padded input; for a transposed convolution in the input itself, since the output is cropped. */
  row: number;
  col: number;
  /** Position in the kernel as given, before any turn. */
  y: number;
  x: number;
  value: number;
  weight: number;
  product: number;
}

export interface Reach extends Position {
  weight: number;
}

export interface OutputSize {
  channels: number;
  height: number;
  width: number;
}

export const STILL: Settings = {
  stride: [1, 1],
  padding: [0, 0, 0, 0],
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
  transposed: false,
  outputPadding: [0, 0],
  flip: false,
};

/** Cells that a dilated kernel spans along one axis. */
export function span(kernel: number, dilation: number): number {
  return dilation * (kernel - 1) + 1;
}

/** Output size; a side is zero or negative if the kernel does not fit. */
export function outputSize({ input, filters, settings }: Problem): OutputSize {
  const { stride, padding, dilation, transposed, outputPadding } = settings;
  const [top, bottom, left, right] = padding;
  const side = (length: number, before: number, after: number, kernel: number, axis: 0 | 1): number => {
    const reach = span(kernel, dilation[axis]);
    return transposed
      ? (length - 1) * stride[axis] - before - after + reach + outputPadding[axis]
      : Math.floor((length + before + after - reach) / stride[axis]) + 1;
  };
  return {
    channels: filters.out,
    height: side(input.height, top, bottom, filters.height, 0),
    width: side(input.width, left, right, filters.width, 1),
  };
}

/** Input row or column of a padded one; null for a zero. */
export function origin(index: number, before: number, length: number, mode: PaddingMode): number | null {
  const at = index - before;
  if (at >= 0 && at < length) return at;
  if (mode === 'zeros') return null;
  if (mode === 'replicate') return at < 0 ? 0 : length - 1;
  if (mode === 'circular') return ((at % length) + length) % length;
  return at < 0 ? -at : 2 * (length - 1) - at;
}

/** The padded input; the input itself for a transposed convolution. */
export function padded({ input, settings }: Pick<Problem, 'input' | 'settings'>): Volume {
  if (settings.transposed || settings.padding.every((side) => side === 0)) return input;
  const [top, bottom, left, right] = settings.padding;
  const height = input.height + top + bottom;
  const width = input.width + left + right;
  const data = new Float32Array(input.channels * height * width);
  const cols = Array.from({ length: width }, (_, col) => origin(col, left, input.width, settings.paddingMode));
  for (let row = 0; row < height; row += 1) {
    const from = origin(row, top, input.height, settings.paddingMode);
    if (from === null) continue;
    for (let channel = 0; channel < input.channels; channel += 1) {
      const target = (channel * height + row) * width;
      const source = (channel * input.height + from) * input.width;
      for (let col = 0; col < width; col += 1) {
        const at = cols[col];
        if (at != null) data[target + col] = input.data[source + at] ?? 0;
      }
    }
  }
  return { channels: input.channels, height, width, data };
}

/** Weights in the order of the window: turned by 180 degrees for a mathematical convolution. */
export function laid(filters: Filters, flip: boolean): Filters {
  if (!flip) return filters;
  const area = filters.height * filters.width;
  const data = filters.data.map((_, index) => {
    const start = index - (index % area);
    return filters.data[start + area - 1 - (index % area)] ?? 0;
  });
  return { ...filters, data };
}

/** First input channel of an output map. */
export function firstChannel({ filters, settings }: Problem, map: number): number {
  return Math.floor(map / (filters.out / settings.groups)) * filters.into;
}

/** Adds the products of one weight to a map, row by row. */
type Share = (target: Float64Array, source: Float32Array, weight: number, y: number, x: number) => void;

function sliding(problem: Problem, size: OutputSize, input: Volume): Share {
  const { stride, dilation } = problem.settings;
  return (target, source, weight, y, x) => {
    for (let row = 0; row < size.height; row += 1) {
      const from = (row * stride[0] + y * dilation[0]) * input.width + x * dilation[1];
      const to = row * size.width;
      for (let col = 0; col < size.width; col += 1) {
        target[to + col] = (target[to + col] as number) + weight * (source[from + col * stride[1]] as number);
      }
    }
  };
}

function spreading(problem: Problem, size: OutputSize, input: Volume): Share {
  const { stride, dilation, padding } = problem.settings;
  return (target, source, weight, y, x) => {
    for (let row = 0; row < input.height; row += 1) {
      const down = row * stride[0] + y * dilation[0] - padding[0];
      if (down < 0 || down >= size.height) continue;
      for (let col = 0; col < input.width; col += 1) {
        const across = col * stride[1] + x * dilation[1] - padding[2];
        if (across < 0 || across >= size.width) continue;
        const to = down * size.width + across;
        target[to] = (target[to] as number) + weight * (source[row * input.width + col] as number);
      }
    }
  };
}

/** Contribution of one input channel to one output map, without bias. */
function share(problem: Problem, input: Volume, turned: Filters, add: Share, target: Float64Array) {
  const { height, width, into, data } = turned;
  const plane = input.height * input.width;
  return (map: number, index: number) => {
    const channel = firstChannel(problem, map) + index;
    const source = input.data.subarray(channel * plane, (channel + 1) * plane);
    const start = (map * into + index) * height * width;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const weight = data[start + y * width + x] ?? 0;
        if (weight !== 0) add(target, source, weight, y, x);
      }
    }
  };
}

function prepared(problem: Problem) {
  const size = outputSize(problem);
  const area = Math.max(0, size.height) * Math.max(0, size.width);
  const input = padded(problem);
  const add = (problem.settings.transposed ? spreading : sliding)(problem, size, input);
  const target = new Float64Array(area);
  const give = share(problem, input, laid(problem.filters, problem.settings.flip), add, target);
  return { size, area, target, give };
}

/** The output, summed in double precision and rounded to float32; a preview until the server answers. */
export function convolve(problem: Problem): Volume {
  const { size, area, target, give } = prepared(problem);
  const data = new Float32Array(size.channels * area);
  for (let map = 0; map < size.channels; map += 1) {
    target.fill(problem.bias[map] ?? 0);
    for (let index = 0; index < problem.filters.into; index += 1) give(map, index);
    data.set(target, map * area);
  }
  return { ...size, data };
}

/** Contribution of each input channel to one output map; with the bias they sum to it. */
export function partials(problem: Problem, map: number): Volume {
  const { size, area, target, give } = prepared(problem);
  const { into } = problem.filters;
  const data = new Float32Array(into * area);
  for (let index = 0; index < into; index += 1) {
    target.fill(0);
    give(map, index);
    data.set(target, index * area);
  }
  return { channels: into, height: size.height, width: size.width, data };
}

/** One output map of a transposed convolution after the first `count` input cells. */
export function spread(problem: Problem, map: number, count: number): Volume {
  const { input, filters, settings, bias } = problem;
  const area = input.height * input.width;
  const first = firstChannel(problem, map);
  const data = input.data.slice(first * area, (first + filters.into) * area);
  for (let channel = 0; channel < filters.into; channel += 1)
    data.fill(0, channel * area + count, (channel + 1) * area);
  const size = filters.into * filters.height * filters.width;
  return convolve({
    input: { ...input, channels: filters.into, data },
    filters: { ...filters, out: 1, data: filters.data.subarray(map * size, (map + 1) * size) },
    bias: bias.subarray(map, map + 1),
    settings: { ...settings, groups: 1 },
  });
}

/** Input row or column multiplied by a weight for one output row or column; null if there is none. */
function factorAt(problem: Problem, output: number, tap: number, axis: 0 | 1): number | null {
  const { stride, dilation, padding, transposed } = problem.settings;
  if (!transposed) return output * stride[axis] + tap * dilation[axis];
  const place = output + (padding[axis * 2] ?? 0) - tap * dilation[axis];
  const length = axis === 0 ? problem.input.height : problem.input.width;
  const at = place / stride[axis];
  return Number.isInteger(at) && at >= 0 && at < length ? at : null;
}

/** All products of one output cell, by channel and then in window order. */
export function terms(problem: Problem, { map, row, col }: Position, input: Volume = padded(problem)): Term[] {
  const { filters, settings } = problem;
  const { height, width, into } = filters;
  const terms: Term[] = [];
  const first = firstChannel(problem, map);
  for (let tap = 0; tap < into * height * width; tap += 1) {
    const index = Math.floor(tap / (height * width));
    const [down, across] = [Math.floor(tap / width) % height, tap % width];
    const at = [factorAt(problem, row, down, 0), factorAt(problem, col, across, 1)] as const;
    if (at[0] === null || at[1] === null) continue;
    const channel = first + index;
    const [y, x] = settings.flip ? [height - 1 - down, width - 1 - across] : [down, across];
    const value = input.data[(channel * input.height + at[0]) * input.width + at[1]] ?? 0;
    const weight = filters.data[((map * into + index) * height + y) * width + x] ?? 0;
    terms.push({ channel, row: at[0], col: at[1], y, x, value, weight, product: value * weight });
  }
  return terms;
}

/** Padded positions of an input row or column along one axis, including its copies in the padding. */
function copies(problem: Problem, index: number, axis: 0 | 1): number[] {
  const { input, settings } = problem;
  if (settings.transposed) return [index];
  const length = axis === 0 ? input.height : input.width;
  const before = settings.padding[axis * 2] ?? 0;
  const total = length + before + (settings.padding[axis * 2 + 1] ?? 0);
  const indices = Array.from({ length: total }, (_, place) => place);
  return indices.filter((place) => origin(place, before, length, settings.paddingMode) === index);
}

/** Outputs reached by one row or column, each with the tap (in window order). */
function reachedOutputs(problem: Problem, index: number, axis: 0 | 1): { at: number; tap: number }[] {
  const { filters, settings } = problem;
  const { stride, dilation, padding, transposed } = settings;
  const size = outputSize(problem);
  const [length, taps] = axis === 0 ? [size.height, filters.height] : [size.width, filters.width];
  const outputs: { at: number; tap: number }[] = [];
  for (const place of copies(problem, index, axis)) {
    for (let tap = 0; tap < taps; tap += 1) {
      const at = transposed
        ? place * stride[axis] + tap * dilation[axis] - (padding[axis * 2] ?? 0)
        : (place - tap * dilation[axis]) / stride[axis];
      if (Number.isInteger(at) && at >= 0 && at < length) outputs.push({ at, tap });
    }
  }
  return outputs;
}

/**
 * Outputs reached by an input cell, each with the weight between them (the derivative of the output with respect to
 * the cell). Where padding repeats the cell, its weights are summed.
 */
export function reaches(
  problem: Problem,
  { channel, row, col }: { channel: number; row: number; col: number },
): Reach[] {
  const { filters, settings } = problem;
  const { height, width, into, out } = filters;
  const rows = reachedOutputs(problem, row, 0);
  const cols = reachedOutputs(problem, col, 1);
  const reaches: Reach[] = [];
  for (let map = 0; map < out; map += 1) {
    const index = channel - firstChannel(problem, map);
    if (index < 0 || index >= into) continue;
    const sums = new Map<string, Reach>();
    for (const down of rows) {
      for (const across of cols) {
        const y = settings.flip ? height - 1 - down.tap : down.tap;
        const x = settings.flip ? width - 1 - across.tap : across.tap;
        const weight = filters.data[((map * into + index) * height + y) * width + x] ?? 0;
        const key = `${down.at} ${across.at}`;
        const before = sums.get(key)?.weight ?? 0;
        sums.set(key, { map, row: down.at, col: across.at, weight: before + weight });
      }
    }
    reaches.push(...sums.values());
  }
  return reaches;
}

/** Number of parameters. */
export function parameters({ filters, bias }: Problem): number {
  return filters.data.length + bias.length;
}

/** Multiplications of one pass, including those with padding and without the bias. */
export function macs(problem: Problem): number {
  const { filters, input, settings } = problem;
  const size = outputSize(problem);
  const positions = settings.transposed
    ? input.height * input.width
    : Math.max(0, size.height) * Math.max(0, size.width);
  return filters.data.length * positions;
}

/** Padding that preserves the size at stride 1, as PyTorch's "same"; the odd cell is added below and right. */
export function samePadding(height: number, width: number, dilation: [number, number]): Settings['padding'] {
  const [down, across] = [span(height, dilation[0]) - 1, span(width, dilation[1]) - 1];
  return [Math.floor(down / 2), Math.ceil(down / 2), Math.floor(across / 2), Math.ceil(across / 2)];
}

/** Padding that gives every overlap of kernel and input an output. */
export function fullPadding(height: number, width: number, dilation: [number, number]): Settings['padding'] {
  const [down, across] = [span(height, dilation[0]) - 1, span(width, dilation[1]) - 1];
  return [down, down, across, across];
}
