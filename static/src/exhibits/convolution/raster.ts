/** Values as a picture of one pixel per value, for maps with more cells than are drawn one by one. */

import { indexOf, type Palette, type Rgb } from '../../scene/palette';

/** Black to white, for photos: a photo in the colour of ink would be its own negative. */
export const GREYS: Palette = (() => {
  const colours = Array.from({ length: 256 }, (_, level): Rgb => [level, level, level]);
  const words = Uint32Array.from(colours, (_, level) => (0xff000000 | (level * 0x010101)) >>> 0);
  return { quantity: 'ink', diverging: false, colours, words };
})();

let canvas: HTMLCanvasElement | null = null;

function byte(value: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

/** A data URL; of red, green and blue maps with values 0 to 1 where they are given. */
export function pictureOf(
  values: ArrayLike<number>,
  rows: number,
  cols: number,
  palette: Palette,
  limit: number,
  colours: ArrayLike<number>[] | null,
): string {
  canvas ??= document.createElement('canvas');
  canvas.width = cols;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  if (context === null) return '';
  const image = context.createImageData(cols, rows);
  const words = new Uint32Array(image.data.buffer);
  for (let index = 0; index < rows * cols; index += 1) {
    words[index] =
      colours === null
        ? (palette.words[indexOf(palette.diverging, values[index] ?? 0, limit)] ?? 0)
        : [0, 1, 2].reduce((word, band) => word | (byte(colours[band]?.[index] ?? 0) << (8 * band)), 0xff000000) >>> 0;
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}
