/** Everything that can be set on the exhibit, read from its attributes and written back; what is usual is not said. */

import type { PaddingMode } from '../../scene/convolution';
import { figure, FIRST, readFilters, readValues, writeFilters, writeValues } from '../../scene/convolution-inputs';
import { isPreset, type Shape } from '../../scene/kernels';
import type { Attributes } from '../parts/html';

export type PaddingKind = 'none' | 'same' | 'full' | 'sides';
export type View = 'window' | 'network' | 'matrix' | 'spectrum';
export type Panel = 'none' | 'weights' | 'separable' | 'volume' | 'code';

export interface Setup {
  /** `numbers`, a pattern, `digit:N`, `drawing` or `photo:NAME`. */
  source: string;
  values: number[][][];
  /** null: what is usual for the source. */
  size: Shape | null;
  channels: number;
  seed: number;
  /** A preset, `lenet5:c1:K` or `weights`. */
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
  /** Top, bottom, left, right; what counts where `padding` is `sides`. */
  sides: [number, number, number, number];
  paddingMode: PaddingMode;
  dilation: [number, number];
  groups: number;
  transposed: boolean;
  outputPadding: [number, number];
  flip: boolean;
  view: View;
  panel: Panel;
  /** The step that the window has come to; null: it has not moved, and all of the output is shown. */
  position: number | null;
}

export const USUAL: Setup = {
  source: 'numbers',
  values: readValues(FIRST) ?? [],
  size: null,
  channels: 1,
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

/** Numbers parted by blanks, commas or an x; what is none is NaN, so that it is complained about where it stands. */
function numbers(text: string): number[] {
  return text
    .trim()
    .split(/[\s,x×]+/)
    .map((word) => (word === '' ? NaN : Number(word)));
}

function pair(text: string): [number, number] {
  const [down = NaN, across = down] = numbers(text);
  return [down, across];
}

function shape(text: string): Shape {
  const [height, width] = pair(text);
  return { height, width };
}

function among<T extends string>(names: readonly T[], text: string, usual: T): T {
  return names.find((name) => name === text) ?? usual;
}

function padding(text: string): Pick<Setup, 'padding' | 'sides'> {
  if (text === 'none' || text === 'same' || text === 'full') return { padding: text, sides: [0, 0, 0, 0] };
  const [a = NaN, b = a, c, d] = numbers(text);
  return { padding: 'sides', sides: c === undefined ? [a, a, b, b] : [a, b, c, d ?? NaN] };
}

function flag(text: string): boolean {
  return text !== 'false';
}

function kernelName(text: string): string {
  return isPreset(text) || /^lenet5:c1:[0-5]$/.test(text) || text === 'weights' ? text : USUAL.kernel;
}

const READ: Record<string, (text: string) => Partial<Setup>> = {
  input: (text) => ({ source: text }),
  values: (text) => {
    const values = readValues(text);
    return values === null ? {} : { values, channels: values.length };
  },
  size: (text) => ({ size: shape(text) }),
  channels: (text) => ({ channels: Number(text) }),
  seed: (text) => ({ seed: Number(text) || 0 }),
  kernel: (text) => ({ kernel: kernelName(text) }),
  weights: (text) => {
    const weights = readFilters(text);
    return weights === null ? {} : { weights, filters: weights.length };
  },
  'kernel-size': (text) => ({ kernelSize: shape(text) }),
  sigma: (text) => ({ sigma: Number(text) || USUAL.sigma }),
  angle: (text) => ({ angle: Number(text) || 0 }),
  wavelength: (text) => ({ wavelength: Number(text) || USUAL.wavelength }),
  filters: (text) => ({ filters: Number(text) }),
  bias: (text) => ({ bias: numbers(text).filter(Number.isFinite) }),
  stride: (text) => ({ stride: pair(text) }),
  padding,
  'padding-mode': (text) => ({ paddingMode: among(MODES, text, 'zeros') }),
  dilation: (text) => ({ dilation: pair(text) }),
  groups: (text) => ({ groups: Number(text) }),
  transposed: (text) => ({ transposed: flag(text) }),
  'output-padding': (text) => ({ outputPadding: pair(text) }),
  operation: (text) => ({ flip: text === 'convolution' }),
  view: (text) => ({ view: among(VIEWS, text, 'window') }),
  panel: (text) => ({ panel: among(PANELS, text, 'none') }),
  position: (text) => ({ position: Number.isInteger(Number(text)) && Number(text) >= 0 ? Number(text) : null }),
};

/** The attributes' names, all but `compact` and `server`. */
export const NAMES = Object.keys(READ);

/** What the attributes say; what they do not say is as usual. */
export function read(attributes: Record<string, string | undefined>): Setup {
  let setup = USUAL;
  for (const name of NAMES) {
    const text = attributes[name];
    if (text !== undefined) setup = { ...setup, ...READ[name]?.(text) };
  }
  if (attributes['values'] !== undefined && attributes['input'] === undefined) setup = { ...setup, source: 'numbers' };
  if (attributes['weights'] !== undefined && attributes['kernel'] === undefined)
    setup = { ...setup, kernel: 'weights' };
  return setup;
}

const both = ([down, across]: readonly [number, number]) => (down === across ? `${down}` : `${down} ${across}`);
const area = ({ height, width }: Shape) => (height === width ? `${height}` : `${height}x${width}`);

function sides({ padding: kind, sides: [top, bottom, left, right] }: Setup): string {
  if (kind !== 'sides') return kind;
  if (top !== bottom || left !== right) return `${top} ${bottom} ${left} ${right}`;
  return both([top, left]);
}

function written(setup: Setup): Attributes {
  const own = setup.source === 'numbers';
  const given = setup.kernel === 'weights';
  return {
    input: setup.source,
    ...(own ? { values: writeValues(setup.values) } : {}),
    ...(own || setup.size === null ? {} : { size: area(setup.size) }),
    ...(own ? {} : { channels: `${setup.channels}` }),
    ...(setup.source === 'random' ? { seed: `${setup.seed}` } : {}),
    kernel: setup.kernel,
    ...(given ? { weights: writeFilters(setup.weights) } : { filters: `${setup.filters}` }),
    ...(given || setup.kernelSize === null ? {} : { 'kernel-size': area(setup.kernelSize) }),
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

/** The attributes that bring a setup back. */
export function write(setup: Setup): Attributes {
  const usual = written({ ...USUAL, source: setup.source, seed: setup.source === 'random' ? NaN : USUAL.seed });
  usual['input'] = USUAL.source;
  if (setup.source === 'numbers') usual['values'] = writeValues(USUAL.values);
  return Object.fromEntries(Object.entries(written(setup)).filter(([name, value]) => value !== usual[name]));
}
