/** Text in figures: numbers lose nothing that matters, lines fit and lose no word. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { lines, wrapItems, tiny, widthOf } from './unrolled-text';

it('writes a difference that is nearly nothing with its power of ten', () => {
  expect([0, 2e-15, 1.19e-7, 19.04].map(tiny)).toEqual(['0', '2.0·10⁻¹⁵', '1.2·10⁻⁷', '19']);
});

it.each([
  'Each row of the matrix is one window, and each column is one value of the input.',
  '矩阵的每一行对应一个窗口，每一列对应输入的一个值；其余都是零。',
])('breaks "%s" into lines that fit', (text) => {
  const found = lines(text, 160, 13);
  expect(found.length).toBeGreaterThan(1);
  for (const line of found) expect(widthOf(line, 13)).toBeLessThanOrEqual(173);
  expect(found.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  for (const line of found) expect(line).not.toMatch(/^[，。；]/);
});

it('starts a line where an item no longer fits', () => {
  expect(wrapItems([40, 40, 40], 100)).toEqual([
    { x: 0, line: 0 },
    { x: 40, line: 0 },
    { x: 0, line: 1 },
  ]);
});
