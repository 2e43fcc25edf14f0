/** Dropout: the survivors' scale, the way through a layer, and the spread of draws. */

import { describe, expect, test } from 'vitest';

import { dropped, fate, range, scaleOf, spreads, stack, steps, stride, votes } from './dropout';
import type { Volume } from './volume';

const layer = (channels: number, height: number, width: number, data: number[]): Volume => ({
  channels,
  height,
  width,
  data: Float32Array.from(data),
});

test('survivors grow by 1 / (1 - p) while training, and eval leaves them alone', () => {
  expect(scaleOf(0.5, true)).toBe(2);
  expect(scaleOf(0.2, true)).toBeCloseTo(1.25, 12);
  expect(scaleOf(0, true)).toBe(1);
  expect(scaleOf(0.5, false)).toBe(1);
  expect(scaleOf(1, true)).toBe(0);
});

test('what is shown of a unit multiplies out', () => {
  const before = layer(3, 1, 1, [0.5, -2, 4]);
  const mask = layer(3, 1, 1, [1, 0, 1]);
  const after = layer(3, 1, 1, [1, 0, 8]);
  for (const at of [0, 1, 2]) {
    const { value, kept, scale, after: result } = fate(before, mask, after, at, 2);
    expect(value * (kept ? 1 : 0) * scale + 0).toBeCloseTo(result, 12);
  }
});

test('a vector is walked unit by unit, maps row by row', () => {
  const vector = layer(84, 1, 1, new Array<number>(84).fill(0));
  const maps = layer(16, 5, 5, new Array<number>(400).fill(0));
  expect([stride(vector), steps(vector)]).toEqual([1, 84]);
  expect([stride(maps), steps(maps)]).toEqual([5, 80]);
});

test('dropped units are counted among all, or among those that were not silent', () => {
  expect(dropped([0, 1, 0, 1])).toEqual({ units: 2, of: 4 });
  expect(dropped([0, 1, 0, 1], [0, 0, 3, 1])).toEqual({ units: 1, of: 2 });
});

describe('many draws', () => {
  const scores = [
    [0.9, 0.1],
    [0.5, 0.5],
    [0.1, 0.9],
  ];

  test('mean and deviation are those of the draws seen so far', () => {
    const [one] = spreads(scores, 2);
    expect(one?.mean).toBeCloseTo(0.7, 12);
    expect(one?.deviation).toBeCloseTo(0.2, 12);
    expect([one?.lowest, one?.highest]).toEqual([0.5, 0.9]);
    expect(spreads(scores, 3)[1]?.mean).toBeCloseTo(0.5, 12);
    expect(spreads(scores, 0)[0]?.values).toEqual([0.9]);
  });

  test('each draw votes for its likeliest class', () => {
    expect(votes(scores, 1)).toEqual([1, 0]);
    expect(votes(scores, 3)).toEqual([2, 1]);
  });

  test('everything fits into the range', () => {
    const [low, high] = range(scores, [1.2]);
    expect(low).toBeLessThan(0.1);
    expect(high).toBeGreaterThan(1.2);
  });

  test('dots of one bin lie on different levels until there is no more room', () => {
    const placed = stack([0.11, 0.12, 0.13, 0.9], 0, 1, 10, 5);
    expect(placed.map(({ bin }) => bin)).toEqual([1, 1, 1, 9]);
    expect(placed.map(({ level }) => level)).toEqual([0, -1, 1, 0]);
    expect(stack([0, 0, 0], 0, 1, 4, 2).map(({ level }) => level)).toEqual([0, -1, 0]);
  });
});
