/** Turns a setup into a computable problem, or the reason why it is not. */

import { fullPadding, samePadding, type Filters, type Problem, type Settings } from '../../scene/convolution';
import { pattern, resized, type Pattern } from '../../scene/convolution-inputs';
import { firstProblem, type Complaint } from '../../scene/convolution-limits';
import { family, isPreset, resizable, type Shape } from '../../scene/kernels';
import { kernelAt, kernelOf, readKernel, type FirstKernels } from '../../scene/learned';
import { fromNested, type Volume } from '../../scene/volume';
import type { GivenSetup, Setup } from './setup';
import { brought, CHANNELS, COLOUR, GREY, LARGEST_VALUE, pictured, sizes } from './sources';

/** The setup with what follows from its kernel's network. */
export function completeSetup(given: GivenSetup, firstKernels: FirstKernels | null): Setup {
  const named = readKernel(given.kernel);
  const kernels = named && firstKernels?.kernels;
  const channels = given.channels ?? kernels?.channels ?? 1;
  const source = given.source ?? (brought(given.kernel) ? (channels === 3 ? COLOUR : GREY) : 'numbers');
  if (!named || !kernels) return { ...given, channels, source };
  const { height, width } = kernels;
  return { ...given, channels, source, kernel: kernelOf(named, kernels), kernelSize: { height, width } };
}

export function inputSize({ source, values, size, channels }: Setup): Shape & { channels: number } {
  if (source === 'numbers')
    return { channels: values.length, height: values[0]?.length ?? 0, width: values[0]?.[0]?.length ?? 0 };
  const { default: usual } = sizes(source);
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

function inputProblem({ source }: Setup, { channels, height, width }: Shape & { channels: number }): Complaint | null {
  const { limit } = sizes(source);
  const whole = [channels, height, width].every((side) => Number.isInteger(side) && side >= 1);
  if (!whole || Math.max(height, width) > limit)
    return { field: 'input', key: 'input_side', values: { height, width, limit } };
  return channels > CHANNELS ? { field: 'input', key: 'channels', values: { channels, limit: CHANNELS } } : null;
}

/** Kernels of one channel are repeated in every channel; null until a network's are loaded. */
function kernels(setup: Setup, into: number, known: FirstKernels | null): number[][][][] | null {
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

/** The problem of a setup, or its error; null while a picture or kernels are loading. */
export function problemOf(given: GivenSetup, picture: Volume | null, firstKernels: FirstKernels | null): Posed {
  const setup = completeSetup(given, firstKernels);
  const learned = readKernel(setup.kernel) !== null;
  if (learned && firstKernels === null) return null;
  const channels = learned ? firstKernels?.kernels?.channels : 1;
  if (channels === undefined) return { complaint: { field: 'kernel', key: 'no_kernels', values: {} } };
  const size = inputSize(setup);
  const wrong = inputProblem(setup, size);
  if (wrong !== null) return { complaint: wrong };
  const shape = kernelSize(setup);
  const out = setup.kernel === 'weights' ? setup.weights.length : setup.filters;
  const into = Math.floor(size.channels / setup.groups);
  const moved = settings(setup);
  const problem = firstProblem({ input: size, filters: { out, into, ...shape }, settings: moved });
  if (problem !== null) return { complaint: problem };
  if (channels > 1 && channels !== into)
    return { complaint: { field: 'kernel', key: 'kernel_channels', values: { channels, into } } };
  const input = inputOf(setup, picture);
  const data = kernels(setup, into, firstKernels);
  if (input === null || data === null) return null;
  const filters: Filters = { out, into, ...shape, data: Float32Array.from(data.flat(3)) };
  const large = Math.max(greatest(input.data), greatest(filters.data));
  if (large > LARGEST_VALUE)
    return { complaint: { field: 'input', key: 'input_value', values: { value: large, limit: LARGEST_VALUE } } };
  return { problem: { input, filters, bias: biasOf(setup, out), settings: moved } };
}

const cache = new WeakMap<Float32Array, number>(); // a picture is looked through once, not at every new kernel

/** The largest magnitude. */
function greatest(values: Float32Array): number {
  let most = cache.get(values);
  if (most !== undefined) return most;
  most = 0;
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, Math.abs(values[index] as number));
  cache.set(values, most);
  return most;
}

function biasOf({ bias }: Setup, out: number): Float32Array {
  if (bias.length === 0) return new Float32Array();
  return Float32Array.from({ length: out }, (_, map) => bias[bias.length === 1 ? 0 : map] ?? 0);
}

/** Filters of a problem as editable numbers. */
export function editable({ filters }: Problem): number[][][][] {
  const { out, into, height, width, data } = filters;
  const at = (...place: [number, number, number, number]) =>
    data[((place[0] * into + place[1]) * height + place[2]) * width + place[3]] ?? 0;
  const list = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));
  return list(out, (o) => list(into, (c) => list(height, (y) => list(width, (x) => at(o, c, y, x)))));
}
