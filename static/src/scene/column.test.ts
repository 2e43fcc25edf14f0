/** Columns: a layer and its non-linearity are one. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { columns, shape } from './column';
import { PUBLISHED, TODAY } from './example';

it('joins each layer with the non-linearity after it', () => {
  expect(columns(TODAY).map(({ before, shown }) => [before, shown])).toEqual([
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
