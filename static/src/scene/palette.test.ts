/** Palettes: zero is the sheet, the scale is monotone, the ends are told apart. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import { contrast, indexOf, luminance, palette, SHEET, ZERO, type Quantity, type Theme } from './palette';

const THEMES: Theme[] = ['light', 'dark'];
const QUANTITIES: Quantity[] = ['ink', 'activation', 'signed', 'weight', 'gradient'];
const ALL = THEMES.flatMap((theme) => QUANTITIES.map((quantity) => ({ theme, quantity })));

describe.each(ALL)('$quantity in $theme', ({ theme, quantity }) => {
  const table = palette(quantity, theme);
  const zero = table.diverging ? ZERO : 0;

  it('has the sheet at exactly zero', () => {
    expect(table.colours[indexOf(table.diverging, 0, 3.7)]).toEqual(SHEET[theme]);
    expect(indexOf(table.diverging, 0, 0)).toBe(zero);
  });

  it('leaves the sheet steadily in both directions', () => {
    const away = (index: number) => Math.abs(luminance(table.colours[index] ?? SHEET[theme]) - luminance(SHEET[theme]));
    for (let index = zero + 1; index < 256; index += 1) {
      expect(away(index)).toBeGreaterThanOrEqual(away(index - 1) - 0.003);
    }
    if (!table.diverging) return;
    for (let index = zero - 1; index > 0; index -= 1) {
      expect(away(index)).toBeGreaterThanOrEqual(away(index + 1) - 0.003);
    }
  });

  it('has ends that stand out from the sheet', () => {
    const ends = table.diverging ? [table.colours[1], table.colours[255]] : [table.colours[255]];
    for (const end of ends) expect(contrast(end ?? SHEET[theme], SHEET[theme])).toBeGreaterThan(7);
  });

  it('holds the same colours as words for ImageData', () => {
    const bytes = new Uint8Array(table.words.buffer);
    table.colours.forEach((colour, index) => {
      expect([...bytes.subarray(4 * index, 4 * index + 4)]).toEqual([...colour, 255]);
    });
  });
});

it('gives equal magnitudes colours equally far from zero', () => {
  for (const value of [0.1, 0.5, 1, 2]) {
    expect(indexOf(true, value, 1) - ZERO).toBe(ZERO - indexOf(true, -value, 1));
  }
});
