/** The formulas: current numbers, and terms that add up. */

import { expect, test } from 'vitest';

import { sum } from '../../scene/flatten';
import { softmax } from '../../scene/softmax';
import { flattened, loss, number, posterior, prior, probability, term, unitSum } from './formulas';

test.each([0.5, 0.02, 5.38e-5, 3.1e-6, 1.2e-7])(
  'the logarithm of the probability that is written out is the loss: %f',
  (price) => {
    const written = /ln ([\d.]+) =/.exec(loss(2, Math.exp(-price), 0, [], price))?.[1];
    expect(-Math.log(Number(written)) / price).toBeCloseTo(1, 2);
  },
);

test('a cell finds its place', () => {
  expect(flattened({ channels: 16, height: 5, width: 5 }, { map: 3, row: 2, col: 4 }, 89)).toContain(
    '= 3 \\cdot 5 \\cdot 5 + 2 \\cdot 5 + 4 = 89',
  );
});

test('the terms of a unit that are written out add up to its value', () => {
  const inputs = [0.5, 1.25, 2, 0, 0.75];
  const own = sum(inputs, [1, -2, 0.5, 9, 0.125], -0.5);
  const tex = unitSum(7, own, own.total, (count) => `${count} more`);
  const written = tex.slice(tex.indexOf('x_i =') + 5, tex.lastIndexOf('='));
  const plain = written
    .replace(/\\underbrace\{\{\}([^}]*)\}_\{\\text\{[^}]*\}\}/, '$1')
    .replaceAll('\\cdot', '*')
    .replaceAll(' ', '');
  const total = plain
    .split(/(?<=[\d)])(?=[+-])/)
    .map((one) => one.split('*').reduce((product, part) => product * Number(part.replace(/[()+]/g, '')), 1))
    .reduce((all, part) => all + part, 0);
  expect(total).toBeCloseTo(own.total, 3);
  expect(tex.endsWith(`= ${own.total.toFixed(4)}`)).toBe(true);
  expect(term(7, own, 1)).toBe('w_{7,1} \\cdot x_{1} = (-2.0000) \\cdot 1.2500 = -2.5000');
});

test('numbers too small for four places are powers of ten', () => {
  expect(number(0.1234567)).toBe('0.1235');
  expect(number(0)).toBe('0.0000');
  expect(number(0.0000123)).toBe('1.23 \\cdot 10^{-5}');
});

test('a probability with its powers', () => {
  const logits = [2, 1, 0.1];
  const own = softmax(logits, 1);
  const tex = probability(own, logits, 1, 0, own.probabilities[0] ?? 0);
  expect(tex).toContain('e^{2.00/1 - 2.00}');
  expect(tex.endsWith('= 0.6590')).toBe(true);
});

test('the loss with and without smoothing', () => {
  expect(loss(3, 0.25, 0, [], 1.3863)).toBe('L = -\\ln p_{3} = -\\ln 0.2500 = 1.3863');
  const q = [0.05, 0.95];
  expect(loss(1, 0.25, 0.1, q, 2)).toContain('q_{1} = 1 - 0.1 + \\tfrac{0.1}{2} = 0.950');
});

test('the posterior is the loss and the penalty', () => {
  expect(posterior('l2', [1, 2], 0.1, 0.5)).toContain('= 0.5000 + 0.1 \\cdot 5.000 = 1.0000');
  expect(posterior('l1', [1, -2], 0.1, 0.5)).toContain('= 0.5000 + 0.1 \\cdot 3.000 = 0.8000');
  expect(prior('l2', 2)).toContain('= 0.500');
  expect(prior('l1', 0)).toContain('\\infty');
});
