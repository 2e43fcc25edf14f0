/** Dropout on screen: the steps through a layer, one unit's arithmetic, and the spread of many draws. */

import type { Volume } from './volume';

/** What becomes of one unit: `value * mask * scale = after`. */
export interface Fate {
  value: number;
  kept: boolean;
  scale: number;
  after: number;
}

/** What survivors are multiplied by while training, so that the expected value stays the same; 1 in eval. */
export function scaleOf(rate: number, training: boolean): number {
  if (!training) return 1;
  return rate >= 1 ? 0 : 1 / (1 - rate);
}

/** One unit of a layer before and after its mask. */
export function fate(before: Volume, mask: Volume, after: Volume, at: number, scale: number): Fate {
  return { value: before.data[at] ?? 0, kept: (mask.data[at] ?? 1) !== 0, scale, after: after.data[at] ?? 0 };
}

/** How many values a step of the player takes: a unit of a vector, a row of a map. */
export function stride({ height, width }: Volume): number {
  return height * width === 1 ? 1 : width;
}

/** How many steps it takes through the whole layer. */
export function steps(layer: Volume): number {
  return Math.ceil(layer.data.length / stride(layer));
}

/** The share of units that a mask drops; of those that were not silent before where `before` is given. */
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

/** What is known of one class after some draws. */
export interface Spread {
  mean: number;
  /** Of the draws seen, around their own mean (divided by n). */
  deviation: number;
  lowest: number;
  highest: number;
  /** One of each draw, in the order drawn. */
  values: number[];
}

/** The spread of every class over the first `count` draws. */
export function spreads(scores: readonly (readonly number[])[], count: number): Spread[] {
  const seen = scores.slice(0, Math.max(1, count));
  const classes = seen[0]?.length ?? 0;
  return Array.from({ length: classes }, (_, index) => spread(seen.map((row) => row[index] ?? 0)));
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
 * Where a value's dot goes so that no two lie on each other: dots that fall into one bin are stacked, the first in the
 * middle and the others by turns above and below, as high as `most` allows and then over each other.
 */
export function stack(
  values: readonly number[],
  from: number,
  to: number,
  bins: number,
  most: number,
): { bin: number; level: number }[] {
  const taken = new Map<number, number>();
  const span = to - from || 1;
  return values.map((value) => {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((value - from) / span) * bins)));
    const count = taken.get(bin) ?? 0;
    taken.set(bin, count + 1);
    const turn = count % Math.max(1, most);
    return { bin, level: turn % 2 === 0 ? turn / 2 : -(turn + 1) / 2 };
  });
}

/** The range that all draws and the answer of eval fit into, a little wider than they are. */
export function range(scores: readonly (readonly number[])[], more: readonly number[]): [number, number] {
  const all = [...scores.flat(), ...more];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const air = (high - low || 1) * 0.04;
  return [low - air, high + air];
}

/** How often each class was the likeliest. */
export function votes(scores: readonly (readonly number[])[], count: number): number[] {
  const seen = scores.slice(0, Math.max(1, count));
  const counts = new Array<number>(seen[0]?.length ?? 0).fill(0);
  for (const row of seen) {
    const winner = row.indexOf(Math.max(...row));
    counts[winner] = (counts[winner] ?? 0) + 1;
  }
  return counts;
}
