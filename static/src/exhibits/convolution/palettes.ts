/** The colours of an input, the same in every way of looking at it. */

import type { Inks } from '../../draw/inks.svelte';
import { GREYS, type Palette } from '../../scene/palette';

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
