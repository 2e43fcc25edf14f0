/** Kernels of a convolution as tiles: a row per output map, a column per input map. */

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
  /** Number of output and input maps displayed. */
  outs: number;
  ins: number;
}

const GAP = 4;
const LARGEST = 16;
const SMALLEST = 3; // CSS pixels per weight below which a kernel is not recognizable
const MOST_HIGH = 360; // CSS pixels of a grid before weights become smaller, and then fewer

/** Kernels of shape (out, in, height, width); with a single input map they wrap into rows. */
export function kernelGrid(shape: readonly number[], width: number): KernelGrid {
  const [all = 0, into = 1, high = 1, wide = 1] = shape;
  const fit = (room: number, side: number, cell: number) => Math.max(1, Math.floor((room + GAP) / (side * cell + GAP)));
  const columns = (cell: number) => Math.min(into === 1 ? all : into, fit(width, wide, cell));
  const rows = (cell: number) =>
    Math.min(into === 1 ? Math.ceil(all / columns(cell)) : all, fit(MOST_HIGH, high, cell));
  const whole = (cell: number) =>
    into === 1 ? columns(cell) * rows(cell) >= all : columns(cell) === into && rows(cell) === all;
  let cell = LARGEST;
  while (cell > SMALLEST && !whole(cell)) cell -= 1;
  const [across, down] = [columns(cell), rows(cell)];
  const [outs, ins] = into === 1 ? [Math.min(all, across * down), 1] : [down, across];
  const tiles: KernelTile[] = [];
  for (let out = 0; out < outs; out += 1) {
    for (let from = 0; from < ins; from += 1) {
      const [row, col] = into === 1 ? [Math.floor(out / across), out % across] : [out, from];
      const [x, y] = [col * (wide * cell + GAP), row * (high * cell + GAP)];
      tiles.push({ out, in: from, x, y, width: wide * cell, height: high * cell });
    }
  }
  return {
    tiles,
    cell,
    width: across * (wide * cell + GAP) - GAP,
    height: down * (high * cell + GAP) - GAP,
    outs,
    ins,
  };
}

/** Parameters with kernels larger than 1x1, by name without `.weight`. */
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

/** Softmax (Bridle 1990): values in (0, 1) with sum 1. */
export function probabilities(logits: ArrayLike<number>): number[] {
  const highest = Math.max(...Array.from(logits));
  const powers = Array.from(logits, (one) => Math.exp(one - highest));
  const sum = powers.reduce((total, one) => total + one, 0);
  return powers.map((one) => one / sum);
}
