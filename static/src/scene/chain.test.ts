/** Verdicts on a chain's gradients, and the labels of their scale. */
// @vitest-environment node

import { describe, expect, it, test } from 'vitest';

import { decades, isInitialization, power, powers, scientific, shrinkage, verdict } from './chain';

const falling = (factor: number, layers: number) =>
  Float64Array.from({ length: layers }, (_, layer) => factor ** (layers - 1 - layer));

test('the factor, taken once for every step, is the whole ratio', () => {
  const found = shrinkage(falling(0.25, 11));
  expect(found?.steps).toBe(10);
  expect(found?.factor).toBeCloseTo(0.25, 12);
  expect((found?.factor ?? 0) ** 10).toBeCloseTo(found?.ratio ?? 1, 15);
});

test('there is no factor where there is one layer or a gradient is gone', () => {
  expect(shrinkage([1])).toBeNull();
  expect(shrinkage([0, 1])).toBeNull();
  expect(shrinkage([NaN, 1])).toBeNull();
});

describe('verdict', () => {
  it.each([
    [falling(0.25, 30), 'vanishes'],
    [falling(3, 30), 'explodes'],
    [falling(0.95, 30), 'arrives'],
    [[1], 'arrives'],
    [[0, 0, 1], 'dead'],
    [[Infinity, 1], 'explodes'],
  ] as const)('%#', (gradients, expected) => {
    expect(verdict(gradients)).toBe(expected);
  });
});

describe('decades', () => {
  it('holds every value between two powers of ten', () => {
    expect(decades([[0.003, 2], [40]])).toEqual([-3, 2]);
  });

  it('leaves out zeros, and is never narrower than asked', () => {
    expect(decades([[0, 1]])).toEqual([-1, 1]);
    expect(decades([[0, Infinity]])).toEqual([-1, 1]);
    const [low, high] = decades([[1.5]], 4);
    expect(high - low).toBe(4);
  });
});

test('powers beside the axis are round, few and within it', () => {
  expect(powers([-3, 1], 6)).toEqual([-3, -2, -1, 0, 1]);
  expect(powers([-13, 0], 6)).toEqual([-10, -5, 0]);
  for (const low of [-45, -30, -9, -2]) {
    const found = powers([low, 3], 6);
    expect(found.length).toBeLessThanOrEqual(6);
    expect(found).toContain(0);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(low);
  }
});

test('numbers keep their size in sight', () => {
  expect(power(-12)).toBe('10⁻¹²');
  expect(power(0)).toBe('10⁰');
  expect(scientific(0.000000314)).toBe('3.1 × 10⁻⁷');
  expect(scientific(0.42)).toBe('0.42');
  expect(scientific(1)).toBe('1');
  expect(scientific(-12345)).toBe('−1.2 × 10⁴');
  expect(scientific(0)).toBe('0');
  expect(scientific(Infinity)).toBe('∞');
});

test('what is no initialization is told apart', () => {
  expect(isInitialization('he')).toBe(true);
  expect(isInitialization('zero')).toBe(false);
});
