/** Cells in a group: as many as there are values, in their colours, and what has not changed is not touched. */

import { beforeEach, expect, it } from 'vitest';

import { CellPainter, type Cells } from './cells';
import { css, palette } from './palette';

const signed = palette('signed', 'light');
const map: Cells = { values: [1, -2, 0, NaN], cols: 2, cell: 10, x: 5, y: 7, palette: signed, limit: 2 };
let group: Element;
let painter: CellPainter;

beforeEach(() => {
  group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
  painter = new CellPainter(group);
  painter.paint(map);
});

const told = (name: string) => [...group.children].map((rect) => rect.getAttribute(name));

it('draws a rect for each value at its place and in its colour', () => {
  expect(told('x')).toEqual(['5', '15', '5', '15']);
  expect(told('y')).toEqual(['7', '7', '17', '17']);
  expect(told('width')).toEqual(['10', '10', '10', '10']);
  expect(told('fill')).toEqual([css(signed, 1, 2), css(signed, -2, 2), css(signed, 0, 2), 'none']);
  expect(told('data-value')).toEqual(['1', '-2', '0', 'NaN']);
});

it('touches nothing but what has changed', async () => {
  const changes: MutationRecord[] = [];
  const watch = new MutationObserver((records) => changes.push(...records));
  watch.observe(group, { subtree: true, attributes: true, childList: true });
  painter.paint({ ...map, values: [1, -1, 0, NaN] });
  await Promise.resolve();
  expect(changes.map(({ target, attributeName }) => [target, attributeName])).toEqual([
    [group.children[1], 'fill'],
    [group.children[1], 'data-value'],
  ]);
});

it('has more cells, fewer cells and cells elsewhere as it is told', () => {
  painter.paint({ ...map, values: [1, 2, 3, 4, 5, 6], cols: 3 });
  expect(told('x')).toEqual(['5', '15', '25', '5', '15', '25']);
  painter.paint({ ...map, values: [2], cols: 1, cell: 4, x: 0 });
  expect([told('x'), told('width'), told('data-value')]).toEqual([['0'], ['4'], ['2']]);
  painter.paint(map);
  expect(told('fill')).toEqual([css(signed, 1, 2), css(signed, -2, 2), css(signed, 0, 2), 'none']);
  expect(told('width')).toEqual(['10', '10', '10', '10']);
});
