/** The functions against their own mathematics, and the places that the figure reads. */
// @vitest-environment node

import { describe, expect, it, test } from 'vitest';

import {
  apply,
  argument,
  ARGUMENTS,
  COUNT,
  derivative,
  slopePath,
  END,
  erf,
  gaussian,
  isSigned,
  isKind,
  KINDS,
  peak,
  indexOf,
  sampled,
  tangent,
  zeros,
} from './activation';

const CORNERED = ['relu', 'leaky-relu'];

describe.each(KINDS)('%s', (kind) => {
  it('has the derivative that its differences approach', () => {
    for (let x = -3.95; x < 4; x += 0.17) {
      if (CORNERED.includes(kind) && Math.abs(x) < 1e-3) continue;
      const h = 1e-5;
      const slope = (apply(kind, x + h) - apply(kind, x - h)) / (2 * h);
      expect(derivative(kind, x)).toBeCloseTo(slope, 6);
    }
  });

  it('is finite far from zero', () => {
    for (const x of [-1000, -60, 60, 1000]) {
      expect(Number.isFinite(apply(kind, x))).toBe(true);
      expect(Number.isFinite(derivative(kind, x))).toBe(true);
    }
  });

  it('goes below zero somewhere exactly if it is said to', () => {
    const lowest = Math.min(...sampled(kind).output);
    expect(lowest < 0).toBe(isSigned(kind));
  });
});

test('known values of each function', () => {
  expect(apply('relu', -2)).toBe(0);
  expect(apply('relu', 2)).toBe(2);
  expect(apply('leaky-relu', -2)).toBeCloseTo(-0.02, 12);
  expect(apply('leaky-relu', -2, 0.2)).toBeCloseTo(-0.4, 12);
  expect(apply('sigmoid', 0)).toBe(0.5);
  expect(derivative('sigmoid', 0)).toBe(0.25);
  expect(apply('lecun-tanh', 1)).toBeCloseTo(1, 4);
  expect(apply('lecun-tanh', -1)).toBeCloseTo(-1, 4);
  expect(apply('softplus', 0)).toBeCloseTo(Math.LN2, 12);
  expect(apply('gelu', 1)).toBeCloseTo(0.8413447460685429, 12);
  expect(derivative('gelu', 1)).toBeCloseTo(1.0833154705876864, 12);
});

test('autograd takes the left side of the corner', () => {
  expect(derivative('relu', 0)).toBe(0);
  expect(derivative('leaky-relu', 0, 0.1)).toBe(0.1);
});

test('the error function has its tabulated values and is odd', () => {
  expect(erf(0)).toBe(0);
  expect(erf(0.5)).toBeCloseTo(0.5204998778130465, 14);
  expect(erf(-2)).toBeCloseTo(-0.9953222650189527, 14);
  expect(erf(3.5)).toBeCloseTo(0.9999992569016276, 14);
  expect(erf(9)).toBe(1);
  expect(gaussian(0)).toBe(0.5);
});

test('arguments run from end to end without noise and hold zero', () => {
  expect(argument(0)).toBe(-END);
  expect(argument(COUNT - 1)).toBe(END);
  expect(argument(indexOf(0))).toBe(0);
  expect(argument(indexOf(1.23))).toBe(1.25);
  expect(indexOf(-99)).toBe(0);
  expect(indexOf(99)).toBe(COUNT - 1);
  for (let index = 0; index < COUNT; index += 1) expect(indexOf(argument(index))).toBe(index);
  expect(ARGUMENTS).toHaveLength(COUNT);
});

test('a slope that jumps is lifted at zero, and has both its values there', () => {
  const { xs, ys } = slopePath('relu', sampled('relu').derivative);
  const at = xs.indexOf(0);
  expect(ys.slice(at, at + 3)).toEqual([0, NaN, 1]);
  expect(xs[at + 2]).toBe(0);
  expect(slopePath('tanh', sampled('tanh').derivative).xs).toHaveLength(COUNT);
});

test('a tangent goes through its point with its slope, and is as long at every slope', () => {
  for (const slope of [0, 0.25, -1, 3]) {
    const { x1, y1, x2, y2 } = tangent(1, 2, slope, 0.5, 2);
    expect((x1 + x2) / 2).toBeCloseTo(1, 12);
    expect((y1 + y2) / 2).toBeCloseTo(2, 12);
    expect((y2 - y1) / (x2 - x1)).toBeCloseTo(slope, 12);
    expect(Math.hypot(x2 - x1, (y2 - y1) / 2)).toBeCloseTo(1, 12);
  }
});

test('the peak is the first of the largest', () => {
  expect(peak([-3, 2, 7, 7])).toBe(2);
  expect(peak([])).toBe(0);
});

test('only exact zeros count as zero', () => {
  expect(zeros([0, -0, 1e-30, -3])).toBe(0.5);
  expect(zeros(new Float32Array([1, 2]))).toBe(0);
});

test('what is no function is told apart', () => {
  expect(isKind('gelu')).toBe(true);
  expect(isKind('swish')).toBe(false);
});
