import { describe, expect, test } from 'vitest';

import { inRow, inside, notFar, zoomedRange } from './training-plot';

describe('the stretch in view', () => {
  test('keeps under two fingers what was there', () => {
    const [low, high] = zoomedRange([0, 100], 0.25, 40, 0.6);
    expect(high - low).toBe(25);
    expect(low + 0.6 * (high - low)).toBe(40);
  });

  test('is moved back whole where it would look beyond the ends, and is all where it is as wide', () => {
    expect(inside([-5, 15], [0, 100])).toEqual([0, 20]);
    expect(inside([95, 115], [0, 100])).toEqual([80, 100]);
    expect(inside([30, 40], [0, 100])).toEqual([30, 40]);
    expect(inside([20, 120], [0, 100])).toBeNull();
  });
});

test('what is far beyond the top is drawn less far, all else where it is', () => {
  expect(notFar([2.3, null, 400, 4.68e9], 4)).toEqual([2.3, null, 400, 4000]);
});

describe('words in a row', () => {
  const row = [10, 200] as const;

  test('stand over their places, and within the row', () => {
    expect(inRow([{ x: 100, width: 40 }], row, 8)).toEqual([80]);
    expect(inRow([{ x: 12, width: 40 }], row, 8)).toEqual([10]);
    expect(inRow([{ x: 198, width: 40 }], row, 8)).toEqual([160]);
  });

  test('never stand on each other, in the order of their places', () => {
    for (const [one, two] of [
      [190, 199],
      [11, 20],
      [100, 101],
      [150, 120],
    ] as const) {
      const words = [
        { x: one, width: 70 },
        { x: two, width: 60 },
      ];
      const [first, second] = inRow(words, row, 8).map(Number) as [number, number];
      if (one < two) expect(first + 70 + 8).toBeLessThanOrEqual(second);
      else expect(second + 60 + 8).toBeLessThanOrEqual(first);
      expect(Math.min(first, second)).toBeGreaterThanOrEqual(10);
      expect(Math.max(first + 70, second + 60)).toBeLessThanOrEqual(200);
    }
  });

  test('are left out where there is no room for them, the last first', () => {
    const words = [150, 100, 190].map((x) => ({ x, width: 80 }));
    const edges = inRow(words, row, 8);
    expect(edges).toHaveLength(3);
    expect(edges[2]).toBeNull();
    expect(Number(edges[1]) + 80 + 8).toBeLessThanOrEqual(Number(edges[0]));
  });
});
