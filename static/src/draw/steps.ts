/** Paints a preprocessing step: its ink in the theme's colour, with thin marks over it. */

import type { StepTile } from '../scene/steps';

export interface StepColours {
  ink: [number, number, number];
  mark: string;
  sheet: string;
}

export function paintStep(canvas: HTMLCanvasElement, tile: StepTile, density: number, colours: StepColours): void {
  canvas.width = tile.width;
  canvas.height = tile.height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.imageSmoothingEnabled = tile.cell < 1;
  context.imageSmoothingQuality = 'high';
  context.drawImage(inked(tile, colours.ink), 0, 0, tile.width, tile.height);
  context.strokeStyle = context.fillStyle = colours.mark;
  context.lineWidth = Math.max(1, Math.round(density));
  if (tile.box !== null) paintBox(context, tile);
  // First wider in the sheet's colour, so that thin lines are visible on ink too.
  for (const [colour, width] of [
    [colours.sheet, 3],
    [colours.mark, 1],
  ] as const) {
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = width * Math.max(1, Math.round(density));
    if (tile.arrow !== null) paintArrow(context, tile, density);
    if (tile.cross !== null) paintCross(context, tile, density);
  }
}

/** Black on paper becomes ink, ink counts up from zero, a photo keeps its colours. */
function inked({ of, picture }: StepTile, [red, green, blue]: [number, number, number]) {
  const { width, height, data, channels = 1 } = picture;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const pixels = new ImageData(width, height);
  for (let index = 0; index < width * height; index += 1) {
    const [first = 0, second = first, third = first] = data.subarray(index * channels, (index + 1) * channels);
    if (of === 'photo') pixels.data.set([first, second, third, 255], 4 * index);
    else pixels.data.set([red, green, blue, of === 'paper' ? 255 - first : first], 4 * index);
  }
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return canvas;
}

function paintBox(context: CanvasRenderingContext2D, { box, cell, width, height }: StepTile): void {
  if (box === null) return;
  const half = context.lineWidth / 2;
  const [left, top] = [Math.max(half, box.x * cell - half), Math.max(half, box.y * cell - half)];
  const right = Math.min(width - half, (box.x + box.width) * cell + half);
  const bottom = Math.min(height - half, (box.y + box.height) * cell + half);
  context.strokeRect(left, top, right - left, bottom - top);
}

function paintCross(context: CanvasRenderingContext2D, { cross, cell }: StepTile, density: number): void {
  if (cross === null) return;
  const [x, y, arm] = [cross.x * cell, cross.y * cell, 5 * density];
  context.beginPath();
  context.moveTo(x - arm, y);
  context.lineTo(x + arm, y);
  context.moveTo(x, y - arm);
  context.lineTo(x, y + arm);
  context.stroke();
}

function paintArrow(context: CanvasRenderingContext2D, { arrow, cell }: StepTile, density: number): void {
  if (arrow === null) return;
  context.beginPath();
  context.moveTo(arrow.from.x * cell, arrow.from.y * cell);
  context.lineTo(arrow.to.x * cell, arrow.to.y * cell);
  context.stroke();
  context.beginPath();
  context.arc(arrow.from.x * cell, arrow.from.y * cell, 1.5 * density, 0, 2 * Math.PI);
  context.fill();
}
