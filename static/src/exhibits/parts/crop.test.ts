/** The square crop of a picture. */

import { expect, test } from 'vitest';

import { middle, movedSquare } from './crop';

test('it begins as the largest square in the middle', () => {
  expect(middle(300, 200)).toEqual({ x: 50, y: 0, side: 200 });
  expect(middle(100, 200)).toEqual({ x: 0, y: 50, side: 100 });
});

test('it never leaves the picture, however far it is moved or grown', () => {
  for (const x of [-1000, -3, 0, 3, 1000]) {
    for (const scale of [0.001, 0.5, 1, 3]) {
      const square = movedSquare({ x: 60, y: 20, side: 80 }, { x, y: -x, scale }, 300, 200);
      expect(square.x).toBeGreaterThanOrEqual(0);
      expect(square.y).toBeGreaterThanOrEqual(0);
      expect(square.x + square.side).toBeLessThanOrEqual(300);
      expect(square.y + square.side).toBeLessThanOrEqual(200);
      expect(square.side).toBeGreaterThanOrEqual(8);
    }
  }
});

test('it grows and shrinks about its centre', () => {
  const { x, y, side } = movedSquare({ x: 100, y: 60, side: 80 }, { scale: 0.5 }, 300, 200);
  expect([x + side / 2, y + side / 2, side]).toEqual([140, 100, 40]);
});
