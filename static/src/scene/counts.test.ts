/** Counting weights: sides against the known answers, rows of nodes by their definition. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import { bar, KINDS, row, side } from './counts';

it.each([
  [4, 3, 1, 0, 1, 2],
  [5, 4, 1, 4, 1, 6],
  [5, 3, 1, 2, 1, 5],
  [5, 3, 1, 4, 1, 7],
  [5, 3, 2, 0, 1, 2],
  [5, 3, 2, 2, 1, 3],
  [6, 3, 2, 2, 1, 3],
  [7, 3, 1, 0, 2, 3],
])('side(%i, %i, %i, %i, %i) is %i', (length, kernel, stride, padding, dilation, found) => {
  expect(side(length, kernel, stride, padding, dilation)).toBe(found);
});

describe('a row of nodes', () => {
  it('has every connection when it is full, and as many as the kernel reaches when it is local', () => {
    expect(KINDS.map((kind) => row(kind, 7, 3, 1).edges.length)).toEqual([35, 15, 15]);
  });

  it('has a weight for every connection, except where they are shared', () => {
    expect(KINDS.map((kind) => row(kind, 7, 3, 1).weights)).toEqual([35, 15, 3]);
  });

  it('shares the weight at the same place of the window', () => {
    const shared = row('convolution', 9, 3, 2).edges.filter(({ weight }) => weight === 1);
    expect(shared.map(({ from, to }) => from - 2 * to)).toEqual([1, 1, 1, 1]);
  });
});

it('a bar is as long as its count, is seen, and never leaves its frame', () => {
  expect(bar(0, 1000, 300)).toBe(0);
  expect(bar(1000, 1000, 300)).toBe(300);
  expect(bar(100, 1000, 300)).toBe(30);
  expect(bar(1, 1_000_000, 300)).toBe(1.5);
  expect(bar(1, 0, 300)).toBe(0);
});
