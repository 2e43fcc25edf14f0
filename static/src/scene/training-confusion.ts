/** A confusion matrix as a figure: cells, sums, row shares, and the most frequent mistakes. */

import type { Box } from './box';

export interface ConfusionCell extends Box {
  actual: number;
  predicted: number;
  count: number;
  /** Share of the samples of its row. */
  share: number;
  right: boolean;
}

export interface ConfusionMatrix {
  cells: ConfusionCell[];
  /** Side of a cell. */
  side: number;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Value for the palette: share of the row's largest mistake, with a floor so that one mistake is not highlighted. */
  limit: number;
}

const LARGEST = 44; // CSS pixels; largest cell
const SMALLEST = 14;
const LABELS = 30; // width of a class name; a character is about 7 wide
const TITLE = 22; // height of the titles "actual" and "predicted"

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
      predicted: called,
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

/** The most frequent mistakes in order. */
export function confused(
  counts: readonly (readonly number[])[],
  most: number,
): { actual: number; predicted: number; count: number }[] {
  return counts
    .flatMap((row, actual) => row.map((count, predicted) => ({ actual, predicted, count })))
    .filter(({ actual, predicted, count }) => actual !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || a.actual - b.actual || a.predicted - b.predicted)
    .slice(0, most);
}

/** Recall of each class. */
export function recalls(counts: readonly (readonly number[])[]): (number | null)[] {
  return counts.map((row, actual) => {
    const sum = row.reduce((total, count) => total + count, 0);
    return sum === 0 ? null : (row[actual] ?? 0) / sum;
  });
}
