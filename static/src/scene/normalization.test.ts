/** Values followed by hand, and batches that can be told in advance. */
// @vitest-environment node

import { describe, expect, it, test } from 'vitest';

import {
  acrossBatch,
  ALEXNET,
  companions,
  extent,
  largestBatch,
  strongestPosition,
  moments,
  updatedStatistic,
  neighbours,
  respond,
  shuffled,
  stacked,
  standardize,
  unbiased,
} from './normalization';

const volume = (channels: number, height: number, width: number, value: (map: number, cell: number) => number) => ({
  channels,
  height,
  width,
  data: Float32Array.from({ length: channels * height * width }, (_, at) =>
    value(Math.floor(at / (height * width)), at % (height * width)),
  ),
});

describe('neighbours', () => {
  it.each([
    [3, 8, 5, { first: 1, last: 5 }],
    [0, 8, 5, { first: 0, last: 2 }],
    [7, 8, 5, { first: 5, last: 7 }],
    [3, 8, 1, { first: 3, last: 3 }],
    [3, 8, 4, { first: 1, last: 4 }], // an even n reaches one further down, as in torch
    [2, 6, 99, { first: 0, last: 5 }],
  ])('of map %i of %i, n = %i', (map, channels, size, expected) => {
    expect(neighbours(map, channels, size)).toEqual(expected);
  });
});

describe('local response', () => {
  // torch.nn.functional.local_response_norm of the channels 1..6 at one place, n 5, beta 0.75, k 2, alpha 1 (which is n times the paper's)
  const torch = [0.30836782, 0.42044821, 0.43819129, 0.42294848, 0.54512244, 0.70427024];

  it.each(torch.map((value, map) => [map, value]))('map %i', (map, value) => {
    const input = volume(6, 1, 1, (index) => index + 1);
    const found = respond(input, { map, row: 0, col: 0 }, { size: 5, alpha: 0.2, beta: 0.75, k: 2 });
    expect(found.result).toBeCloseTo(value, 5);
    expect(found.terms.reduce((sum, { square }) => sum + square, 0)).toBe(found.sum);
    expect(found.divisor).toBeCloseTo((2 + found.sum / 5) ** 0.75, 12);
  });

  it('of AlexNet divides small values by k to the power of beta', () => {
    const input = volume(3, 2, 2, () => 0.1);
    expect(respond(input, { map: 1, row: 1, col: 0 }, ALEXNET).divisor).toBeCloseTo(2 ** 0.75, 5);
  });

  it('reads the cell of its own place only', () => {
    const input = volume(2, 2, 2, (map, cell) => (cell === 3 ? map + 1 : 100));
    expect(respond(input, { map: 0, row: 1, col: 1 }, ALEXNET).terms.map(({ value }) => value)).toEqual([1, 2]);
  });
});

test('a map standardized by its own mean and variance has mean 0 and variance 1', () => {
  const values = [1, 2, 4, 9];
  const mean = 4;
  const variance = (9 + 4 + 0 + 25) / 4;
  const results = values.map((value) => standardize(value, mean, variance, 0).result);
  expect(results.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  expect(results.reduce((sum, value) => sum + value * value, 0) / 4).toBeCloseTo(1, 12);
});

test('running statistics move by the momentum towards the batch', () => {
  expect(updatedStatistic(0, 5, 0.1)).toBeCloseTo(0.5, 12);
  expect(updatedStatistic(2, 5, 1)).toBe(5);
  expect(updatedStatistic(2, 5, 0)).toBe(2);
  expect(unbiased(3, 4)).toBe(4);
});

describe('company', () => {
  it('is the same for the same batch, and of the size that was asked for', () => {
    expect(companions(3, 8, 30, 5)).toEqual(companions(3, 8, 30, 5));
    expect(companions(3, 8, 30, 5)).toHaveLength(7);
    expect(companions(0, 1, 30, 5)).toEqual([]);
  });

  it('never holds the chosen digit, and all others take turns', () => {
    const seen = [0, 1, 2, 3].flatMap((batch) => companions(batch, 8, 29, 5));
    expect(seen).not.toContain(5);
    expect(new Set(seen).size).toBe(28);
  });

  it('changes from batch to batch and from seed to seed', () => {
    expect(companions(0, 8, 30, null)).not.toEqual(companions(1, 8, 30, null));
    expect(companions(0, 8, 30, null, 1)).not.toEqual(companions(0, 8, 30, null, 2));
  });
});

test('a shuffle keeps every number', () => {
  expect([...shuffled(30, 7)].sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index));
});

test('volumes are stacked one behind the other', () => {
  const [one, two] = [volume(1, 1, 2, () => 1), volume(1, 1, 2, () => 2)];
  expect(Array.from(stacked([one, two]))).toEqual([1, 1, 2, 2]);
});

test('the largest batch fits the limit and the tray', () => {
  expect(largestBatch(4704, 262_144, 30)).toBe(30);
  expect(largestBatch(100_000, 262_144, 30)).toBe(2);
  expect(largestBatch(1_000_000, 262_144, 30)).toBe(1);
});

test('moments of a few numbers', () => {
  expect(moments([1, 2, 4, 9])).toEqual({ mean: 4, deviation: Math.sqrt(38 / 4) });
  expect(moments([])).toEqual({ mean: 0, deviation: 0 });
});

test('an extent is never empty', () => {
  expect(extent([[3, -1], [7]])).toEqual([-1, 7]);
  expect(extent([[2, 2]])).toEqual([1.5, 2.5]);
  expect(extent([[]])).toEqual([-1, 1]);
});

test('the loudest place has the largest sum of squares over the maps', () => {
  expect(
    strongestPosition(
      volume(
        2,
        1,
        3,
        (map, cell) =>
          [
            [1, -3, 2],
            [1, 0, 2.5],
          ][map]?.[cell] ?? 0,
      ),
    ),
  ).toBe(2);
});

test('one map of every volume, one behind the other', () => {
  const batch = [1, 10].map((factor) => volume(2, 1, 2, (map, cell) => factor * (2 * map + cell)));
  expect(Array.from(acrossBatch(batch, 1))).toEqual([2, 3, 20, 30]);
});
