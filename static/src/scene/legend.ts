/** The scale of a palette: colour stops, and labels at its ends and at zero. */

import { scaleEnd } from './format';
import type { Palette, Rgb } from './palette';

export interface Scale {
  /** Evenly spaced stops; from the lowest colour of a diverging palette, from zero of a sequential one. */
  stops: Rgb[];
  /** `at`: 0, ½ or 1 of the scale's length. */
  marks: { at: number; text: string }[];
}

const STOPS = 16;

/** `word` replaces the number if every map has its own scale. */
export function scaleOf(palette: Palette, limit: number, word: string | null): Scale {
  const stops = Array.from(
    { length: STOPS + 1 },
    (_, index): Rgb => palette.colours[Math.min(255, (index * 256) / STOPS)] ?? [0, 0, 0],
  );
  const end = word ?? scaleEnd(limit);
  if (!palette.diverging) {
    return {
      stops,
      marks: [
        { at: 0, text: '0' },
        { at: 1, text: end },
      ],
    };
  }
  return {
    stops,
    marks: [
      { at: 0, text: word === null ? `−${end}` : '−' },
      { at: 0.5, text: '0' },
      { at: 1, text: word === null ? end : '+' },
    ],
  };
}

/** Alignment of a mark's text. */
export function anchor(at: number): 'start' | 'middle' | 'end' {
  return at === 0 ? 'start' : at === 1 ? 'end' : 'middle';
}
