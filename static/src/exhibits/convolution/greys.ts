/** The palette of photos, which no quantity has. */

import type { Palette, Rgb } from '../../scene/palette';

/** Black to white: a photo in the colour of ink would be its own negative. */
export const GREYS: Palette = (() => {
  const colours = Array.from({ length: 256 }, (_, level): Rgb => [level, level, level]);
  const words = Uint32Array.from(colours, (_, level) => (0xff000000 | (level * 0x010101)) >>> 0);
  return { quantity: 'ink', diverging: false, colours, words };
})();
