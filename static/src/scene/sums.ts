/** Arithmetic of one value, term by term; products and sums in double precision of float32 factors. */

import type { Box } from './box';

export interface Term {
  /** Input map or unit of the factors. */
  input: number;
  values: Float32Array;
  weights: Float32Array;
  products: Float64Array;
  sum: number;
}

export interface WeightedSum {
  terms: Term[];
  bias: number;
  total: number;
}

/** Values of a map under a window, row by row; zero in the padding. */
export function under(map: Float32Array, height: number, width: number, window: Box): Float32Array {
  const values = new Float32Array(window.width * window.height);
  for (let y = 0; y < window.height; y += 1) {
    for (let x = 0; x < window.width; x += 1) {
      const row = window.y + y;
      const col = window.x + x;
      if (row < 0 || col < 0 || row >= height || col >= width) continue;
      values[y * window.width + x] = map[row * width + col] ?? 0;
    }
  }
  return values;
}

function total(numbers: Iterable<number>): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

/** Sum over inputs of values times weights, plus the bias. */
export function weightedSum(
  factors: readonly { input: number; values: Float32Array; weights: Float32Array }[],
  bias: number,
): WeightedSum {
  const terms = factors.map(({ input, values, weights }) => {
    const products = Float64Array.from(values, (value, index) => value * (weights[index] ?? 0));
    return { input, values, weights, products, sum: total(products) };
  });
  return { terms, bias, total: total(terms.map((term) => term.sum)) + bias };
}

/** The largest terms by magnitude, and the sum of all others. */
export function largest(sum: Pick<WeightedSum, 'terms'>, count: number): { terms: Term[]; rest: number; left: number } {
  const ranked = [...sum.terms].sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  const others = ranked.slice(count);
  return { terms: ranked.slice(0, count), rest: total(others.map((term) => term.sum)), left: others.length };
}

/** Maximum of a pooling window and its index, the first of equal ones. */
export function winner(values: Float32Array): { index: number; value: number } {
  let index = 0;
  values.forEach((value, at) => {
    if (value > (values[index] ?? -Infinity)) index = at;
  });
  return { index, value: values[index] ?? 0 };
}

/** Average pooling: the mean of the window. */
export function averaged(values: Float32Array): { sum: number; total: number } {
  const sum = total(values);
  return { sum, total: sum / values.length };
}

/** Batch normalization of one value in eval mode, by the running mean and variance. */
export function normalized(
  value: number,
  by: { mean: number; variance: number; epsilon: number; scale: number; shift: number },
): number {
  return ((value - by.mean) / Math.sqrt(by.variance + by.epsilon)) * by.scale + by.shift;
}

/** Subsampling of 1998: the sum of the window times a coefficient, plus a bias. */
export function subsampled(
  values: Float32Array,
  coefficient: number,
  bias: number,
): { sum: number; scaled: number; total: number } {
  const sum = total(values);
  return { sum, scaled: sum * coefficient, total: sum * coefficient + bias };
}

/** Squared differences between a state and a target, and their sum: the output of an RBF unit. */
export function squaredDistance(
  state: Float32Array,
  target: readonly number[],
): { squares: Float64Array; total: number } {
  const squares = Float64Array.from(state, (value, index) => (value - (target[index] ?? 0)) ** 2);
  return { squares, total: total(squares) };
}

/** The squashing function of LeNet-5 as published. */
export function squash(value: number): number {
  return 1.7159 * Math.tanh((2 / 3) * value);
}
