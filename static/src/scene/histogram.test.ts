/** Every value is counted once, and bars stand where their classes are. */
// @vitest-environment node

import { expect, test } from 'vitest';

import { bars, commonRange, histogram, logarithmic, largestCount } from './histogram';

test('every value within the ends is counted once, the ends included', () => {
  const { counts, edges } = histogram([-1, -0.5, 0, 0.5, 1, 2, NaN], 4, -1, 1);
  expect(Array.from(counts)).toEqual([1, 1, 1, 2]);
  expect(Array.from(edges)).toEqual([-1, -0.5, 0, 0.5, 1]);
});

test('bars stand on the floor, side by side, and the tallest fills the box', () => {
  const box = { x: 10, y: 20, width: 100, height: 40 };
  const found = histogram([0, 0, 0.6], 2, 0, 1);
  const [first, second] = bars(found, box, [0, 1], largestCount(found));
  expect(first).toEqual({ x: 10, y: 20, width: 50, height: 40 });
  expect(second).toEqual({ x: 60, y: 40, width: 50, height: 20 });
});

test('logarithms keep nothing at zero and order as it is', () => {
  expect(logarithmic({ edges: [0, 1, 2, 3], counts: [0, 1, 7] }).counts).toEqual([0, 1, 3]);
});

test('two histograms can share one axis', () => {
  const [one, two] = [histogram([1], 2, 0, 2), histogram([3], 4, 2, 4)];
  const shared = commonRange([one, two]);
  expect(shared).toEqual([0, 4]);
  const placed = bars(two, { x: 0, y: 0, width: 40, height: 10 }, shared, 1);
  expect(placed[0]?.x).toBe(20);
});

test('nothing counted draws nothing and divides by nothing', () => {
  const empty = histogram([], 3, 0, 1);
  expect(largestCount(empty)).toBe(1);
  expect(
    bars(empty, { x: 0, y: 0, width: 9, height: 9 }, [0, 0], largestCount(empty)).every((bar) => bar.height === 0),
  ).toBe(true);
});
