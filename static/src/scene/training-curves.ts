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

/** The steps that a stretch of the axis has, and one beyond at each end. */
export function stepsWithin(log: RunLog, axis: Axis, [from, to]: readonly [number, number]): [number, number] {
  const [first, last] = within(log.step.length, placeOf(log, axis), from, to);
  if (axis === 'seconds') return [log.step.at(first), log.step.at(last)];
  const each = axis === 'epochs' ? (log.started?.per_epoch ?? 1) : 1;
  return [Math.max(1, Math.floor(from * each)), Math.min(log.step.last, Math.ceil(to * each))];
}

/**
 * At most about `most` points: of each part of the axis its lowest and its highest, and always the first and the last.
 * Parts are equally wide, so that a stretch with more points does not take the room of one with fewer.
 */
export function thinned(
  values: ArrayLike<number>,
  place: (index: number) => number,
  most: number,
  from = -Infinity,
  to = Infinity,
): Line {
  const [first, last] = within(values.length, place, from, to);
  const line: Line = { xs: [], ys: [] };
  const put = (index: number) => {
    const value = values[index] ?? NaN;
    line.xs.push(place(index));
    line.ys.push(Number.isFinite(value) ? value : null);
  };
  if (last - first + 1 <= most) {
    for (let index = first; index <= last; index += 1) put(index);
    return line;
  }
  const parts = Math.max(1, Math.floor(most / 2));
  const [left, right] = [place(first), place(last)];
  put(first);
  let start = first + 1;
  for (let part = 1; part <= parts && start < last; part += 1) {
    const end =
      part === parts
        ? last
        : start + search(last - start, (index) => place(start + index), left + ((right - left) * part) / parts);
    if (end === start) continue;
    let [low, high] = [start, start];
    for (let index = start; index < end; index += 1) {
      if (!((values[index] ?? NaN) >= (values[low] ?? NaN))) low = index;
      if (!((values[index] ?? NaN) <= (values[high] ?? NaN))) high = index;
    }
    put(Math.min(low, high));
    if (low !== high) put(Math.max(low, high));
    start = end;
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

type Column = (number | null | undefined)[];

/** Lines of different x as one table, as uPlot wants them: every x once, and a gap where a line has no value there. */
export function joined(lines: readonly Line[]): [number[], ...Column[]] {
  const next = lines.map(() => 0);
  const [xs, columns] = [[] as number[], lines.map((): Column => [])];
  for (;;) {
    let x = Infinity;
    for (let index = 0; index < lines.length; index += 1) {
      const ahead = lines[index]?.xs[next[index] ?? 0] ?? Infinity;
      if (ahead < x) x = ahead;
    }
    if (x === Infinity) return [xs, ...columns];
    for (let index = 0; index < lines.length; index += 1) {
      const [line, at] = [lines[index], next[index] ?? 0];
      const here = line?.xs[at] === x;
      columns[index]?.push(here ? (line.ys[at] ?? null) : undefined);
      if (here) next[index] = at + 1;
    }
    xs.push(x);
  }
}

/** The value of a line at an x, or at the last x before it. */
export function readAt(line: Line, x: number): number | null {
  const after = search(line.xs.length, (index) => line.xs[index] ?? Infinity, x);
  const exact = line.xs[after] === x ? after : after - 1;
  return line.ys[Math.max(0, exact)] ?? null;
}
