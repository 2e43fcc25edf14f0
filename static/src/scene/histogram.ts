/** Histograms: equal bins and the bars that draw them. */

import type { Box } from './box';

export interface Histogram {
  /** Bin edges, ascending; one more than bins. */
  edges: ArrayLike<number>;
  counts: ArrayLike<number>;
}

/** Counts in equal bins; the last bin includes `high`, values outside are ignored. */
export function histogram(values: ArrayLike<number>, classes: number, low: number, high: number): Histogram {
  const counts = new Uint32Array(classes);
  const edges = Float64Array.from({ length: classes + 1 }, (_, at) => low + ((high - low) * at) / classes);
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? NaN;
    if (!(value >= low && value <= high)) continue;
    const bin = Math.min(classes - 1, Math.floor(((value - low) / (high - low)) * classes));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges, counts };
}

/** Logarithms of the counts, so that rare values are visible beside frequent ones; 0 stays 0. */
export function logarithmic({ edges, counts }: Histogram): Histogram {
  return { edges, counts: Array.from(counts, (count) => Math.log2(1 + count)) };
}

/** The largest count, at least 1. */
export function largestCount({ counts }: Histogram): number {
  let most = 1;
  for (let at = 0; at < counts.length; at += 1) most = Math.max(most, counts[at] ?? 0);
  return most;
}

/** Range that covers all histograms. */
export function commonRange(histograms: readonly Histogram[]): [number, number] {
  const lows = histograms.map(({ edges }) => edges[0] ?? 0);
  const highs = histograms.map(({ edges }) => edges[edges.length - 1] ?? 0);
  return [Math.min(...lows), Math.max(...highs)];
}

/** One bar per bin on the lower side of the box; `most` fills its height. */
export function bars(
  { edges, counts }: Histogram,
  box: Box,
  [low, high]: readonly [number, number],
  most: number,
): Box[] {
  const across = high > low ? box.width / (high - low) : 0;
  return Array.from(counts, (count, at): Box => {
    const from = edges[at] ?? low;
    const to = edges[at + 1] ?? from;
    const height = most > 0 ? (box.height * count) / most : 0;
    return { x: box.x + (from - low) * across, y: box.y + box.height - height, width: (to - from) * across, height };
  });
}
