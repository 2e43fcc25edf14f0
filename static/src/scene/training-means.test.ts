/** Running means that grow with their column, and go on from those that are known. */

import { expect, test } from 'vitest';

import { RunningMean, smoothed } from './training-means';

test('a mean that grows with its column is that of the whole column', () => {
  const values = Float64Array.from({ length: 500 }, (_, index) => (index % 7 === 0 ? NaN : Math.sin(index)));
  const mean = new RunningMean(0.8);
  for (const count of [1, 2, 130, 131, 500]) mean.of(values.subarray(0, count));
  expect([...mean.of(values)]).toEqual([...smoothed(values, 0.8)]);
});

test('it goes on from means that are known', () => {
  const values = Float64Array.from({ length: 2000 }, (_, index) => Math.cos(index / 9));
  const whole = smoothed(values, 0.9);
  const mean = new RunningMean(0.9, [whole[0] ?? 0, whole[1000] ?? 0]); // of a thousand steps, two are here
  const on = mean.of(Float64Array.from([1, 1, ...values.subarray(1001)]));
  expect(on[1]).toBe(whole[1000]);
  expect(on.at(-1)).toBeCloseTo(whole.at(-1) ?? NaN, 12);
});
