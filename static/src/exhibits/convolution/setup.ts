/** Settings of the exhibit, parsed from its attributes and written back without defaults. */

import { readSource } from '../../ink/source';
import type { PaddingMode } from '../../scene/convolution';
import {
  figure,
  FIRST,
  LARGEST,
  readFilters,
  readValues,
  writeFilters,
  writeValues,
} from '../../scene/convolution-inputs';
import { LIMITS } from '../../scene/convolution-limits';
import { isPreset, type Shape } from '../../scene/kernels';
import { readKernel } from '../../scene/learned';
import { isNetwork } from '../../scene/network';
import type { Attributes } from '../parts/html';
import { brought, CHANNELS, GREY, LARGEST_VALUE, pictured, sizes } from './sources';

export type PaddingKind = 'none' | 'same' | 'full' | 'sides';
export type View = 'window' | 'network' | 'matrix' | 'spectrum';
export type Panel = 'none' | 'weights' | 'separable' | 'volume' | 'code';

export interface Setup {
  /** `numbers`, a pattern, `digit:N`, `drawing` or `photo:NAME`. */
  source: string;
  values: number[][][];
  /** null: default of the source. */
  size: Shape | null;
  channels: number;
  seed: number;
  /** A preset, `MODEL:LAYER:K` or `weights`. */
  kernel: string;
  weights: number[][][][];
  kernelSize: Shape | null;
  sigma: number;
  angle: number;
  wavelength: number;
  filters: number;
  /** Empty: no bias; one number: the same for all filters. */
  bias: number[];
  stride: [number, number];
  padding: PaddingKind;
  /** Top, bottom, left, right; used if `padding` is `sides`. */
  sides: [number, number, number, number];
  paddingMode: PaddingMode;
  dilation: [number, number];
  groups: number;
  transposed: boolean;
  outputPadding: [number, number];
  flip: boolean;
  view: View;
  panel: Panel;
  /** Step of the window; null: not moved yet, the whole output is displayed. */
  position: number | null;
}

/** The setup as given, before the kernel's network is loaded. */
export interface GivenSetup extends Omit<Setup, 'source' | 'channels'> {
  /** null: numbers, or a picture for the kernel of a selected network. */
  source: string | null;
  /** null: the number of the kernel's channels. */
  channels: number | null;
}

export const DEFAULTS: GivenSetup = {
  source: null,
  values: readValues(FIRST) ?? [],
  size: null,
  channels: null,
  seed: 1,
  kernel: 'vertical-edge',
  weights: [],
  kernelSize: null,
  sigma: 1,
  angle: 0,
  wavelength: 4,
  filters: 1,
  bias: [],
  stride: [1, 1],
  padding: 'none',
  sides: [0, 0, 0, 0],
  paddingMode: 'zeros',
  dilation: [1, 1],
  groups: 1,
  transposed: false,
  outputPadding: [0, 0],
  flip: false,
  view: 'window',
  panel: 'none',
  position: null,
};

const MODES = ['zeros', 'reflect', 'replicate', 'circular'] as const;
const VIEWS = ['window', 'network', 'matrix', 'spectrum'] as const;
const PANELS = ['none', 'weights', 'separable', 'volume', 'code'] as const;
const EACH_FILTER = Array.from({ length: LIMITS.filters }, (_, index) => index + 1);

/** Numbers separated by blanks, commas or an x; NaN for an invalid one. */
function numbers(text: string): number[] {
  return text
    .trim()
    .split(/[\s,x×]+/)
    .map((word) => (word === '' ? NaN : Number(word)));
}

type Bounds = readonly [low: number, high: number];

/** Bounds of numbers: the server's, else those of the controls. */
export const BOUNDS = {
  seed: [0, 9999],
  sigma: [0.3, 4],
  angle: [0, 180],
  wavelength: [2, 12],
  bias: [-LARGEST_VALUE, LARGEST_VALUE],
  channels: [1, CHANNELS],
  groups: [1, CHANNELS],
  kernel: [1, LIMITS.kernel],
  filters: [1, LIMITS.filters],
  step: [1, LIMITS.step],
  padding: [0, LIMITS.step],
} as const satisfies Record<string, Bounds>;

