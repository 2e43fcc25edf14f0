/** The kernels of a convolution as tiles: a row for each map that comes out, a column for each that goes in. */

import type { Box } from './box';
import type { Tensor } from '../wire/safetensors';

export interface KernelTile extends Box {
  out: number;
  in: number;
}

export interface KernelGrid {
  tiles: KernelTile[];
  /** CSS pixels of one weight. */
  cell: number;
  width: number;
  height: number;
}

const GAP = 4;
const LARGEST = 16;
const MOST_HIGH = 360; // CSS pixels of a grid before its weights become smaller

/** Kernels of shape (out, in, height, width); of one map that goes in, they stand beside one another and wrap. */
export function kernelGrid(shape: readonly number[], width: number): KernelGrid {
  const [outs = 0, ins = 1, high = 1, wide = 1] = shape;
  let cell = LARGEST;
  let columns = columnsOf(cell);
  while (cell > 1 && (heightOf(cell, columns) > MOST_HIGH || widthOf(cell, columns) > width)) {
    cell -= 1;
    columns = columnsOf(cell);
  }
  const tiles: KernelTile[] = [];
  for (let out = 0; out < outs; out += 1) {
    for (let into = 0; into < ins; into += 1) {
      const place = ins === 1 ? out : into;
      const row = ins === 1 ? Math.floor(place / columns) : out;
      const col = ins === 1 ? place % columns : into;
      const [x, y] = [col * (wide * cell + GAP), row * (high * cell + GAP)];
      tiles.push({ out, in: into, x, y, width: wide * cell, height: high * cell });
    }
  }
  return { tiles, cell, width: widthOf(cell, columns), height: heightOf(cell, columns) };

  function columnsOf(size: number): number {
    return ins === 1 ? Math.max(1, Math.min(outs, Math.floor((width + GAP) / (wide * size + GAP)))) : ins;
  }

  function widthOf(size: number, count: number): number {
    return count * (wide * size + GAP) - GAP;
  }

  function heightOf(size: number, count: number): number {
    const rows = ins === 1 ? Math.ceil(outs / count) : outs;
    return rows * (high * size + GAP) - GAP;
  }
}

/** The layers that have kernels larger than one weight, by the name of their parameter without `.weight`. */
export function convolutionsOf(tensors: ReadonlyMap<string, Tensor>): string[] {
  return [...tensors]
    .filter(
      ([name, { shape }]) => name.endsWith('.weight') && shape.length === 4 && (shape[2] ?? 1) * (shape[3] ?? 1) > 1,
    )
    .map(([name]) => name.replace(/\.weight$/, ''));
}

/** The largest magnitude. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let index = 0; index < values.length; index += 1) most = Math.max(most, Math.abs(values[index] ?? 0));
  return most;
}

/** Values in (0, 1) that add up to one, as the softmax of J. Bridle 1990. */
export function probabilities(logits: ArrayLike<number>): number[] {
  const highest = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (one) => Math.exp(one - highest));
  const sum = powers.reduce((total, one) => total + one, 0);
  return powers.map((one) => one / sum);
}
