/** The colours of shared weights can be seen and told apart. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { contrast, SHEET, type Rgb } from './palette';
import { letter, shades } from './unrolled-shades';

const rgb = (hex: string) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;

it.each(['light', 'dark'] as const)('every colour stands out from the %s sheet, and no two are the same', (theme) => {
  for (const count of [1, 4, 9, 25, 49]) {
    const found = shades(count, theme);
    expect(new Set(found).size).toBe(count);
    for (const colour of found) expect([colour, contrast(rgb(colour), SHEET[theme]) >= 3]).toEqual([colour, true]);
  }
});

it('names weights by letters', () => {
  expect([0, 25, 26, 53].map(letter)).toEqual(['a', 'z', 'a1', 'b2']);
});
