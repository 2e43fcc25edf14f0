/** Dropout: steps through a layer, the arithmetic of one unit, and the spread of many masks. */

import type { Volume } from './volume';

/** One unit under dropout: `value * mask * scale = after`. */
export interface UnitDropout {
  value: number;
  kept: boolean;
  scale: number;
  after: number;
}

/** Factor of the kept units while training, so that the expected value is unchanged; 1 in eval mode. */
export function scaleOf(rate: number, training: boolean): number {
  if (!training) return 1;
  return rate >= 1 ? 0 : 1 / (1 - rate);
}

/** One unit of a layer before and after its mask. */
export function fate(before: Volume, mask: Volume, after: Volume, at: number, scale: number): UnitDropout {
  return { value: before.data[at] ?? 0, kept: (mask.data[at] ?? 1) !== 0, scale, after: after.data[at] ?? 0 };
}

/** Number of values per step of the player: a unit of a vector, a row of a map. */
export function stride({ height, width }: Volume): number {
  return height * width === 1 ? 1 : width;
}

/** Number of steps through the whole layer. */
export function steps(layer: Volume): number {
  return Math.ceil(layer.data.length / stride(layer));
}

/** Share of units dropped by a mask; only of units that were non-zero, if `before` is given. */
export function dropped(mask: ArrayLike<number>, before?: ArrayLike<number>): { units: number; of: number } {
  let units = 0;
  let of = 0;
  for (let at = 0; at < mask.length; at++) {
    if (before !== undefined && before[at] === 0) continue;
    of += 1;
    if (mask[at] === 0) units += 1;
  }
  return { units, of };
}

/** Statistics of one class after some draws. */
export interface Spread {
  mean: number;
  /** Standard deviation of the draws so far (divided by n). */
  deviation: number;
  lowest: number;
  highest: number;
  /** One value per draw, in order. */
  values: number[];
}

/** Spread of each class over the first `count` draws. */
export function spreads(scores: readonly (readonly number[])[], count: number): Spread[] {
  const draws = scores.slice(0, Math.max(1, count));
  const classes = draws[0]?.length ?? 0;
  return Array.from({ length: classes }, (_, index) => spread(draws.map((row) => row[index] ?? 0)));
}

function spread(values: number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    lowest: Math.min(...values),
    highest: Math.max(...values),
    values,
  };
}

/**
 * Vertical offsets of dots that must not overlap: dots of one bin are stacked, the first in the middle and the others
 * alternately above and below, up to `most` and then on top of each other.
 */
export function stack(
  values: readonly number[],
  from: number,
  to: number,
  bins: number,
  most: number,
): { bin: number; level: number }[] {
  const stacked = new Map<number, number>();
  const span = to - from || 1;
  return values.map((value) => {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - from) / span) * bins)));
    const count = stacked.get(bin) ?? 0;
    stacked.set(bin, count + 1);
    const turn = count % Math.max(1, most);
    return { bin, level: turn % 2 === 0 ? turn / 2 : -(turn + 1) / 2 };
  });
}

/** Range of all draws and of the value in eval mode, slightly widened. */
export function range(scores: readonly (readonly number[])[], more: readonly number[]): [number, number] {
  const all = [...scores.flat(), ...more];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = (high - low || 1) * 0.04;
  return [low - air, high + air];
}

/** Number of draws in which each class was the most probable. */
export function votes(scores: readonly (readonly number[])[], count: number): number[] {
  const draws = scores.slice(0, Math.max(1, count));
  const counts = new Array<number>(draws[0]?.length ?? 0).fill(0);
  for (const row of draws) {
    const winner = row.indexOf(Math.max(...row));
    counts[winner] = (counts[winner] ?? 0) + 1;
  }
  return counts;
}
