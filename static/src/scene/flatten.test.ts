/** Flattening and one unit's sum, against arithmetic by hand. */

import { describe, expect, test } from 'vitest';

import {
  byMap,
  cellAt,
  columnsOf,
  firstMaps,
  grid,
  indexOf,
  kernel,
  largest,
  place,
  mapCount,
  strip,
  stripPlace,
  sum,
} from './flatten';
import { volume } from './volume';

const S4 = { channels: 16, height: 5, width: 5 };

describe('which cell goes where', () => {
  test('map after map, row after row', () => {
    expect(indexOf(S4, { map: 0, row: 0, col: 0 })).toBe(0);
    expect(indexOf(S4, { map: 0, row: 1, col: 0 })).toBe(5);
    expect(indexOf(S4, { map: 3, row: 2, col: 4 })).toBe(89);
    expect(indexOf(S4, { map: 15, row: 4, col: 4 })).toBe(399);
  });

  test('there and back again for every cell', () => {
    for (let index = 0; index < 400; index++) expect(indexOf(S4, cellAt(S4, index))).toBe(index);
  });
});

describe('one unit', () => {
  const one = sum([1, 2, 3, 4], [0.5, -1, 0, 2], 0.25);

  test('products, running sum and total', () => {
    expect(one.terms.map(({ product }) => product)).toEqual([0.5, -2, 0, 8]);
    expect([...one.running]).toEqual([0.25, 0.75, -1.25, -1.25, 6.75]);
    expect(one.total).toBe(6.75);
  });

  test('the largest products and the rest make the whole', () => {
    const { terms, rest, count: left } = largest(one, 2);
    expect(terms.map(({ index }) => index)).toEqual([1, 3]);
    expect(left).toBe(2);
    expect(terms.reduce((total, { product }) => total + product, 0) + rest + one.bias).toBe(one.total);
  });

  test('the partial sums of the maps make the whole', () => {
    const parts = byMap(one, { channels: 2, height: 1, width: 2 });
    expect([...parts]).toEqual([-1.5, 8]);
    expect(parts.reduce((total, part) => total + part, one.bias)).toBe(one.total);
  });

  test("a unit's row of the matrix is its kernel", () => {
    const { data, height } = kernel([1, 2, 3, 4, 5, 6, 7, 8], 1, { channels: 1, height: 2, width: 2 });
    expect([...data]).toEqual([5, 6, 7, 8]);
    expect(height).toBe(2);
  });
});

describe('places', () => {
  test('tiles stand apart and stay in their room', () => {
    const at = grid(S4, 300, 4, 20);
    expect(at.width).toBeLessThanOrEqual(300);
    expect(at.rows).toBe(4);
    expect(place(at, S4, 0)).toEqual({ x: 0, y: 0 });
    expect(place(at, S4, 5)).toEqual({ x: 5 * at.cell + at.gap, y: 5 * at.cell + at.gap });
  });

  test.each([328, 640, 1200])('a vector of 400 fits into %i pixels, whole maps in a line', (room) => {
    const at = strip(400, 25, room, 3, 20);
    expect(at.width).toBeCloseTo(room, 6);
    expect(at.across % 25).toBe(0);
    expect(at.cell).toBeGreaterThanOrEqual(3);
    expect(at.lines * at.across).toBeGreaterThanOrEqual(400);
    const last = stripPlace(at, 399);
    expect(last.x + at.cell).toBeLessThanOrEqual(room + 1e-6);
    expect(last.y).toBe((at.lines - 1) * at.pitch);
  });
});

describe('layers of any size', () => {
  const SHAPES = [
    { channels: 6, height: 14, width: 14 },
    { channels: 4, height: 10, width: 12 },
    { channels: 41, height: 14, width: 14 },
    { channels: 1, height: 128, width: 128 },
    { channels: 12, height: 1, width: 1 },
    { channels: 4096, height: 1, width: 1 },
  ];

  test.each(SHAPES)('$channels of $height x $width stay in the room of a phone and of a screen', (shape) => {
    for (const room of [98, 329]) {
      const at = grid(shape, room, columnsOf(shape, room), 30);
      expect(at.width).toBeLessThanOrEqual(room + 1e-9);
      expect(at.columns * at.rows).toBeGreaterThanOrEqual(shape.channels);
    }
  });

  test("LeNet-5's stand as they always have", () => {
    expect(columnsOf({ channels: 6, height: 14, width: 14 }, 170)).toBe(3);
    expect(columnsOf(S4, 170)).toBe(4);
    expect(columnsOf({ channels: 84, height: 1, width: 1 }, 170)).toBe(7);
  });

  test('of very many maps the first are shown, of one that is too large itself the whole, and every unit', () => {
    expect(mapCount(S4, 8192)).toBe(16);
    expect(mapCount({ channels: 512, height: 14, width: 14 }, 8192)).toBe(41);
    expect(mapCount({ channels: 512, height: 2, width: 2 }, 8192)).toBe(64);
    expect(mapCount({ channels: 3, height: 128, width: 128 }, 8192)).toBe(1);
    expect(mapCount({ channels: 4096, height: 1, width: 1 }, 2048)).toBe(4096);
    expect([...firstMaps(volume(3, 1, 2, [1, 2, 3, 4, 5, 6]), 2).data]).toEqual([1, 2, 3, 4]);
  });
});
