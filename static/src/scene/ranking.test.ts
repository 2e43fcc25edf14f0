/** Selection of the listed classes. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { likeliest, listed } from './ranking';

it('lists few classes in their own order', () => {
  expect(listed(3, [0.1, 0.7, 0.2], false, null)).toEqual([0, 1, 2]);
});

it('lists the likeliest of many, the nearest where distances are measured, and what is chosen', () => {
  const values = Float32Array.from({ length: 1000 }, (_, at) => (at * 37) % 1000);
  const first = listed(1000, values, false, null);
  expect(first).toHaveLength(12);
  expect(first.slice(0, 3).map((index) => values[index])).toEqual([999, 998, 997]);
  expect(listed(1000, values, true, null).map((index) => values[index])[0]).toBe(0);
  expect(listed(1000, values, false, 0)).toEqual([...first, 0]);
});

it('lists the first of many before there is an answer', () => {
  expect(listed(21, null, false, null)).toEqual(Array.from({ length: 12 }, (_, index) => index));
});

it('leaves few in their order, and of many the likeliest, the first of those that are alike', () => {
  expect(likeliest([1, 3, 2], 3)).toEqual([0, 1, 2]);
  expect(likeliest([1, 3, 2, 3], 3)).toEqual([1, 3, 2]);
});
