/** Connections: Table I, windows, receptive fields. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { columns, type Column } from './column';
import { PUBLISHED, TABLE_I, TODAY } from './example';
import { fieldOf, inputsOf, readersOf, windowOf } from './reads';

const PICTURE = { x: 0, y: 0, width: 32, height: 32 };

function named(all: Column[], name: string): Column {
  const found = all.find((column) => column.before === name);
  if (found === undefined) throw new Error(name);
  return found;
}

it('reads the maps that Table I lists', () => {
  const c3 = named(columns(PUBLISHED), 'c3');
  expect(TABLE_I.map((_, map) => inputsOf(c3, map, 6))).toEqual(TABLE_I);
  expect(inputsOf(named(columns(TODAY), 'c3'), 3, 6)).toEqual([0, 1, 2, 3, 4, 5]);
});

it('pools each map from the map of its own number', () => {
  expect(inputsOf(named(columns(TODAY), 's4'), 7, 16)).toEqual([7]);
  expect(inputsOf(named(columns(PUBLISHED), 's2'), 2, 6)).toEqual([2]);
});

it('finds the readers of a map as the inverse of what is read', () => {
  const all = columns(PUBLISHED);
  const readers = readersOf(all, { layer: 's2_squash', map: 0 }).map(({ map }) => map);
  expect(readers).toEqual(TABLE_I.flatMap((list, map) => (list.includes(0) ? [map] : [])));
});

it('sees 5, 6, 14, 16 and 32 pixels of the picture', () => {
  const all = columns(TODAY);
  const sides = ['c1_relu', 's2', 'c3_relu', 's4', 'c5_relu'].map((layer) => fieldOf(all, layer, 0, 0, PICTURE).width);
  expect(sides).toEqual([5, 6, 14, 16, 32]);
  expect(fieldOf(all, 'f6_relu', 0, 0, PICTURE)).toEqual(PICTURE);
});

it('moves the window by the stride', () => {
  const all = columns(TODAY);
  expect(windowOf(named(all, 's2'), 3, 5)).toEqual({ x: 10, y: 6, width: 2, height: 2 });
  expect(fieldOf(all, 'c3_relu', 1, 2, PICTURE)).toEqual({ x: 4, y: 2, width: 14, height: 14 });
});
