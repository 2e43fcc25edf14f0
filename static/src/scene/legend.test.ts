/** Scales: every palette begins and ends with its own colours and says its numbers. */

import { expect, test } from 'vitest';

import { scaleOf } from './legend';
import { palette } from './palette';

test('a diverging scale has zero in its middle, in the colour of the sheet', () => {
  const { stops, marks } = scaleOf(palette('weight', 'light'), 1.5, null);
  expect(marks.map(({ text }) => text)).toEqual(['−1.5', '0', '1.5']);
  expect(stops[8]).toEqual([255, 255, 255]);
  expect(stops[16]).toEqual(palette('weight', 'light').colours[255]);
});

test('a sequential scale begins at zero; a word stands for a number that every map has of its own', () => {
  expect(scaleOf(palette('activation', 'dark'), 3, null).marks.map(({ text }) => text)).toEqual(['0', '3.0']);
  expect(scaleOf(palette('activation', 'dark'), 3, 'own max').marks.map(({ text }) => text)).toEqual(['0', 'own max']);
  expect(scaleOf(palette('signed', 'dark'), 3, 'own max').marks.map(({ text }) => text)).toEqual(['−', '0', '+']);
});
