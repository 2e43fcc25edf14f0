/** The formula holds the numbers in the window, and ends with the value that was computed. */

import { describe, expect, it } from 'vitest';

import { pool, windowCells, type Kind, type Pooling } from './pooling';
import { brief, plain } from './format';
import { arithmetic, sizeFormula, backwardFormula, type Piece } from './pooling-formula';
import { fromNested } from './volume';

const MAX: Pooling = {
  kind: 'max',
  window: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  ceil: false,
  coefficient: 0.25,
  bias: -1,
};
const FOUR = fromNested([
  [1, 1, 2, 4],
  [5, 6, 7, 8],
  [3, -2, 1, 0],
  [1, 2, 3, 4],
]);
const said = (lines: Piece[][]) => lines.map((line) => line.map(({ text }) => text).join(''));

function written(kind: Kind, row = 0, col = 0, more: Partial<Pooling> = {}): string[] {
  const pooling = { ...MAX, kind, ...more };
  const { output, before } = pool(FOUR, pooling);
  const at = row * output.width + col;
  const read = windowCells(FOUR, pooling, { row, col });
  return said(arithmetic(read, pooling, output.data[at] ?? NaN, before?.data[at] ?? null));
}

describe('one output', () => {
  it('is the largest', () => expect(written('max')).toEqual(['max(1, 1, 5, 6) = 6']));
  it('is the average', () => expect(written('average')).toEqual(['(1 + 1 + 5 + 6) / 4 = 13 / 4 = 3.25']));
  it('is the square root of the sum of the squares', () =>
    expect(written('l2', 1)).toEqual(['√(3² + (−2)² + 1² + 2²) = √18 = 4.2426']));
  it('is squashed after coefficient and bias', () =>
    expect(written('subsampling')).toEqual([
      '0.25 · (1 + 1 + 5 + 6) − 1 = 0.25 · 13 − 1 = 2.25',
      '1.7159 · tanh(⅔ · 2.25) = 1.5531',
    ]));
  it('takes a negative number away', () => expect(written('average', 1)).toEqual(['(3 − 2 + 1 + 2) / 4 = 4 / 4 = 1']));
  it('counts the padding', () => {
    expect(written('average', 0, 0, { padding: [1, 1] })).toEqual(['(1 + 0 + 0 + 0) / 4 = 1 / 4 = 0.25']);
    expect(written('max', 0, 0, { padding: [1, 1] })).toEqual(['max(1, −∞, −∞, −∞) = 1']);
  });
  it('is shortened where many numbers are added', () =>
    expect(written('global-average')).toEqual(['(1 + 1 + 2 + 4 + 5 + 6 + 7 + … + 3 + 4) / 16 = 46 / 16 = 2.875']));
});

it('the winner and every number know their cell', () => {
  const [line = []] = arithmetic(windowCells(FOUR, MAX, { row: 0, col: 0 }), MAX, 6, null);
  expect(line.filter((piece) => piece.winner)).toMatchObject([{ text: '6', cell: { row: 1, col: 1 } }]);
  expect(line.filter((piece) => piece.cell !== undefined)).toHaveLength(4);
  expect(line.at(-1)).toEqual({ text: '6', value: 6 });
});

describe('the way back', () => {
  const back = (kind: Kind) => said(backwardFormula(windowCells(FOUR, MAX, { row: 0, col: 0 }), { ...MAX, kind }));
  it('leads to the winner', () => expect(back('max')).toEqual(['1 → 6']));
  it('is shared out', () => expect(back('average')).toEqual(['1 / 4 = 0.25']));
  it('follows the size', () =>
    expect(back('l2')).toEqual([
      '1 / 7.9373 = 0.126,  1 / 7.9373 = 0.126,  5 / 7.9373 = 0.6299,  6 / 7.9373 = 0.7559',
    ]));
  it('passes the squashing function', () =>
    expect(back('subsampling')).toEqual(['1.7159 · ⅔ · (1 − tanh²(⅔ · 2.25)) · 0.25 = 0.0517']));
});

it('numbers are short and lose nothing that is whole', () => {
  expect([3, -0, 0.5, -1 / 3, 123456, 0.00001, -Infinity].map(plain)).toEqual(
    ['3', '0', '0.5', '−0.3333', '123456', '1.0e−5', '−∞'], // prettier-ignore
  );
});

it('the size is computed in sight', () => {
  expect(sizeFormula(6, 2, 2, 0, false, 3)).toBe('⌊(6 + 2·0 − 2) / 2⌋ + 1 = 3');
  expect(sizeFormula(5, 2, 2, 0, true, 3)).toBe('⌈(5 + 2·0 − 2) / 2⌉ + 1 = 3');
  expect(sizeFormula(4, 2, 3, 1, true, 2)).toBe('⌈(4 + 2·1 − 2) / 3⌉ + 1 = 3 → 2');
});

it('a cell says a whole number as it is', () => {
  expect([3, -2, 0.25, 1234].map(brief)).toEqual(['3', '−2', '.25', '1234']);
});
