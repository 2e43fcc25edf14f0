/** Values and places are each other's inverse, paths follow them, and every function can be told from the others. */
// @vitest-environment node

import { describe, expect, it, test } from 'vitest';

import { KINDS } from './activation';
import { colourOf, dashOf, logged, path, scales, ticks } from './activation-plot';
import { contrast, type Rgb } from './palette';

const BOX = { x: 10, y: 20, width: 100, height: 50 };

test('the corners of the domain are the corners of the box, and y runs up', () => {
  const { x, y } = scales(BOX, [-4, 4], [-1, 1]);
  expect([x(-4), x(4), y(-1), y(1)]).toEqual([10, 110, 70, 20]);
  expect(x.invert(x(1.25))).toBeCloseTo(1.25, 12);
  expect(y.invert(y(-0.5))).toBeCloseTo(-0.5, 12);
});

test('a path is lifted where there is no value', () => {
  const found = path([0, 1, 2, 3], [0, NaN, 1, 1], scales(BOX, [0, 4], [0, 1]));
  expect(found).toBe('M10 70M60 20L85 20');
});

describe('ticks', () => {
  it.each([
    [-4, 4, 8, [-4, -3, -2, -1, 0, 1, 2, 3, 4]],
    [0, 0.3, 3, [0, 0.1, 0.2, 0.3]],
    [-2, 4, 3, [-2, 0, 2, 4]],
    [1, 1, 3, [1]],
  ])('from %d to %d, about %i', (low, high, count, expected) => {
    expect(ticks(low, high, count)).toEqual(expected);
  });

  it('hold one when little room is left, within the ends', () => {
    for (const tick of ticks(-3.7, 12.1, 4)) expect(tick >= -3.7 && tick <= 12.1).toBe(true);
    expect(ticks(1, 50, 5)).toContain(20);
  });
});

test('a logarithm is held at the floor', () => {
  expect(logged(1e-3, -10)).toBeCloseTo(-3, 12);
  expect(logged(1e-30, -10)).toBe(-10);
  expect(logged(0, -10)).toBe(-10);
  expect(logged(NaN, -10)).toBeNaN();
});

test('no two functions share a colour or a dash, and every colour is seen on its page', () => {
  const rgb = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  for (const [theme, paper] of [
    ['light', '#fbfaf7'],
    ['dark', '#15171c'],
  ] as const) {
    const colours = KINDS.map((kind) => colourOf(kind, theme));
    expect(new Set(colours).size).toBe(KINDS.length);
    for (const colour of colours) expect(contrast(rgb(colour), rgb(paper))).toBeGreaterThan(4.5);
  }
  expect(new Set(KINDS.map(dashOf)).size).toBe(KINDS.length);
});
