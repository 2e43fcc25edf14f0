/** Numbers on screen: short, true, with a minus sign that is one. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { long, percent, scaleEnd, short } from './format';

it('fits every number into a cell', () => {
  for (const value of [0, 0.004, 0.42, -0.07, 0.997, 1.26, -9.96, 12.4, -123.4]) {
    expect(short(value).length).toBeLessThanOrEqual(4);
  }
  expect(short(-0.07)).toBe('−.07');
  expect(short(0.42)).toBe('.42');
  expect(short(0.997)).toBe('1.0');
});

it('writes no minus before zero', () => {
  expect(short(-0.001)).toBe('0');
});

it('claims certainty only where there is some', () => {
  expect(percent(0.99999)).toBe('99.9 %');
  expect(percent(1)).toBe('100.0 %');
  expect(percent(0.9923)).toBe('99.2 %');
  expect(percent(0)).toBe('0.0 %');
});

it('writes four decimals in a sum and two figures at the end of a scale', () => {
  expect(long(-1.23456)).toBe('−1.2346');
  expect(scaleEnd(3.217)).toBe('3.2');
  expect(scaleEnd(0)).toBe('0');
});
