/** Columns: a layer and its non-linearity are one. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { columns, holds, rowOf, shape } from './column';
import { patterned, PUBLISHED, TODAY } from './example';

it('joins each layer with the non-linearity after it', () => {
  expect(columns(TODAY).map(({ before, output: shown }) => [before, shown])).toEqual([
    ['c1', 'c1_relu'],
    ['s2', 's2'],
    ['c3', 'c3_relu'],
    ['s4', 's4'],
    ['c5', 'c5_relu'],
    ['f6', 'f6_relu'],
    ['output', 'output'],
  ]);
});

it('writes shapes as the paper does', () => {
  expect(columns(PUBLISHED).map(shape)).toEqual(['6@28×28', '6@14×14', '16@10×10', '16@5×5', '120', '84', '10']);
});

it('knows which values can be negative', () => {
  expect(columns(TODAY).map(({ signed }) => signed)).toEqual([false, false, false, false, false, false, true]);
  expect(columns(PUBLISHED).map(({ signed }) => signed)).toEqual([true, true, true, true, true, true, false]);
});

const OWN = columns(
  patterned({ image: [1, 28, 28], channels: [4, 6], units: [12], activation: 'tanh', norm: true, dropout: true }),
);

it('joins a convolution with its normalization and its activation, a hidden layer with its dropout', () => {
  expect(OWN.map(({ before, elementwise: then }) => [before, ...then.map(({ name }) => name)])).toEqual([
    ['conv1_1', 'conv1_1_norm', 'conv1_1_tanh'],
    ['pool1'],
    ['conv2_1', 'conv2_1_norm', 'conv2_1_tanh'],
    ['pool2'],
    ['fc1', 'fc1_tanh', 'fc1_dropout'],
    ['output'],
  ]);
  expect(OWN.map(({ output: shown }) => shown).slice(0, 2)).toEqual(['conv1_1_tanh', 'pool1']);
  expect(OWN.every(({ signed }) => signed)).toBe(true);
  const [first] = OWN;
  expect(first && ['conv1_1', 'conv1_1_norm', 'conv1_1_tanh', 'pool1'].map((name) => holds(first, name))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it('knows that a sigmoid is never negative, nor what is pooled of it', () => {
  const all = columns(patterned({ image: [3, 20, 24], channels: [4], activation: 'sigmoid', pooling: 'average' }));
  expect(all.map(({ signed }) => signed)).toEqual([false, false, true]);
});

it('draws units nearly in a square, F6 as the bitmaps of 1998', () => {
  expect([84, 120, 10, 12, 13, 64, 1000, 4096].map(rowOf)).toEqual([7, 12, 5, 4, 4, 8, 40, 64]);
});
