/** A 3-D convolution: sums by hand, sides by the formula, sheets that do not overlap. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import {
  convolve3,
  extent,
  nestedSolid,
  patch,
  placeOf,
  project,
  shapeOut,
  slant,
  solid,
  solidOf,
  terms3,
} from './solid';

const CUBE = solid(
  3,
  3,
  3,
  Array.from({ length: 27 }, (_, index) => index),
);
const ONES = solid(2, 2, 2, Array(8).fill(1));

describe('the sum', () => {
  it('of a window of ones is the sum of the eight values under it', () => {
    expect([...convolve3(CUBE, ONES, 1, 0).data]).toEqual([52, 60, 76, 84, 124, 132, 148, 156]);
  });

  it('is what the products shown add up to, at every place', () => {
    const kernel = solid(
      2,
      3,
      2,
      Array.from({ length: 12 }, (_, index) => Math.sin(index)),
    );
    const output = convolve3(CUBE, kernel, 1, 1);
    output.data.forEach((value, index) => {
      const terms = terms3(CUBE, kernel, 1, 1, placeOf(index, [output.depth, output.height, output.width]));
      expect(terms).toHaveLength(12);
      expect(terms.reduce((sum, { product }) => sum + product, 0)).toBeCloseTo(value, 4);
    });
  });

  it('reads zeros in the padding and says so', () => {
    const first = terms3(CUBE, ONES, 1, 1, { slice: 0, row: 0, col: 0 });
    expect(first.map(({ outside }) => outside)).toEqual([true, true, true, true, true, true, true, false]);
    expect(first.every(({ outside, value }) => !outside || value === 0)).toBe(true);
  });
});

it('strides and pads every axis by the same formula', () => {
  expect(shapeOut(solid(4, 5, 6, []), solid(3, 3, 3, []), 1, 0)).toEqual([2, 3, 4]);
  expect(shapeOut(solid(4, 5, 6, []), solid(3, 3, 3, []), 2, 1)).toEqual([2, 3, 3]);
  expect(placeOf(7, [2, 2, 2])).toEqual({ slice: 1, row: 1, col: 1 });
});

it('goes into lists and back', () => {
  expect(solidOf(nestedSolid(CUBE))).toEqual(CUBE);
});

it('keeps sheets apart and inside their room', () => {
  const view = slant(30, 4);
  const room = extent(view, [3, 4, 5]);
  const bottom = Math.max(...patch(view, { slice: 0, row: 0, col: 0 }, 4, 5).map(([, y]) => y));
  const top = Math.min(...patch(view, { slice: 1, row: 0, col: 0 }, 4, 5).map(([, y]) => y));
  expect(top).toBeGreaterThan(bottom);
  for (let slice = 0; slice < 3; slice += 1) {
    for (const [x, y] of patch(view, { slice, row: 0, col: 0 }, 4, 5)) {
      expect(x + room.left).toBeGreaterThanOrEqual(0);
      expect(x + room.left).toBeLessThanOrEqual(room.width);
      expect(y).toBeLessThanOrEqual(room.height);
    }
  }
  expect(project(view, { slice: 0, row: 0, col: 2 })).toEqual([60, 0]);
});
