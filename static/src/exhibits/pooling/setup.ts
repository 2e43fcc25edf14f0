/** Settings of the pooling exhibit, parsed from its attributes and written back without defaults. */

import { PATTERNS, readValues, writeValues } from '../../scene/convolution-inputs';
import { isPreset } from '../../scene/kernels';
import { kernelOf, readKernel, readMap, writeMap, type FirstKernels } from '../../scene/learned';
import { isNetwork, DEFAULT_NETWORK as LENET5 } from '../../scene/network';
import { KINDS, type Pooling, type Size } from '../../scene/pooling';

export const VIEWS = ['window', 'gradient', 'invariance', 'stride'] as const;
export type View = (typeof VIEWS)[number];
export const MOTIONS = ['shift-x', 'shift-y', 'rotate'] as const;
export type Motion = (typeof MOTIONS)[number];

export interface Setup extends Pooling {
  /** `numbers`, a pattern, `digit:N`, `drawing`, `photo:NAME` or `map:MODEL:LAYER:K`; null: default of this view. */
  source: string | null;
  values: number[][];
  /** null: default of the source. */
  size: Size | null;
  seed: number;
  view: View;
  /** Selected output; null: the last, so that the whole output is displayed. */
  position: number | null;
  motion: Motion;
  /** Pixels or degrees. */
  amount: number;
  /** Convolution before the pooling in `invariance` and `stride`: a preset or `MODEL:LAYER:K`. */
  kernel: string;
}

/** A small input to follow by eye, with the maximum of a window in each of its corners. */
export const FIRST = '1 3 2 1 0 2; 4 6 5 2 1 3; 2 1 8 7 4 0; 0 2 3 9 5 6; 5 4 1 0 2 1; 3 7 2 6 1 4';

export const USUAL: Setup = {
  source: null,
  values: readValues(FIRST)?.[0] ?? [],
  size: null,
  seed: 1,
  kind: 'max',
  window: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  ceil: false,
  coefficient: 0.25,
  bias: 0,
  view: 'window',
  position: null,
  motion: 'shift-x',
  amount: 2,
  kernel: 'lenet5:c1:0',
};

export const DIGIT = 'digit:21';

export const FARTHEST: Record<Motion, number> = { 'shift-x': 8, 'shift-y': 8, rotate: 90 };
export const STEP: Record<Motion, number> = { 'shift-x': 0.5, 'shift-y': 0.5, rotate: 5 };

/** True if a convolution precedes the pooling. */
export function compares(view: View): boolean {
  return view === 'invariance' || view === 'stride';
}

/** Network of the kernel if not LeNet-5; else null. */
export function chosenNetwork(kernel: string): string | null {
  const { model = LENET5 } = readKernel(kernel) ?? {};
  return model === LENET5 ? null : model;
}

/** Default source: numbers, or a map of the selected network; a picture for the views with movement or convolution. */
export function sourceOf({ source, view, kernel }: Setup): string {
  if (source !== null) return source;
  const model = chosenNetwork(kernel);
  if (compares(view)) return DIGIT;
  return model === null ? 'numbers' : writeMap({ model, layer: null, map: 0, picture: '' });
}

/** True if the input is a picture or map to fetch. */
export function fetched(source: string): boolean {
  return source !== 'numbers' && !(PATTERNS as readonly string[]).includes(source);
}

/** Default and largest side of an input of this kind, cells. */
export function sides(source: string): { usual: number; most: number } {
  if (source.startsWith('photo') || source.startsWith('file')) return { usual: 64, most: 256 };
  return fetched(source) ? { usual: 28, most: 64 } : { usual: 6, most: 16 };
}

/** Size of the input before it is loaded; a network's map has its own. */
export function inputSize(setup: Setup): Size {
  const source = sourceOf(setup);
  if (source === 'numbers') return { height: setup.values.length, width: setup.values[0]?.length ?? 0 };
  const { usual, most } = sides(source);
  const fit = (side: number | undefined) =>
    side !== undefined && Number.isInteger(side) && side >= 1 ? Math.min(side, most) : usual;
  return { height: fit(setup.size?.height), width: fit(setup.size?.width) };
}

/** Largest movement for an input of this size. */
export function farthest(motion: Motion, { height, width }: Size): number {
  return motion === 'rotate' ? FARTHEST.rotate : Math.min(FARTHEST[motion], motion === 'shift-x' ? width : height);
}

/** All amounts of the slider. */
export function amounts(motion: Motion, size: Size): number[] {
  const most = farthest(motion, size);
  const count = (2 * most) / STEP[motion] + 1;
  return Array.from({ length: count }, (_, index) => index * STEP[motion] - most);
}

export function nearest(motion: Motion, amount: number, most = FARTHEST[motion]): number {
  const snapped = Math.round(amount / STEP[motion]) * STEP[motion];
  return Math.max(-most, Math.min(most, Number.isFinite(snapped) ? snapped : USUAL.amount));
}

