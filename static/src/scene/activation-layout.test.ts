/** Nothing overlaps and nothing leaves the figure, from a phone to a projector. */
// @vitest-environment node

import { describe, expect, it, test } from 'vitest';

import { legend, maps, plots } from './activation-layout';
import { overlap, type Box } from './box';

const WIDTHS = [280, 328, 480, 639, 640, 900, 1216, 1800];

const inside = (box: Box, width: number, height: number) =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;

test('a legend takes as many rows as it needs', () => {
  expect(legend(7, 328).places).toHaveLength(7);
  expect(legend(7, 328).height).toBeGreaterThan(legend(7, 1200).height);
  expect(legend(1, 100).places).toEqual([{ x: 0, y: 0 }]);
});

describe.each(WIDTHS)('at %i pixels', (width) => {
  it('two plots stand one above the other below the legend', () => {
    for (const count of [1, 4, 7]) {
      const found = plots(width, count, { upper: 0.42, lower: 0.2 });
      expect(found.upper.y).toBeGreaterThan(found.legend.height);
      expect(overlap(found.upper, found.lower)).toBe(false);
      for (const box of [found.upper, found.lower]) expect(inside(box, width, found.height)).toBe(true);
    }
  });

  it.each([
    [28, 28, 6],
    [10, 10, 16],
    [20, 24, 4],
    [4, 64, 3],
    [64, 2, 9],
    [2, 2, 40],
    [128, 128, 2],
  ])('maps of %i x %i, %i of them', (height, side, count) => {
    const found = maps(width, { height, width: side }, count);
    const boxes = [found.before, found.after, found.curve, ...found.tiles];
    for (const box of boxes) expect(inside(box, width, found.height)).toBe(true);
    boxes.forEach((one, index) => {
      for (const other of boxes.slice(index + 1)) expect(overlap(one, other)).toBe(false);
    });
    expect([found.before.height, found.before.width]).toEqual([found.cell * height, found.cell * side]);
    expect(found.tiles.map(({ map }) => map)).toEqual(Array.from({ length: count }, (_, map) => map));
  });
});