/** Part of the setup with `count` numbers within bounds; empty if invalid. */
function numbered(
  text: string,
  counts: readonly number[],
  [low, high]: Bounds,
  take: (values: number[]) => Partial<GivenSetup>,
  whole = true,
): Partial<GivenSetup> {
  const found = numbers(text);
  const allowed = (value: number) => value >= low && value <= high && (!whole || Number.isInteger(value));
  return counts.includes(found.length) && found.every(allowed) ? take(found) : {};
}

function one(name: 'channels' | 'seed' | 'filters' | 'groups') {
  return (text: string) => numbered(text, [1], BOUNDS[name], ([value = NaN]) => ({ [name]: value }));
}

function decimal(name: 'sigma' | 'angle' | 'wavelength') {
  return (text: string) => numbered(text, [1], BOUNDS[name], ([value = NaN]) => ({ [name]: value }), false);
}

function pair(text: string, name: 'stride' | 'dilation' | 'outputPadding', bounds: Bounds): Partial<GivenSetup> {
  return numbered(text, [1, 2], bounds, ([down = NaN, across = down]) => ({ [name]: [down, across] }));
}

function shape(text: string, name: 'size' | 'kernelSize', bounds: Bounds): Partial<GivenSetup> {
  return numbered(text, [1, 2], bounds, ([height = NaN, width = height]) => ({ [name]: { height, width } }));
}

function among<T extends string>(names: readonly T[], text: string, fallback: T): T {
  return names.find((name) => name === text) ?? fallback;
}

function padding(text: string): Partial<GivenSetup> {
  if (text === 'none' || text === 'same' || text === 'full') return { padding: text, sides: [0, 0, 0, 0] };
  return numbered(text, [1, 2, 4], BOUNDS.padding, ([a = NaN, b = a, c, d = NaN]) => ({
    padding: 'sides',
    sides: c === undefined ? [a, a, b, b] : [a, b, c, d],
  }));
}

function flag(text: string): boolean {
  return text !== 'false';
}

function kernelName(text: string): string {
  return isPreset(text) || readKernel(text) !== null || text === 'weights' ? text : DEFAULTS.kernel;
}

function isSource(source: string): boolean {
  return source === 'numbers' || !pictured(source) || readSource(source) !== null;
}

/** True if a table of numbers can be computed with. */
function computable(rows: number[][], limit: number): boolean {
  const [height, width] = [rows.length, rows[0]?.length ?? 0];
  return Math.max(height, width) <= limit && rows.flat().every((value) => Math.abs(value) <= LARGEST_VALUE);
}

/** Part of the setup from one attribute; empty if invalid. */
const READ: Record<string, (text: string, given: GivenSetup) => Partial<GivenSetup>> = {
  input: (text) => (isSource(text) ? { source: text } : {}),
  values: (text) => {
    const values = readValues(text);
    const fits = values !== null && values.length <= CHANNELS && values.every((rows) => computable(rows, LARGEST));
    return fits ? { values, channels: values.length } : {};
  },
  size: (text, { source }) => shape(text, 'size', [1, sizes(source ?? GREY).limit]),
  channels: one('channels'),
  seed: one('seed'),
  kernel: (text) => ({ kernel: kernelName(text) }),
  weights: (text) => {
    const weights = readFilters(text);
    const fits =
      weights !== null &&
      weights.length <= LIMITS.filters &&
      weights.flat().every((rows) => computable(rows, LIMITS.kernel));
    return fits ? { weights, filters: weights.length } : {};
  },
  'kernel-size': (text) => shape(text, 'kernelSize', BOUNDS.kernel),
  sigma: decimal('sigma'),
  angle: decimal('angle'),
  wavelength: decimal('wavelength'),
  filters: one('filters'),
  bias: (text) => numbered(text, EACH_FILTER, BOUNDS.bias, (bias) => ({ bias }), false),
  stride: (text) => pair(text, 'stride', BOUNDS.step),
  padding,
  'padding-mode': (text) => ({ paddingMode: among(MODES, text, 'zeros') }),
  dilation: (text) => pair(text, 'dilation', BOUNDS.step),
  groups: one('groups'),
  transposed: (text) => ({ transposed: flag(text) }),
  'output-padding': (text) => pair(text, 'outputPadding', BOUNDS.padding),
  operation: (text) => ({ flip: text === 'convolution' }),
  view: (text) => ({ view: among(VIEWS, text, 'window') }),
  panel: (text) => ({ panel: among(PANELS, text, 'none') }),
  position: (text) => ({ position: /^\d+$/.test(text) ? Number(text) : null }),
};

