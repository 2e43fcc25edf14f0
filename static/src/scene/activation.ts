/** The functions that follow a layer: their values and slopes at once, before the server's own arrive. */

export const KINDS = ['relu', 'leaky-relu', 'sigmoid', 'tanh', 'lecun-tanh', 'softplus', 'gelu'] as const;
export type Kind = (typeof KINDS)[number];

/** LeCun's A and S, with which f(1) = 1 and f(-1) = -1. */
export const AMPLITUDE = 1.7159;
export const STEEPNESS = 2 / 3;

/** The slope of leaky ReLU below zero where none is said. */
export const LEAK = 0.01;

const SERIES = 400; // terms at most; 40 are enough where the figure looks

export function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word);
}

/** Whether a function's values can be below zero, and so want the signed palette. */
export function goesBelowZero(kind: Kind): boolean {
  return kind !== 'relu' && kind !== 'sigmoid' && kind !== 'softplus';
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The error function by the series of Abramowitz and Stegun 7.1.6, whose terms all have one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // to double precision
  let term = x;
  let sum = x;
  for (let n = 1; n < SERIES && Math.abs(term) > Math.abs(sum) * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** The share of a standard normal distribution that lies below x. */
export function gaussian(x: number): number {
  return (1 + erf(x / Math.SQRT2)) / 2;
}

/** The density of the standard normal distribution. */
export function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** f(x). */
export function apply(kind: Kind, x: number, slope = LEAK): number {
  switch (kind) {
    case 'relu':
      return Math.max(0, x);
    case 'leaky-relu':
      return x > 0 ? x : slope * x;
    case 'sigmoid':
      return sigmoid(x);
    case 'tanh':
      return Math.tanh(x);
    case 'lecun-tanh':
      return AMPLITUDE * Math.tanh(STEEPNESS * x);
    case 'softplus':
      return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
    case 'gelu':
      return x * gaussian(x);
  }
}

/** f'(x); where there is a corner, the side that autograd takes. */
export function derivative(kind: Kind, x: number, slope = LEAK): number {
  switch (kind) {
    case 'relu':
      return x > 0 ? 1 : 0;
    case 'leaky-relu':
      return x > 0 ? 1 : slope;
    case 'sigmoid':
      return sigmoid(x) * (1 - sigmoid(x));
    case 'tanh':
      return 1 - Math.tanh(x) ** 2;
    case 'lecun-tanh':
      return AMPLITUDE * STEEPNESS * (1 - Math.tanh(STEEPNESS * x) ** 2);
    case 'softplus':
      return sigmoid(x);
    case 'gelu':
      return gaussian(x) + x * density(x);
  }
}

/** The arguments at which a curve is asked for: from -END to END, STEP apart, zero among them. */
export const END = 4;
export const STEP = 0.05;
export const COUNT = Math.round((2 * END) / STEP) + 1;

export const ARGUMENTS: Float32Array = Float32Array.from({ length: COUNT }, (_, index) => argument(index));

/** The argument of a place on the curve, without the noise of adding steps. */
export function argument(index: number): number {
  return Math.round((index * STEP - END) * 100) / 100 + 0; // never a negative zero
}

/** The place on the curve that is nearest to an argument. */
export function placeOf(x: number): number {
  return Math.min(COUNT - 1, Math.max(0, Math.round((x + END) / STEP)));
}

export interface Sampled {
  output: Float32Array;
  derivative: Float32Array;
}

/** A curve as the browser computes it, until the server's answer takes its place. */
export function sampled(kind: Kind, slope = LEAK): Sampled {
  return {
    output: ARGUMENTS.map((x) => apply(kind, x, slope)),
    derivative: ARGUMENTS.map((x) => derivative(kind, x, slope)),
  };
}

/** A slope as it is drawn: where it jumps at zero, the line is lifted and set down on the other side. */
export function drawn(kind: Kind, slopes: ArrayLike<number>): { xs: number[]; ys: number[] } {
  const xs = Array.from(ARGUMENTS);
  const ys = Array.from(slopes);
  if (kind === 'relu' || kind === 'leaky-relu') {
    const zero = placeOf(0);
    xs.splice(zero + 1, 0, NaN, 0);
    ys.splice(zero + 1, 0, NaN, ys[zero + 1] ?? NaN);
  }
  return { xs, ys };
}

export interface Segment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** The tangent at (x, y), `reach` long to either side as the eye sees it, where a unit of x is `aspect` units of y. */
export function tangent(x: number, y: number, slope: number, reach: number, aspect = 1): Segment {
  const dx = reach / Math.hypot(1, slope / aspect);
  return { x1: x - dx, y1: y - slope * dx, x2: x + dx, y2: y + slope * dx };
}

/** Where the largest value is; the first where several are equal. */
export function peak(values: ArrayLike<number>): number {
  let found = 0;
  for (let at = 1; at < values.length; at += 1) if ((values[at] ?? 0) > (values[found] ?? 0)) found = at;
  return found;
}

/** The share of values that are exactly zero; NaN of none. */
export function zeros(values: ArrayLike<number>): number {
  let count = 0;
  for (let at = 0; at < values.length; at += 1) if (values[at] === 0) count += 1;
  return count / values.length;
}
