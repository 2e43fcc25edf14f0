/** Zoom of a run's plot, and layout of the labels above it. */

export type Stretch = readonly [number, number];

/** A range scaled by a factor around `x`, a position from 0 (left end) to 1 (right end). */
export function zoomedRange([low, high]: Stretch, times: number, x: number, place: number): [number, number] {
  const width = (high - low) * times;
  return [x - place * width, x + (1 - place) * width];
}

/** The range moved into the full one; null if it is not smaller. */
export function inside([from, to]: Stretch, [low, high]: Stretch): [number, number] | null {
  if (to - from >= high - low) return null;
  const shift = Math.max(0, low - from) - Math.max(0, to - high);
  return [from + shift, to + shift];
}

const FAR = 1000; // plot heights

/** Values clamped far above the plot: a canvas fails to dash a line of billions of pixels. */
export function notFar(values: readonly (number | null)[], top: number): (number | null)[] {
  return values.map((value) => (value === null ? null : Math.min(value, FAR * top)));
}

export interface Word {
  /** Position that the label refers to. */
  x: number;
  width: number;
}

/**
 * Left edges of labels in one row, each as near its position as the row's ends and its neighbours allow; null for
 * labels that do not fit, the last ones first.
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
