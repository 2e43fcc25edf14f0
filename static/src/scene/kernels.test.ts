/** Kernels by name, and inputs that are patterns, against what the books say. */
// @vitest-environment node

import { expect, test } from 'vitest';

import {
  chance,
  figure,
  pattern,
  readFilters,
  readValues,
  resized,
  writeFilters,
  writeValues,
} from './convolution-inputs';
import { family, kernel, PRESETS, quarterTurns, resizable, type Choices } from './kernels';

const USUAL: Choices = { size: { height: 5, width: 5 }, sigma: 1, angle: 0, wavelength: 4 };
const sum = (rows: number[][]) => rows.flat().reduce((total, value) => total + value, 0);

test('edge kernels answer a flat ground with zero', () => {
  for (const name of [
    'vertical-edge',
    'horizontal-edge',
    'sobel-x',
    'sobel-y',
    'prewitt-x',
    'prewitt-y',
    'scharr-x',
    'scharr-y',
    'laplacian',
  ] as const)
    expect([name, sum(kernel(name, USUAL))]).toEqual([name, 0]);
});

test('identity, sharpen, box, Gaussian and emboss keep a flat ground as it is', () => {
  for (const name of ['identity', 'sharpen', 'box', 'gaussian', 'emboss'] as const)
    expect(sum(kernel(name, USUAL))).toBeCloseTo(1, 12);
});

test('Sobel by hand, and its y is its x turned', () => {
  expect(kernel('sobel-x', USUAL)).toEqual([
    [1, 0, -1],
    [2, 0, -2],
    [1, 0, -1],
  ]);
  expect(kernel('sobel-y', USUAL)).toEqual(quarterTurns(kernel('sobel-x', USUAL), 1));
});

test('a Gaussian falls by exp(-1/2σ²) from its middle to the next cell', () => {
  const rows = kernel('gaussian', { ...USUAL, sigma: 0.8 });
  expect((rows[2]?.[3] ?? 0) / (rows[2]?.[2] ?? 1)).toBeCloseTo(Math.exp(-1 / (2 * 0.64)), 12);
});

test('a Gabor at 90 degrees is the one at 0 turned', () => {
  const up = kernel('gabor', { ...USUAL, angle: 90 }).flat();
  const turned = quarterTurns(kernel('gabor', USUAL), 1).flat();
  up.forEach((value, index) => expect(value).toBeCloseTo(turned[index] ?? NaN, 6));
});

test('every preset has the size that was chosen, or its own', () => {
  for (const name of PRESETS) {
    const rows = kernel(name, { ...USUAL, size: { height: 2, width: 7 } });
    expect([name, rows.length, rows[0]?.length]).toEqual(resizable(name) ? [name, 2, 7] : [name, 3, 3]);
    expect(rows.every((row) => row.length === rows[0]?.length)).toBe(true);
  }
});

test('further filters keep the size of the first', () => {
  const filters = family('gaussian', { ...USUAL, size: { height: 2, width: 5 } }, 3);
  expect(filters.map((rows) => [rows.length, rows[0]?.length])).toEqual([
    [2, 5],
    [2, 5],
    [2, 5],
  ]);
  expect(family('sobel-x', USUAL, 2)[1]).toEqual(kernel('sobel-y', USUAL));
});

test('patterns', () => {
  expect([...pattern('ramp', 2, 1, 3, 0).data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...pattern('checkerboard', 1, 2, 2, 0).data]).toEqual([1, 0, 0, 1]);
  expect([...pattern('one-hot', 1, 3, 3, 0).data]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
  expect(pattern('random', 1, 4, 4, 3)).toEqual(pattern('random', 1, 4, 4, 3));
  expect(pattern('random', 1, 4, 4, 3)).not.toEqual(pattern('random', 1, 4, 4, 4));
});

test('chance is even from 0 to 1', () => {
  const next = chance(1);
  const drawn = Array.from({ length: 10_000 }, next);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
  expect(drawn.reduce((total, value) => total + value, 0) / drawn.length).toBeCloseTo(0.5, 1);
});

test('values are written and read back; ragged rows and words are not values', () => {
  const values = [[[1, -2.5]], [[0.1, 3]]];
  expect(writeValues(values)).toBe('1 -2.5 | 0.1 3');
  expect(readValues(writeValues(values))).toEqual(values);
  expect(readFilters(writeFilters([values, values]))).toEqual([values, values]);
  for (const text of ['1 2; 3', '1 x', '', '1 2 | 3', '1;;2']) expect(readValues(text)).toBeNull();
  expect(readFilters('1 2 / 1 2 3')).toBeNull();
});

test('a figure is short and still the same float32', () => {
  expect(figure(Math.fround(0.1))).toBe('0.1');
  expect(figure(-3)).toBe('-3');
  for (const value of [1 / 3, 1e-7, 123456.789, -0.0072])
    expect(Math.fround(Number(figure(value)))).toBe(Math.fround(value));
});

test('resized numbers keep what fits', () => {
  expect(
    resized(
      [
        [
          [1, 2],
          [3, 4],
        ],
      ],
      2,
      1,
      3,
    ),
  ).toEqual([[[1, 2, 0]], [[0, 0, 0]]]);
});
