/** A setup becomes a problem to compute, or the reason why it cannot. */

import { fullPadding, samePadding, type Filters, type Problem, type Settings } from '../../scene/convolution';
import { LARGEST, pattern, PATTERNS, resized, type Pattern } from '../../scene/convolution-inputs';
import { complaint, type Complaint } from '../../scene/convolution-limits';
import { family, isPreset, resizable, type Shape } from '../../scene/kernels';
import { fromNested, type Volume } from '../../scene/volume';
import type { Setup } from './setup';

export const CHANNELS = 4;
export const LARGEST_VALUE = 1e9; // of an input or a weight, as the server has it
const C1 = 5; // cells on a side of a kernel of LeNet-5's first layer
const C1_MAPS = 6;

export interface Size {
  usual: number;
  limit: number;
}

/** Cells on a side of an input of this kind. */
export function sizes(source: string): Size {
  if (source.startsWith('photo') || source === 'file') return { usual: 128, limit: 256 };
  if (source.startsWith('digit') || source === 'drawing') return { usual: 28, limit: 64 };
  return { usual: 6, limit: LARGEST };
}

/** Whether the input is a picture that has to be fetched. */
export function pictured(source: string): boolean {
  return source !== 'numbers' && !(PATTERNS as readonly string[]).includes(source);
}

export function inputSize({ source, values, size, channels }: Setup): Shape & { channels: number } {
  if (source === 'numbers')
    return { channels: values.length, height: values[0]?.length ?? 0, width: values[0]?.[0]?.length ?? 0 };
  const { usual } = sizes(source);
  return { channels, height: size?.height ?? usual, width: size?.width ?? usual };
}

export function kernelSize({ kernel, kernelSize: chosen, weights }: Setup): Shape {
  if (kernel === 'weights') return { height: weights[0]?.[0]?.length ?? 0, width: weights[0]?.[0]?.[0]?.length ?? 0 };
  if (kernel.startsWith('lenet5')) return { height: C1, width: C1 };
  if (isPreset(kernel) && !resizable(kernel)) return { height: 3, width: 3 };
  return chosen ?? (kernel === 'gabor' ? { height: 5, width: 5 } : { height: 3, width: 3 });
}

function settings(setup: Setup): Settings {
  const { padding, sides, stride, paddingMode, dilation, groups, transposed, outputPadding, flip } = setup;
  const { height, width } = kernelSize(setup);
  const ways = { none: () => [0, 0, 0, 0], sides: () => sides, same: samePadding, full: fullPadding } as const;
  const all = [...ways[padding](height, width, dilation)] as Settings['padding'];
  return { stride, padding: all, paddingMode, dilation, groups, transposed, outputPadding, flip };
}

function wrongInput({ source }: Setup, { channels, height, width }: Shape & { channels: number }): Complaint | null {
  const { limit } = sizes(source);
  const whole = [channels, height, width].every((side) => Number.isInteger(side) && side >= 1);
  if (!whole || Math.max(height, width) > limit)
    return { field: 'input', key: 'input_side', values: { height, width, limit } };
  return channels > CHANNELS ? { field: 'input', key: 'channels', values: { channels, limit: CHANNELS } } : null;
}

/** The kernels of one preset or network, each of them once per channel; null while the network's are not there. */
function kernels(setup: Setup, into: number, c1: Float32Array | null): number[][][][] | null {
  const { kernel, weights, filters } = setup;
  const { height, width } = kernelSize(setup);
  if (kernel === 'weights') return weights.map((filter) => resized(filter, into, height, width));
  let one: number[][][];
  if (isPreset(kernel)) one = family(kernel, { ...setup, size: { height, width } }, filters);
  else if (c1 === null) return null;
  else {
    const first = Number(kernel.split(':')[2] ?? 0);
    one = Array.from({ length: filters }, (_, index) => {
      const at = ((first + index) % C1_MAPS) * C1 * C1;
      return Array.from({ length: C1 }, (_row, row) => [...c1.subarray(at + row * C1, at + (row + 1) * C1)]);
    });
  }
  return one.map((rows) => Array.from({ length: into }, () => rows));
}

export function inputOf(setup: Setup, picture: Volume | null): Volume | null {
  if (setup.source === 'numbers') return fromNested(setup.values);
  const { channels, height, width } = inputSize(setup);
  if (pictured(setup.source)) return picture;
  return pattern(setup.source as Pattern, channels, height, width, setup.seed);
}

export type Posed = { problem: Problem } | { complaint: Complaint } | null;

/** The problem of a setup, or what is wrong with it; null while a picture or a network's kernels are on their way. */
export function pose(setup: Setup, picture: Volume | null, c1: Float32Array | null): Posed {
  const size = inputSize(setup);
  const wrong = wrongInput(setup, size);
  if (wrong !== null) return { complaint: wrong };
  const shape = kernelSize(setup);
  const out = setup.kernel === 'weights' ? setup.weights.length : setup.filters;
  const into = Math.floor(size.channels / setup.groups);
  const moved = settings(setup);
  const found = complaint({ input: size, filters: { out, into, ...shape }, settings: moved });
  if (found !== null) return { complaint: found };
  const input = inputOf(setup, picture);
  const data = kernels(setup, into, c1);
  if (input === null || data === null) return null;
  const filters: Filters = { out, into, ...shape, data: Float32Array.from(data.flat(3)) };
  const large = Math.max(greatest(input.data), greatest(filters.data));
  if (large > LARGEST_VALUE)
    return { complaint: { field: 'input', key: 'input_value', values: { value: large, limit: LARGEST_VALUE } } };
  return { problem: { input, filters, bias: biasOf(setup, out), settings: moved } };
}

const seen = new WeakMap<Float32Array, number>(); // a picture is looked through once, not at every new kernel

/** The largest magnitude. */
function greatest(values: Float32Array): number {
  let most = seen.get(values);
  if (most !== undefined) return most;
  most = 0;
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, Math.abs(values[index] as number));
  seen.set(values, most);
  return most;
}

function biasOf({ bias }: Setup, out: number): Float32Array {
  if (bias.length === 0) return new Float32Array();
  return Float32Array.from({ length: out }, (_, map) => bias[bias.length === 1 ? 0 : map] ?? 0);
}

/** The filters of a problem as numbers that can be edited. */
export function editable({ filters }: Problem): number[][][][] {
  const { out, into, height, width, data } = filters;
  const at = (...place: [number, number, number, number]) =>
    data[((place[0] * into + place[1]) * height + place[2]) * width + place[3]] ?? 0;
  const list = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));
  return list(out, (o) => list(into, (c) => list(height, (y) => list(width, (x) => at(o, c, y, x)))));
}
