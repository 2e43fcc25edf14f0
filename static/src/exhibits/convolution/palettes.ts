/** The colours of an input, the same in every way of looking at it. */

import type { Inks } from '../../draw/inks.svelte';
import type { Palette, Rgb } from '../../scene/palette';

/** Black to white: a photo in the colour of ink would be its own negative. */
export const GREYS: Palette = (() => {
  const colours = Array.from({ length: 256 }, (_, level): Rgb => [level, level, level]);
  const words = Uint32Array.from(colours, (_, level) => (0xff000000 | (level * 0x010101)) >>> 0);
  return { quantity: 'ink', diverging: false, colours, words };
})();

/** Whether a source of that name has the colours of a photo. */
export function isPhoto(source: string): boolean {
  return /^(photo|file)/.test(source);
}

/** The palette of an input: of a photo greys, of strokes ink, of numbers that of activations unless some are negative. */
export function inputPalette(source: string, negative: boolean, inks: Inks): Palette {
  if (isPhoto(source)) return GREYS;
  if (negative) return inks.palette('signed');
  return inks.palette(/^(digit|drawing)/.test(source) ? 'ink' : 'activation');
}
