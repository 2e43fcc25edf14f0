/** Numbers on screen: short, true, with a minus sign that is one. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { brief, factor, long, minus, percent, plain, scaleEnd, short } from './format';

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
  expect(scaleEnd(-20_565_137_408)).toBe('−2.1e10');
});

it('writes whole numbers whole, others with four decimals at most, and loses none that is not zero', () => {
  expect([47, -3, 0, -0, 0.5, -0.123456, 1e-9].map(plain)).toEqual(['47', '−3', '0', '0', '0.5', '−0.1235', '1.0e−9']);
  expect([7, 0.5, -12.34, 12_345].map(brief)).toEqual(['7', '.50', '−12', '12345']);
  expect(minus('1e-7 - 2')).toBe('1e−7 − 2');
});

it('puts a factor into brackets where a sign would meet a sign', () => {
  expect([2, -2, 0].map(factor)).toEqual(['2', '(−2)', '0']);
});
