/** A confusion matrix as a figure: cells, sums, shares of each row, and what is confused most. */

import type { Box } from './box';

export interface ConfusionCell extends Box {
  actual: number;
  called: number;
  count: number;
  /** Of the pictures of its row. */
  share: number;
  right: boolean;
}

export interface ConfusionMatrix {
  cells: ConfusionCell[];
  /** A cell's side. */
  side: number;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Share of the largest mistake of its row, for the palette; at least a little so that one slip is no alarm. */
  limit: number;
}

const LARGEST = 44; // CSS pixels of a cell
const SMALLEST = 14;
const LABELS = 30; // room for a class's name, one sign of it about 7 wide
const TITLE = 22; // room for "what it is" and "what it was called"

export function confusion(
  counts: readonly (readonly number[])[],
  width: number,
  labels: readonly string[],
): ConfusionMatrix {
  const classes = Math.max(1, counts.length);
  const longest = Math.max(1, ...labels.map((label) => [...label].length));
  const left = TITLE + Math.min(110, Math.max(LABELS, 7 * longest + 10));
  const side = Math.max(SMALLEST, Math.min(LARGEST, Math.floor((width - left - 1) / classes)));
  const top = TITLE + LABELS;
  const cells = counts.flatMap((row, actual) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return row.map((count, called): ConfusionCell => ({
      actual,
      called,
      count,
      share: sum === 0 ? 0 : count / sum,
      right: actual === called,
      x: left + called * side,
      y: top + actual * side,
      width: side,
      height: side,
    }));
  });
  const worst = Math.max(0.1, ...cells.filter((cell) => !cell.right).map((cell) => cell.share));
  return { cells, side, left, top, width: left + classes * side + 1, height: top + classes * side + 1, limit: worst };
}

/** The mistakes that were made most often, the most frequent first. */
export function confused(
  counts: readonly (readonly number[])[],
  most: number,
): { actual: number; called: number; count: number }[] {
  return counts
    .flatMap((row, actual) => row.map((count, called) => ({ actual, called, count })))
    .filter(({ actual, called, count }) => actual !== called && count > 0)
    .sort((a, b) => b.count - a.count || a.actual - b.actual || a.called - b.called)
    .slice(0, most);
}

/** Share of each class that was found. */
export function found(counts: readonly (readonly number[])[]): (number | null)[] {
  return counts.map((row, actual) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return sum === 0 ? null : (row[actual] ?? 0) / sum;
  });
}
