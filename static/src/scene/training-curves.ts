/** Logs become lines: which number is x, what is smoothed, and how many points an eye can tell apart. */

import type { EpochRow, RunLog } from './training-log';

export const AXES = ['steps', 'epochs', 'seconds'] as const;
export type Axis = (typeof AXES)[number];

export interface Line {
  xs: number[];
  ys: (number | null)[];
}

/** Where a step lies on the axis. */
export function placeOf(log: RunLog, axis: Axis): (index: number) => number {
  if (axis === 'seconds') return (index) => log.seconds.at(index);
  const each = axis === 'epochs' ? (log.started?.per_epoch ?? 1) : 1;
  return (index) => log.step.at(index) / each;
}

/** Where an epoch's end lies on the axis. */
export function placeOfEpoch(row: EpochRow, axis: Axis): number {
  return axis === 'steps' ? row.step : axis === 'epochs' ? row.epoch : row.seconds;
}

/**
 * The exponential mean of what came so far, each value with `1 - weight`; corrected for its beginning, as in D. Kingma
 * and J. Ba 2014, so that the first value is itself. A gap is left out and stays one.
 */
export function smoothed(values: ArrayLike<number>, weight: number): Float64Array {
  const out = new Float64Array(values.length);
  let [mean, share] = [0, 0];
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? NaN;
    if (!Number.isFinite(value)) {
      out[index] = NaN;
      continue;
    }
    mean = weight * mean + (1 - weight) * value;
    share = weight * share + (1 - weight);
    out[index] = mean / share;
  }
  return out;
}

/** At most about `most` points: of each bucket of points its lowest and its highest, and always the first and the last. */
export function thinned(
  values: ArrayLike<number>,
  place: (index: number) => number,
  most: number,
  from = -Infinity,
  to = Infinity,
): Line {
  const [first, last] = within(values.length, place, from, to);
  const count = last - first + 1;
  const line: Line = { xs: [], ys: [] };
  const put = (index: number) => {
    const value = values[index] ?? NaN;
    line.xs.push(place(index));
    line.ys.push(Number.isFinite(value) ? value : null);
  };
  if (count <= most) {
    for (let index = first; index <= last; index += 1) put(index);
    return line;
  }
  const size = Math.ceil((2 * count) / most);
  put(first);
  for (let start = first + 1; start < last; start += size) {
    const end = Math.min(last, start + size);
    let [low, high] = [start, start];
    for (let index = start; index < end; index += 1) {
      if (!((values[index] ?? NaN) >= (values[low] ?? NaN))) low = index;
      if (!((values[index] ?? NaN) <= (values[high] ?? NaN))) high = index;
    }
    put(Math.min(low, high));
    if (low !== high) put(Math.max(low, high));
  }
  put(last);
  return line;
}

/** The indices that lie in view, one beyond it at each end so that the line runs out of it. */
function within(length: number, place: (index: number) => number, from: number, to: number): [number, number] {
  const [first, end] = [search(length, place, from), search(length, place, to)];
  return [Math.max(0, first - 1), Math.min(length - 1, end)];
}

/** The first index at or beyond a place, `length` where there is none. */
function search(length: number, place: (index: number) => number, wanted: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place(middle) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A column by epochs: what is judged once in each. */
export function byEpoch(log: RunLog, pick: (row: EpochRow) => number | null, axis: Axis): Line {
  return { xs: log.epochs.map((row) => placeOfEpoch(row, axis)), ys: log.epochs.map(pick) };
}

/** Lines of different x as one table, as uPlot wants them: every x once, and a gap where a line has no value there. */
export function joined(lines: readonly Line[]): [number[], ...(number | null | undefined)[][]] {
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, index) => [x, index]));
  const columns = lines.map((line) => {
    const column = Array.from<number | null | undefined>({ length: xs.length });
    line.xs.forEach((x, index) => (column[at.get(x) ?? 0] = line.ys[index] ?? null));
    return column;
  });
  return [xs, ...columns];
}

/** The value of a line at an x, or at the last x before it. */
export function readAt(line: Line, x: number): number | null {
  const after = search(line.xs.length, (index) => line.xs[index] ?? Infinity, x);
  const exact = line.xs[after] === x ? after : after - 1;
  return line.ys[Math.max(0, exact)] ?? null;
}
