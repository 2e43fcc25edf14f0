/** Paints exact values as cells, with hairlines, numbers and a marked window. */

import type { Box } from '../scene/box';
import { short } from '../scene/format';
import { indexOf, inkOn, type Palette } from '../scene/palette';
import { scratchOf, words } from './tiles';

/** Paints values as cells that fill a box, with hairlines if a colour is given. */
export function paintCells(
  context: CanvasRenderingContext2D,
  box: Box,
  values: ArrayLike<number>,
  cols: number,
  palette: Palette,
  limit: number,
  hairline: string | null,
): void {
  paintMaps(context, [box], values, cols, Math.ceil(values.length / cols), palette, limit, hairline);
}

/** Paints maps of one size, stored one after another, each into its box. */
export function paintMaps(
  context: CanvasRenderingContext2D,
  boxes: readonly Box[],
  values: ArrayLike<number>,
  cols: number,
  rows: number,
  palette: Palette,
  limit: number,
  hairline: string | null,
): void {
  const height = rows * boxes.length;
  const scratched = scratchOf(cols, height);
  const { image, pixels } = words(scratched, cols, height);
  for (let index = 0; index < values.length; index += 1) {
    pixels[index] = palette.words[indexOf(palette.diverging, values[index] ?? 0, limit)] ?? 0;
  }
  scratched.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  boxes.forEach((box, map) => {
    context.drawImage(scratched.canvas, 0, map * rows, cols, rows, box.x, box.y, box.width, box.height);
    if (hairline !== null) paintLines(context, box, cols, rows, hairline);
  });
}

function paintLines(context: CanvasRenderingContext2D, box: Box, cols: number, rows: number, colour: string): void {
  context.fillStyle = colour;
  const side = box.width / cols;
  for (let col = 1; col < cols; col += 1) context.fillRect(box.x + col * side, box.y, 1, box.height);
  for (let row = 1; row < rows; row += 1) context.fillRect(box.x, box.y + row * side, box.width, 1);
}

/** Writes each value into its cell, in black or white, whichever has more contrast. */
export function paintNumbers(
  context: CanvasRenderingContext2D,
  box: Box,
  values: ArrayLike<number>,
  cols: number,
  palette: Palette,
  limit: number,
  side: number,
): void {
  context.font = `${Math.round(side * 0.38)}px "Source Sans 3 Variable", system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    context.fillStyle = inkOn(palette.colours[indexOf(palette.diverging, value, limit)] ?? [0, 0, 0]);
    const x = box.x + ((index % cols) + 0.5) * side;
    const y = box.y + (Math.floor(index / cols) + 0.5) * side;
    context.fillText(short(value), x, y);
  }
}

/** Strokes a frame around a window of cells. */
export function paintMark(
  context: CanvasRenderingContext2D,
  box: Box,
  window: Box,
  side: number,
  colour: string,
  line: number,
): void {
  context.strokeStyle = colour;
  context.lineWidth = line;
  context.strokeRect(box.x + window.x * side, box.y + window.y * side, window.width * side, window.height * side);
}
