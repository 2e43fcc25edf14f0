/** The displayed terms add up to the displayed result. */
// @vitest-environment node

import katex from 'katex';
import { expect, test } from 'vitest';

import { ALEXNET, respond, standardize } from './normalization';
import {
  BATCH_RULE,
  batchFormula,
  RESPONSE_RULE,
  responseFormula,
  RUNNING_RULE,
  runningFormula,
} from './normalization-formula';

const sets = (text: string) => expect(() => katex.renderToString(text, { output: 'mathml' })).not.toThrow();
const last = (text: string) => Number(text.split(' = ').at(-1));

test('the squares of the neighbours add up to the sum that is divided by', () => {
  const input = { channels: 6, height: 1, width: 1, data: Float32Array.from([0.5, -1.25, 2, 0, 3.5, 1]) };
  const found = respond(input, { map: 1, row: 0, col: 0 }, ALEXNET);
  const { sum, value } = responseFormula(found, ALEXNET, found.result);
  const squares = [...sum.join(' ').matchAll(/(-?\d+\.\d+)\)?\^2/g)].map(([, number]) => Number(number) ** 2);
  expect(squares).toHaveLength(4);
  expect(squares.reduce((total, square) => total + square, 0)).toBeCloseTo(Number(sum.at(-1)?.replace('= ', '')), 3);
  expect(last(value)).toBeCloseTo(-1.25 / (2 + 1e-4 * found.sum) ** 0.75, 3);
  [...sum, value, RESPONSE_RULE].forEach(sets);
});

test('a standardized value is its distance by its spread', () => {
  const found = standardize(0.8, -0.2, 0.25, 1e-5);
  const text = batchFormula(found, { mean: -0.2, variance: 0.25, eps: 1e-5 }, found.result);
  expect(text).toContain('0.8000 - (-0.2000)');
  expect(last(text)).toBeCloseTo(2, 3);
  [text, BATCH_RULE].forEach(sets);
});

test('a running statistic is written as the two parts that it is made of', () => {
  const text = runningFormula(0, 1.5, 0.1, 0.15);
  expect(text).toBe('0.9 \\cdot 0.0000 + 0.1 \\cdot 1.5000 = 0.1500');
  [text, RUNNING_RULE].forEach(sets);
});
