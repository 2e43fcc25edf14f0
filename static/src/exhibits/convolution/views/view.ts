/** Properties and events of every view of a convolution. */

import type { Inks } from '../../../draw/inks.svelte';
import type { Position, Problem } from '../../../scene/convolution';
import type { Shape } from '../../../scene/kernels';
import type { Palette } from '../../../scene/palette';
import type { Volume } from '../../../scene/volume';

export interface ViewProps {
  problem: Problem;
  /** Computed by the server, or by the browser until it answers. */
  output: Volume;
  position: Position;
  inks: Inks;
  /** The colours of the input. */
  palette: Palette;
  onposition: (position: Position) => void;
  /** Asks for an input of another size. */
  onsize?: (size: Shape) => void;
  server?: string | undefined;
}

/** The width of a figure before it has been measured. */
export const UNMEASURED = 720;
