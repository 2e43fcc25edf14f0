/** Palettes of an input, equal in all views. */

import type { Inks } from '../../draw/inks.svelte';
import { GREYS, type Palette } from '../../scene/palette';

/** True if a source of this name is a photo in colour. */
export function isPhoto(source: string): boolean {
  return /^(photo|file)/.test(source);
}

/** Palette of an input: grey for a photo, ink for strokes, activations for numbers, signed if any is negative. */
export function inputPalette(source: string, negative: boolean, inks: Inks): Palette {
  if (isPhoto(source)) return GREYS;
  if (negative) return inks.palette('signed');
  return inks.palette(/^(digit|drawing)/.test(source) ? 'ink' : 'activation');
}
