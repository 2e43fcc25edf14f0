/** Tiles and panels keep clear of each other and of the figure's edge, from a phone to a projector. */
// @vitest-environment node

import { describe, expect, it, test } from 'vitest';

import { overlap } from './box';
import { arrangement, grid, halves } from './normalization-layout';

describe.each([288, 328, 599, 600, 899, 900, 1216, 1800])('at %i pixels', (width) => {
  it.each([
    [6, 28, 28, 2],
    [16, 10, 10, 2],
    [16, 5, 5, 2],
    [1, 28, 28, 3],
    [8, 28, 28, 3],
    [30, 28, 28, 3],
    [30, 10, 10, 3],
    [4, 20, 24, 2],
    [64, 2, 2, 2],
    [12, 48, 64, 3],
  ])('%i tiles of %i x %i and %i panels', (count, high, side, panels) => {
    const found = arrangement(width, count, { height: high, width: side }, panels);
    const boxes = [...found.before, ...found.after, ...found.panels];
    expect(boxes).toHaveLength(2 * count + panels);
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(found.height);
      expect(box.width).toBeGreaterThan(40);
    }
    boxes.forEach((one, index) => {
      for (const other of boxes.slice(index + 1)) expect(overlap(one, other)).toBe(false);
    });
    for (const tile of found.before) expect(tile.width).toBe(found.cell * side);
  });
});

test('tiles stay large enough to be seen, and break into even rows', () => {
  expect(grid(6, { height: 28, width: 28 }, 328)).toEqual({ columns: 3, cell: 3 });
  expect(grid(6, { height: 28, width: 28 }, 1216).columns).toBe(6);
  for (const width of [288, 700, 1216]) {
    const { cell } = grid(16, { height: 10, width: 10 }, width);
    expect(cell * 10).toBeGreaterThanOrEqual(54);
  }
});

test('halves of a panel do not touch', () => {
  const [upper, lower] = halves({ x: 0, y: 0, width: 10, height: 100 });
  expect(upper.height).toBe(lower.height);
  expect(lower.y - (upper.y + upper.height)).toBe(22);
  expect(lower.y + lower.height).toBe(100);
});
