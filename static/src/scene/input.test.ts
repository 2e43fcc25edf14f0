/** A pixel's sum, worked out from what is written, gives the value that is written beside it. */

import { expect, test } from 'vitest';

import { constant, levelOf } from './input';

test.each([
  [0.1307, 0.3081],
  [0.1 / 1.275, 1 / 1.275],
])('with mean %f and deviation %f every grey level is found again and its sum adds up', (mean, std) => {
  for (let level = 0; level <= 255; level++) {
    const value = Math.fround(Math.fround(Math.fround(level / 255) - Math.fround(mean)) * Math.fround(1 / std));
    expect(levelOf(value, mean, std)).toBe(level);
    const sum = (level / 255 - Number(constant(mean))) / Number(constant(std));
    expect(Number(sum.toFixed(4)) + 0).toBe(Number(value.toFixed(4)) + 0); // + 0: no matter which zero
  }
});
