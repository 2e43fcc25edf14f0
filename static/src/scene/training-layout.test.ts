/** Layout of a confusion matrix and outlines of histograms. */

import { describe, expect, test } from 'vitest';

import { confused, confusion, recalls } from './training-confusion';
import { densities, gradientSizes, highestOf, layersOf, outline, rangeOf } from './training-layers';
import { kernelGrid, probabilities } from './training-kernels';
import type { EpochRow, HistogramOf } from './training-log';

const COUNTS = [
  [8, 2, 0],
  [1, 9, 0],
  [0, 5, 5],
];

describe('a confusion matrix', () => {
  test('has a cell for every pair of classes, rows are the actual, columns the predicted class', () => {
    const { cells, side, left, top } = confusion(COUNTS, 400, ['a', 'b', 'c']);
    expect(cells).toHaveLength(9);
    expect(cells[1]).toMatchObject({ actual: 0, predicted: 1, count: 2, share: 0.2, x: left + side, y: top });
    expect(cells[3]).toMatchObject({ actual: 1, predicted: 0, y: top + side });
    expect(cells.filter(({ right }) => right).map(({ count }) => count)).toEqual([8, 9, 5]);
  });

  test('fits a phone with ten classes and its palette ends at the worst mistake', () => {
    const ten = Array.from({ length: 10 }, (_, row) => Array.from({ length: 10 }, (_, col) => (row === col ? 9 : 0)));
    expect(confusion(ten, 320, [...'0123456789']).width).toBeLessThanOrEqual(320);
    expect(confusion(ten, 320, [...'0123456789']).limit).toBe(0.1);
    expect(confusion(COUNTS, 400, ['a', 'b', 'c']).limit).toBe(0.5);
  });

  test('names what is confused most, and the share of each class that is found', () => {
    expect(confused(COUNTS, 2)).toEqual([
      { actual: 2, predicted: 1, count: 5 },
      { actual: 0, predicted: 1, count: 2 },
    ]);
    expect(recalls([...COUNTS, [0, 0, 0]])).toEqual([0.8, 0.9, 0.5, null]);
  });
});

describe('the inside of layers', () => {
  const spread: HistogramOf = { low: -1, high: 1, counts: [1, 3], mean: 0, deviation: 1 };

  test('a histogram has the area of one', () => {
    const area = densities(spread).reduce((sum, value) => sum + value * 1, 0);
    expect(area).toBeCloseTo(1, 12);
  });

  test('its outline is closed at the ground and as high as the highest of the row', () => {
    const path = outline(spread, { x: 0, y: 0, width: 200, height: 75 }, -2, 2, highestOf([spread, null]));
    expect(path).toBe('M50,75L50,50L100,50L100,0L150,0L150,75Z');
  });

  test('the range has zero in its middle', () => {
    expect(rangeOf([spread, { ...spread, high: 4 }, null])).toEqual([-4, 4]);
    expect(rangeOf([])).toEqual([-1, 1]);
  });

  test('gradient sizes follow a layer through the epochs', () => {
    const rows = [0.5, 0.25].map((norm) => ({ layers: [{ name: 'c1', gradient_norm: norm }] })) as EpochRow[];
    expect(layersOf(rows)).toEqual(['c1']);
    expect(gradientSizes(rows, 'c1')).toEqual([0.5, 0.25]);
    expect(gradientSizes(rows, 'c3')[0]).toBeNaN();
  });
});

describe('kernels', () => {
  test('of one map that goes in stand beside one another and wrap on a phone', () => {
    const wide = kernelGrid([6, 1, 5, 5], 520);
    expect([wide.cell, wide.width, wide.height]).toEqual([16, 6 * 84 - 4, 80]);
    const narrow = kernelGrid([6, 1, 5, 5], 300);
    expect([narrow.width <= 300, narrow.tiles[3]?.y]).toEqual([true, 84]);
  });

  test('of several stand in a row for each map that comes out', () => {
    const grid = kernelGrid([16, 6, 5, 5], 520);
    expect(grid.tiles).toHaveLength(96);
    expect(grid.tiles[7]).toMatchObject({ out: 1, in: 1, x: 5 * grid.cell + 4, y: 5 * grid.cell + 4 });
    expect(grid.height).toBeLessThanOrEqual(360);
  });

  test('that are too many are not all shown, and those that are can be seen', () => {
    const grid = kernelGrid([120, 16, 5, 5], 320);
    expect([grid.outs, grid.ins, grid.cell, grid.tiles.length]).toEqual([19, 16, 3, 304]);
    expect(grid.width).toBeLessThanOrEqual(320);
  });

  test('scores become probabilities without an overflow', () => {
    expect(probabilities([1000, 1000])).toEqual([0.5, 0.5]);
    expect(probabilities([0, Math.log(3)]).map((one) => Number(one.toFixed(6)))).toEqual([0.25, 0.75]);
  });
});
