/** Activation functions: values and slopes, as a preview until the server's arrive. */

export const KINDS = ['relu', 'leaky-relu', 'sigmoid', 'tanh', 'lecun-tanh', 'softplus', 'gelu'] as const;
export type Kind = (typeof KINDS)[number];

/** LeCun's A and S, with which f(1) = 1 and f(-1) = -1. */
export const AMPLITUDE = 1.7159;
export const STEEPNESS = 2 / 3;

/** Default slope of leaky ReLU below zero. */
export const LEAK = 0.01;

const SERIES = 400; // most terms of the series; 40 suffice within the figure

export function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word);
}

/** True if values can be negative and need the signed palette. */
export function isSigned(kind: Kind): boolean {
  return kind !== 'relu' && kind !== 'sigmoid' && kind !== 'softplus';
}

function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/** The error function by Abramowitz and Stegun 7.1.6, a series with terms of one sign. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x); // exact in double precision
  let term = x;
  let sum = x;
  for (let n = 1; n < SERIES && Math.abs(term) > Math.abs(sum) * 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Cumulative standard normal distribution. */
export function gaussian(x: number): number {
  return (1 + erf(x / Math.SQRT2)) / 2;
}

/** Density of the standard normal distribution. */
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

/** f'(x); at a corner the value that autograd returns. */
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

/** Arguments of a curve: -END to END in steps of STEP, including zero. */
export const END = 4;
export const STEP = 0.05;
export const COUNT = Math.round((2 * END) / STEP) + 1;

export const ARGUMENTS: Float32Array = Float32Array.from({ length: COUNT }, (_, index) => argument(index));

/** Argument at an index of the curve, rounded to hide accumulated error. */
export function argument(index: number): number {
  return Math.round((index * STEP - END) * 100) / 100 + 0; // no negative zero
}

/** Index of the curve nearest to an argument. */
export function indexOf(x: number): number {
  return Math.min(COUNT - 1, Math.max(0, Math.round((x + END) / STEP)));
}

export interface Sampled {
  output: Float32Array;
  derivative: Float32Array;
}

/** A curve computed in the browser, until the server's replaces it. */
export function sampled(kind: Kind, slope = LEAK): Sampled {
  return {
    output: ARGUMENTS.map((x) => apply(kind, x, slope)),
    derivative: ARGUMENTS.map((x) => derivative(kind, x, slope)),
  };
}

/** Slope as drawn, with a gap where it jumps at zero. */
export function slopePath(kind: Kind, slopes: ArrayLike<number>): { xs: number[]; ys: number[] } {
  const xs = Array.from(ARGUMENTS);
  const ys = Array.from(slopes);
  if (kind === 'relu' || kind === 'leaky-relu') {
    const zero = indexOf(0);
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

/** Tangent at (x, y), `reach` long on screen to each side; one unit of x is `aspect` units of y. */
export function tangent(x: number, y: number, slope: number, reach: number, aspect = 1): Segment {
  const dx = reach / Math.hypot(1, slope / aspect);
  return { x1: x - dx, y1: y - slope * dx, x2: x + dx, y2: y + slope * dx };
}

/** Index of the largest value, the first of equal ones. */
export function peak(values: ArrayLike<number>): number {
  let peak = 0;
  for (let at = 1; at < values.length; at += 1) if ((values[at] ?? 0) > (values[peak] ?? 0)) peak = at;
  return peak;
}

/** Share of values that are exactly zero; NaN for none. */
export function zeros(values: ArrayLike<number>): number {
  let count = 0;
  for (let at = 0; at < values.length; at += 1) if (values[at] === 0) count += 1;
  return count / values.length;
}
