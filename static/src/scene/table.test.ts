/** Tables as pasted, and errors for invalid ones. */

import { expect, test } from 'vitest';

import { formatTable, parseNumber, parseTable } from './table';

const SIX = [
  [1, 2, 3],
  [4, 5, 6],
];

test.each([
  ['a spreadsheet', '1\t2\t3\r\n4\t5\t6\r\n'],
  ['a CSV file', '1,2,3\n4,5,6\n'],
  ['a European CSV file', '1;2;3\n4;5;6'],
  ['blanks of any number', '  1 2   3\n4 5 6  \n\n'],
  ['an attribute', '1 2 3; 4 5 6'],
  ['an attribute with commas', '1,2,3; 4,5,6'],
  ['Python', '[[1, 2, 3],\n [4, 5, 6]]'],
  ['Python on one line', '[[1, 2, 3], [4, 5, 6]]'],
  ['NumPy', '[[1. 2. 3.]\n [4. 5. 6.]]'],
  ['PyTorch', '[[1., 2., 3.],\n        [4., 5., 6.]]'],
])('%s is read', (_, text) => {
  expect(parseTable(text)).toEqual({ values: SIX });
});

test('a decimal comma is one where commas do not part the cells', () => {
  expect(parseTable('1,5\t−2,25\n0,5\t1')).toEqual({
    values: [
      [1.5, -2.25],
      [0.5, 1],
    ],
  });
});

test('one number is a table of one cell', () => {
  expect(parseTable(' 7 ')).toEqual({ values: [[7]] });
});

test('ragged rows say which row has how many cells', () => {
  expect(parseTable('1 2 3\n4 5')).toEqual({
    problem: { key: 'parts.table.ragged', values: { row: 2, found: 2, expected: 3 } },
  });
});

test('what is no number says where it stands', () => {
  expect(parseTable('1,2\n3,x')).toEqual({
    problem: { key: 'parts.table.number', values: { row: 2, col: 2, seen: 'x' } },
  });
  expect(parseTable('1\t\n3\t4').problem?.values).toMatchObject({ row: 1, col: 2, seen: '␣' });
  expect(parseTable(' \n').problem?.key).toBe('parts.table.empty');
});

test.each([
  ['-1', -1],
  ['+.5', 0.5],
  ['1e-3', 0.001],
  ['1/9', 1 / 9],
  ['-1/16', -1 / 16],
  ['', null],
  ['1/0', null],
  ['0x10', null],
  ['Infinity', null],
  ['1e999', null],
  ['1 2', null],
])('%s is the number %s', (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test('what is formatted is read as it was, to the precision of float32', () => {
  expect(parseTable(formatTable(SIX)).values).toEqual(SIX);
  const thirds = [[1 / 3, -2 / 3]];
  const read = parseTable(formatTable(thirds)).values ?? [];
  expect(read.flat().map(Math.fround)).toEqual(thirds.flat().map(Math.fround));
});