/** Names of the attributes except `compact` and `server`. */
export const NAMES = Object.keys(READ);

/** Parses attributes; missing ones have their defaults. */
export function read(attributes: Record<string, string | undefined>): GivenSetup {
  const { model, kernel, weights } = attributes;
  let setup = DEFAULTS;
  for (const name of NAMES) {
    const text = attributes[name];
    if (text !== undefined) setup = { ...setup, ...READ[name]?.(text, setup) };
  }
  // A network is only asked for by name where no kernel is: the kernel's own name says it.
  if (kernel === undefined && weights !== undefined) setup = { ...setup, kernel: 'weights' };
  else if (kernel === undefined && model !== undefined && isNetwork(model)) setup = { ...setup, kernel: model };
  if (attributes['values'] !== undefined && setup.source === null && brought(setup.kernel))
    setup = { ...setup, source: 'numbers' };
  return setup.kernel === 'weights' && setup.weights.length === 0 ? { ...setup, kernel: DEFAULTS.kernel } : setup;
}

const both = ([down, across]: readonly [number, number]) => (down === across ? `${down}` : `${down} ${across}`);
const area = ({ height, width }: Shape) => (height === width ? `${height}` : `${height}x${width}`);

function sides({ padding: kind, sides: [top, bottom, left, right] }: GivenSetup): string {
  if (kind !== 'sides') return kind;
  if (top !== bottom || left !== right) return `${top} ${bottom} ${left} ${right}`;
  return both([top, left]);
}

function written(setup: GivenSetup): Attributes {
  const own = setup.source === 'numbers' || setup.source === null;
  const given = setup.kernel === 'weights';
  const sized = setup.kernelSize !== null && !given && readKernel(setup.kernel) === null;
  return {
    ...(setup.source === null ? {} : { input: setup.source }),
    ...(own ? { values: writeValues(setup.values) } : {}),
    ...(own || setup.size === null ? {} : { size: area(setup.size) }),
    ...(own || setup.channels === null ? {} : { channels: `${setup.channels}` }),
    ...(setup.source === 'random' ? { seed: `${setup.seed}` } : {}),
    kernel: setup.kernel,
    ...(given ? { weights: writeFilters(setup.weights) } : { filters: `${setup.filters}` }),
    ...(sized && setup.kernelSize !== null ? { 'kernel-size': area(setup.kernelSize) } : {}),
    sigma: `${setup.sigma}`,
    angle: `${setup.angle}`,
    wavelength: `${setup.wavelength}`,
    bias: setup.bias.map(figure).join(' '),
    stride: both(setup.stride),
    padding: sides(setup),
    'padding-mode': setup.paddingMode,
    dilation: both(setup.dilation),
    groups: `${setup.groups}`,
    'output-padding': both(setup.outputPadding),
    operation: setup.flip ? 'convolution' : 'cross-correlation',
    view: setup.view,
    panel: setup.panel,
    ...(setup.transposed ? { transposed: '' } : {}),
    ...(setup.position === null ? {} : { position: `${setup.position}` }),
  };
}

/** Attributes that restore a setup. */
export function write(setup: GivenSetup): Attributes {
  const { source, kernel } = setup;
  const defaults = written({ ...DEFAULTS, source, seed: source === 'random' ? NaN : DEFAULTS.seed });
  // What is usual with the kernel of a network that was chosen is not known before the network is.
  Object.assign(defaults, brought(kernel) ? { input: '', channels: '' } : { input: 'numbers', channels: '1' });
  return Object.fromEntries(Object.entries(written(setup)).filter(([name, value]) => value !== defaults[name]));
}