const numbers = (text: string) => text.trim().split(/[\s,x×]+/).map((word) => (word === '' ? NaN : Number(word))); // prettier-ignore

function pair(text: string): [number, number] {
  const [down = NaN, across = down] = numbers(text);
  return [down, across];
}

function among<T extends string>(names: readonly T[], text: string, usual: T): T {
  return names.find((name) => name === text) ?? usual;
}

export function isKernel(name: string): boolean {
  return isPreset(name) || readKernel(name) !== null;
}

const READ = {
  // The network of the kernel, which says it itself where it is named.
  model: (text) => (isNetwork(text) ? { kernel: text } : {}),
  input: (text) => ({ source: text === '' ? null : text }),
  values: (text) => {
    const rows = readValues(text)?.[0];
    return rows === undefined ? {} : { values: rows, source: 'numbers' };
  },
  size: (text) => {
    const [height, width] = pair(text);
    return { size: { height, width } };
  },
  seed: (text) => ({ seed: Number(text) || 0 }),
  kind: (text) => ({ kind: among(KINDS, text, USUAL.kind) }),
  window: (text) => ({ window: pair(text) }),
  stride: (text) => ({ stride: pair(text) }),
  padding: (text) => ({ padding: pair(text) }),
  ceil: (text) => ({ ceil: text !== 'false' }),
  coefficient: (text) => ({ coefficient: Number(text) }),
  bias: (text) => ({ bias: Number(text) }),
  view: (text) => ({ view: among(VIEWS, text, USUAL.view) }),
  position: (text) => ({ position: /^\d+$/.test(text) ? Number(text) : null }),
  motion: (text) => ({ motion: among(MOTIONS, text, USUAL.motion) }),
  amount: (text) => ({ amount: Number(text) }),
  kernel: (text) => (isKernel(text) ? { kernel: text } : {}),
} satisfies Record<string, (text: string) => Partial<Setup>>;

export type Name = keyof typeof READ;
/** Names of the attributes except `compact` and `server`. */
export const NAMES = Object.keys(READ) as Name[];
export type Given = Partial<Record<Name, string | undefined>>;

/** Name of the kernel in its network, once loaded. */
export function kernelIn(known: FirstKernels | null, name: string): string {
  const named = readKernel(name);
  return named !== null && known?.kernels ? kernelOf(named, known.kernels) : name;
}

/** Size of a kernel; null until its network is loaded, or if it has none. */
export function kernelSize(name: string, known: FirstKernels | null): Size | null {
  if (readKernel(name) === null) return { height: 3, width: 3 };
  return known?.kernels ?? null;
}

/** Applies attributes to a setup; missing ones are unchanged. */
export function read(given: Given, from: Setup = USUAL): Setup {
  let setup = from;
  for (const name of NAMES) {
    const text = given[name];
    if (text !== undefined) setup = { ...setup, ...READ[name](text) };
  }
  // A window that is named alone moves by its own size, as in PyTorch.
  if (given.window !== undefined && given.stride === undefined && from === USUAL)
    setup = { ...setup, stride: setup.window };
  return { ...setup, amount: nearest(setup.motion, setup.amount) };
}

const both = ([down, across]: readonly [number, number]) => (down === across ? `${down}` : `${down}x${across}`);

/** Attribute text of a source; a visitor's file stays in this browser. */
function withoutFile(source: string): string | null {
  const map = readMap(source);
  if (map?.picture === 'file') return writeMap({ ...map, picture: '' });
  return source === 'file' ? null : source;
}

/** Attributes that restore a setup. */
export function write(setup: Setup): Record<string, string> {
  const said: Record<string, string> = { view: setup.view, kind: setup.kind };
  const put = (name: Name, value: string, usual: string) => {
    if (value !== usual) said[name] = value;
  };
  const source = sourceOf(setup);
  const input = setup.source === null ? null : withoutFile(setup.source);
  if (input !== null) said.input = input;
  if (source === 'numbers') put('values', writeValues([setup.values]), writeValues([USUAL.values]));
  if (source !== 'numbers' && setup.size !== null) said.size = both([setup.size.height, setup.size.width]);
  if (source === 'random') put('seed', `${setup.seed}`, `${USUAL.seed}`);
  said.window = both(setup.window);
  said.stride = both(setup.stride);
  put('padding', both(setup.padding), '0');
  if (setup.ceil) said.ceil = '';
  if (setup.kind === 'subsampling') {
    put('coefficient', `${setup.coefficient}`, `${USUAL.coefficient}`);
    put('bias', `${setup.bias}`, `${USUAL.bias}`);
  }
  if (setup.position !== null && setup.view !== 'invariance') said.position = `${setup.position}`;
  if (setup.view === 'invariance') {
    said.motion = setup.motion;
    said.amount = `${setup.amount}`;
  }
  if (compares(setup.view) || chosenNetwork(setup.kernel) !== null) put('kernel', setup.kernel, USUAL.kernel);
  return said;
}
