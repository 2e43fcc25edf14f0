/** A setup becomes a problem to compute, or the reason why it cannot. */

import { fullPadding, samePadding, type Filters, type Problem, type Settings } from '../../scene/convolution';
import { pattern, resized, type Pattern } from '../../scene/convolution-inputs';
import { complaint, type Complaint } from '../../scene/convolution-limits';
import { family, isPreset, resizable, type Shape } from '../../scene/kernels';
import { kernelAt, kernelOf, readKernel, type Known } from '../../scene/learned';
import { fromNested, type Volume } from '../../scene/volume';
import type { Said, Setup } from './setup';
import { brought, CHANNELS, COLOUR, GREY, LARGEST_VALUE, pictured, sizes } from './sources';

/** What is said, and what follows from the network that its kernel is of. */
export function settled(said: Said, known: Known | null): Setup {
  const named = readKernel(said.kernel);
  const kernels = named && known?.kernels;
  const channels = said.channels ?? kernels?.channels ?? 1;
  const source = said.source ?? (brought(said.kernel) ? (channels === 3 ? COLOUR : GREY) : 'numbers');
  if (!named || !kernels) return { ...said, channels, source };
  const { height, width } = kernels;
  return { ...said, channels, source, kernel: kernelOf(named, kernels), kernelSize: { height, width } };
}

export function inputSize({ source, values, size, channels }: Setup): Shape & { channels: number } {
  if (source === 'numbers')
    return { channels: values.length, height: values[0]?.length ?? 0, width: values[0]?.[0]?.length ?? 0 };
  const { usual } = sizes(source);
  return { channels, height: size?.height ?? usual, width: size?.width ?? usual };
}

export function kernelSize({ kernel, kernelSize: chosen, weights }: Setup): Shape {
  if (kernel === 'weights') return { height: weights[0]?.[0]?.length ?? 0, width: weights[0]?.[0]?.[0]?.length ?? 0 };
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

/** Kernels of one channel stand once in every channel; null while a network's are not there. */
function kernels(setup: Setup, into: number, known: Known | null): number[][][][] | null {
  const { kernel, weights, filters } = setup;
  const { height, width } = kernelSize(setup);
  if (kernel === 'weights') return weights.map((filter) => resized(filter, into, height, width));
  const each = (rows: number[][]) => Array.from({ length: into }, () => rows);
  if (isPreset(kernel)) return family(kernel, { ...setup, size: { height, width } }, filters).map(each);
  const { kernels: learned = null, data = null } = known ?? {};
  if (learned === null || data === null) return null;
  const first = readKernel(kernel)?.index ?? 0;
  return Array.from({ length: filters }, (_, index) => {
    const [rows = [], ...others] = kernelAt(learned, data, first + index);
    return others.length === 0 ? each(rows) : [rows, ...others];
  });
}

export function inputOf(setup: Setup, picture: Volume | null): Volume | null {
  if (setup.source === 'numbers') return fromNested(setup.values);
  const { channels, height, width } = inputSize(setup);
  if (pictured(setup.source)) return picture;
  return pattern(setup.source as Pattern, channels, height, width, setup.seed);
}

export type Posed = { problem: Problem } | { complaint: Complaint } | null;

/** The problem of a setup, or what is wrong with it; null while a picture or a network's kernels are on their way. */
export function pose(said: Said, picture: Volume | null, known: Known | null): Posed {
  const setup = settled(said, known);
  const learned = readKernel(setup.kernel) !== null;
  if (learned && known === null) return null;
  const channels = learned ? known?.kernels?.channels : 1;
  if (channels === undefined) return { complaint: { field: 'kernel', key: 'no_kernels', values: {} } };
  const size = inputSize(setup);
  const wrong = wrongInput(setup, size);
  if (wrong !== null) return { complaint: wrong };
  const shape = kernelSize(setup);
  const out = setup.kernel === 'weights' ? setup.weights.length : setup.filters;
  const into = Math.floor(size.channels / setup.groups);
  const moved = settings(setup);
  const found = complaint({ input: size, filters: { out, into, ...shape }, settings: moved });
  if (found !== null) return { complaint: found };
  if (channels > 1 && channels !== into)
    return { complaint: { field: 'kernel', key: 'kernel_channels', values: { channels, into } } };
  const input = inputOf(setup, picture);
  const data = kernels(setup, into, known);
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
