/** What every way of looking at a convolution is given, and what it tells. */

import type { Inks } from '../../../draw/inks.svelte';
import type { Position, Problem } from '../../../scene/convolution';
import type { Quantity } from '../../../scene/palette';
import type { Volume } from '../../../scene/volume';

export interface ViewProps {
  problem: Problem;
  /** What the server computed, or the browser until then. */
  output: Volume;
  position: Position;
  inks: Inks;
  onposition: (position: Position) => void;
  server?: string | undefined;
}

/** The colours of values: those of activations where none is below zero. */
export function quantityOf(values: Float32Array): Quantity {
  return values.some((value) => value < 0) ? 'signed' : 'activation';
}

/** The width of a figure before it has been measured. */
export const UNMEASURED = 720;
