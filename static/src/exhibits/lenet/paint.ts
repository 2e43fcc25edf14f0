/** Paints a frame on the figure's canvas: all maps, the input, and kernels beside maps. */

import type { Inks } from '../../draw/inks.svelte';
import { paintCells } from '../../draw/cells';
import { paintBlock, paintPicture, type Picture } from '../../draw/tiles';
import { kernelBoxes, type Block, type Scene } from '../../scene/arrange';
import type { Column } from '../../scene/column';
import type { Parameter } from '../../scene/explain';
import type { Quantity } from '../../scene/palette';
import type { Moment } from '../../scene/slow';
import { magnitude } from '../../scene/values';
import type { Frame } from '../../wire/frame';

export function quantityOf(column: Pick<Column, 'signed'>): Quantity {
  return column.signed ? 'signed' : 'activation';
}

export function paint(
  context: CanvasRenderingContext2D,
  scene: Scene,
  frame: Frame | null,
  picture: Picture | null,
  inks: Inks,
  scale: 'map' | 'layer',
  slow: Moment | null,
  showsKernels: (column: Column) => boolean,
  parameter: (name: string) => Parameter | null,
): void {
  context.clearRect(0, 0, scene.width, scene.height);
  const colours = { sheet: inks.sheet, hairline: inks.hairline };
  paintPicture(context, scene, picture, colours);
  for (const [stage, block] of scene.blocks.entries()) {
    const brush = {
      palette: inks.palette(quantityOf(block.column)),
      scale,
      filled: slow === null || stage !== slow.stage ? Infinity : slow.filled,
      dim: slow !== null && stage > slow.stage,
    };
    paintBlock(context, scene, block, frame?.maps(block.column.output) ?? null, brush, colours);
    if (showsKernels(block.column)) paintKernels(context, scene, block, inks, parameter);
  }
}

function paintKernels(
  context: CanvasRenderingContext2D,
  scene: Scene,
  block: Block,
  inks: Inks,
  parameter: (name: string) => Parameter | null,
): void {
  const name = block.column.facts.weights?.find((candidate) => candidate.endsWith('.weight'));
  const weight = name === undefined ? null : parameter(name);
  if (weight === null) return;
  const [rows = 1, cols = rows] = block.column.facts.kernel ?? [];
  const limit = magnitude(weight.data);
  const line = Math.max(1, Math.round(scene.ratio));
  for (const { kernel, map } of block.tiles) {
    if (kernel === null) continue;
    kernelBoxes(kernel, block.column, scene.ratio).forEach((box, channel, { length }) => {
      context.fillStyle = inks.hairline;
      context.fillRect(box.x - line, box.y - line, box.width + 2 * line, box.height + 2 * line);
      const at = (map * length + channel) * rows * cols;
      paintCells(context, box, weight.data.subarray(at, at + rows * cols), cols, inks.palette('weight'), limit, null);
    });
  }
}
