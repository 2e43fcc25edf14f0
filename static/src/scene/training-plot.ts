/** Where a plot of a run looks, and where the words above it stand. */

export type Stretch = readonly [number, number];

/** A stretch this many times as wide, with `x` at a place in it: 0 is its left end, 1 its right one. */
export function stretched([low, high]: Stretch, times: number, x: number, place: number): [number, number] {
  const width = (high - low) * times;
  return [x - place * width, x + (1 - place) * width];
}

/** The stretch moved into all there is; null where it is no less than that. */
export function inside([from, to]: Stretch, [low, high]: Stretch): [number, number] | null {
  if (to - from >= high - low) return null;
  const shift = Math.max(0, low - from) - Math.max(0, to - high);
  return [from + shift, to + shift];
}

const FAR = 1000; // heights of a plot

/** The values, those far beyond the top drawn less far: a canvas gives up the dashes of a line of billions of them. */
export function notFar(values: readonly (number | null)[], top: number): (number | null)[] {
  return values.map((value) => (value === null ? null : Math.min(value, FAR * top)));
}

export interface Word {
  /** What it is about. */
  x: number;
  width: number;
}

/**
 * The left edges of words in one row, each over its place as far as the row's ends and its neighbours let it; null for
 * those that the row has no room for, the last ones first.
 */
export function inRow(words: readonly Word[], row: Stretch, gap: number): (number | null)[] {
  let count = words.length;
  const needed = () => words.slice(0, count).reduce((sum, { width }) => sum + width + gap, -gap);
  while (count > 0 && needed() > row[1] - row[0]) count -= 1;
  const edges = arranged(words.slice(0, count), row, gap);
  return words.map((_, index) => edges[index] ?? null);
}

function arranged(words: readonly Word[], [left, right]: Stretch, gap: number): number[] {
  const edges = words.map(({ x, width }) => Math.max(left, Math.min(right - width, x - width / 2)));
  const order = words.map((_, index) => index).sort((a, b) => (words[a]?.x ?? 0) - (words[b]?.x ?? 0));
  let end = left;
  for (const index of order) {
    edges[index] = Math.max(edges[index] ?? 0, end);
    end = edges[index] + (words[index]?.width ?? 0) + gap;
  }
  let start = right;
  for (const index of order.toReversed()) {
    const width = words[index]?.width ?? 0;
    edges[index] = Math.min(edges[index] ?? 0, start - width);
    start = edges[index] - gap;
  }
  return edges;
}
