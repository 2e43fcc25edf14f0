/** Plots: lines reach their places, gaps break them, axes say round numbers, names do not leave the box. */

import { expect, test } from 'vitest';

import { axisTexts, nearest, plot, axisLabel, type Series } from './plot';

const BOX = { x: 10, y: 20, width: 400, height: 200 };
const line = (values: number[], label = 'a'): Series => ({ values, label, colour: 'red' });

test('the first and last values lie at the ends of the frame', () => {
  const { frame, lines } = plot(BOX, [line([0, 1, 4])], [0, 1, 2], false);
  const points = [...(lines[0]?.path ?? '').matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  expect(points[0]).toEqual([frame.x, frame.y + frame.height]);
  expect(points[2]).toEqual([frame.x + frame.width, frame.y]);
  expect(frame.x + frame.width).toBeLessThanOrEqual(BOX.x + BOX.width);
  expect(frame.y + frame.height).toBeLessThan(BOX.y + BOX.height);
});

test('what is no number breaks the line, and what a logarithm has not does too', () => {
  expect(plot(BOX, [line([1, NaN, 2, 3])], [0, 1, 2, 3], false).lines[0]?.path.match(/M/g)).toHaveLength(2);
  expect(plot(BOX, [line([1, 0, 100])], [0, 1, 2], true).lines[0]?.path.match(/M/g)).toHaveLength(2);
});

test('a logarithmic axis names powers of ten, at most six, however far apart they are', () => {
  expect(plot(BOX, [line([1e-3, 20])], [0, 1], true).yTicks.map(({ text }) => text)).toEqual([
    '10⁻³',
    '10⁻²',
    '10⁻¹',
    '10⁰',
    '10¹',
    '10²',
  ]);
  expect(plot(BOX, [line([1e-30, 1])], [0, 1], true).yTicks.length).toBeLessThanOrEqual(6);
});

test('zero is marked where it lies within', () => {
  expect(plot(BOX, [line([-1, 1])], [0, 1], false).zero).not.toBeNull();
  expect(plot(BOX, [line([1, 2])], [0, 1], false).zero).toBeNull();
});

test('constant and empty series have a frame all the same', () => {
  for (const values of [[], [2, 2]]) {
    const { yTicks, xTicks } = plot(BOX, [line(values)], [0, 1], false);
    expect(yTicks.length).toBeGreaterThan(1);
    expect(xTicks.every(({ at }) => Number.isFinite(at))).toBe(true);
  }
});

test('names that have no room go on a row of their own', () => {
  const many = ['rectified linear unit', 'hyperbolic tangent', '修正线性单元', 'sigmoid'].map((label) =>
    line([1], label),
  );
  const { names, frame } = plot({ ...BOX, width: 220 }, many, [0], false);
  expect(new Set(names.map(({ y }) => y)).size).toBeGreaterThan(1);
  expect(Math.max(...names.map(({ y }) => y))).toBeLessThan(frame.y);
});

test('the nearest x is found from both sides', () => {
  const { x } = plot(BOX, [line([1, 2, 3])], [0, 5, 6], false);
  expect(nearest([0, 5, 6], x, x(2.4))).toBe(0);
  expect(nearest([0, 5, 6], x, x(2.6))).toBe(1);
});

test('numbers on an axis are short', () => {
  expect([axisLabel(0.1 + 0.2), axisLabel(-2), axisLabel(1e6), axisLabel(2e-5)]).toEqual(['0.3', '−2', '1e6', '2e−5']);
});

test.each([
  [
    [0, 2e-4, 8e-4, 0.001],
    ['0', '0.0002', '0.0008', '0.001'],
  ],
  [
    [0, 5e-5, 1e-4, 1.5e-4],
    ['0', '5e−5', '1e−4', '1.5e−4'],
  ],
  [
    [0, 500_000, 1_000_000],
    ['0', '5e5', '1e6'],
  ],
  [
    [1e-5, 0.001, 1, 10],
    ['10⁻⁵', '10⁻³', '10⁰', '10¹'],
  ],
  [
    [-0.5, 0, 0.5],
    ['−0.5', '0', '0.5'],
  ],
])('the numbers of one axis are written one way: %j', (values, texts) => {
  expect(axisTexts(values)).toEqual(texts);
});
