/** Volumes: nesting and back, views, and what does not fit. */

import { expect, test } from 'vitest';

import { cell, channel, fromNested, nested, volume } from './volume';

const VALUES = [
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  [
    [7, 8, 9],
    [10, 11, 12],
  ],
];

test('nested values come back as they were', () => {
  expect(nested(fromNested(VALUES))).toEqual(VALUES);
  expect(fromNested(VALUES[0] as number[][])).toMatchObject({ channels: 1, height: 2, width: 3 });
});

test('a channel is a view on the volume, so that nothing is copied', () => {
  const of = fromNested(VALUES);
  expect([...channel(of, 1)]).toEqual([7, 8, 9, 10, 11, 12]);
  expect(channel(of, 1).buffer).toBe(of.data.buffer);
});

test('a cell outside is undefined, not its neighbour', () => {
  const of = fromNested(VALUES);
  expect(cell(of, 1, 0, 2)).toBe(9);
  expect([cell(of, 0, 0, 3), cell(of, 0, -1, 0), cell(of, 2, 0, 0)]).toEqual([undefined, undefined, undefined]);
});

test('values that do not fill the cells are refused, ragged rows too', () => {
  expect([...volume(1, 2, 2).data]).toEqual([0, 0, 0, 0]);
  expect(() => volume(1, 2, 2, [1, 2, 3])).toThrow(RangeError);
  expect(() => fromNested([[1, 2], [3]])).toThrow('ragged');
});
