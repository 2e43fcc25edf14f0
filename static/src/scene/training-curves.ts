/** Logs as curves: choice of x, smoothing, and thinning to what is visible. */

import type { EpochRow, RunLog } from './training-log';

export const AXES = ['steps', 'epochs', 'seconds'] as const;
export type Axis = (typeof AXES)[number];

export interface Line {
  xs: number[];
  ys: (number | null)[];
}

/** Position of a step on the x axis. */
export function positionOf(log: RunLog, axis: Axis): (index: number) => number {
  if (axis === 'seconds') return (index) => log.seconds.at(index);
  const each = axis === 'epochs' ? (log.started?.per_epoch ?? 1) : 1;
  return (index) => log.step.at(index) / each;
}

/** Position of an epoch's end on the x axis. */
export function positionOfEpoch(row: EpochRow, axis: Axis): number {
  return axis === 'steps' ? row.step : axis === 'epochs' ? row.epoch : row.seconds;
}

/** Steps within a range of the x axis, plus one beyond each end. */
export function stepsWithin(log: RunLog, axis: Axis, [from, to]: readonly [number, number]): [number, number] {
  const [first, last] = within(log.step.length, positionOf(log, axis), from, to);
  if (axis === 'seconds') return [log.step.at(first), log.step.at(last)];
  const each = axis === 'epochs' ? (log.started?.per_epoch ?? 1) : 1;
  return [Math.max(1, Math.floor(from * each)), Math.min(log.step.last, Math.ceil(to * each))];
}

/**
 * At most about `most` points: lowest and highest of each part of the axis, and always the first and the last.
 * Parts are equally wide, so that a dense range does not displace a sparse one.
 */
export function thin(
  values: ArrayLike<number>,
  place: (index: number) => number,
  most: number,
  from = -Infinity,
  to = Infinity,
): Line {
  const [first, last] = within(values.length, place, from, to);
  const line: Line = { xs: [], ys: [] };
  const keep = (index: number) => {
    const value = values[index] ?? NaN;
    line.xs.push(place(index));
    line.ys.push(Number.isFinite(value) ? value : null);
  };
  if (last - first + 1 <= most) {
    for (let index = first; index <= last; index += 1) keep(index);
    return line;
  }
  const parts = Math.max(1, Math.floor(most / 2));
  const [left, right] = [place(first), place(last)];
  keep(first);
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
    keep(Math.min(low, high));
    if (low !== high) keep(Math.max(low, high));
    start = end;
  }
  keep(last);
  return line;
}

/** Indices in view, plus one beyond each end so that the line leaves the plot. */
function within(length: number, place: (index: number) => number, from: number, to: number): [number, number] {
  const [first, end] = [search(length, place, from), search(length, place, to)];
  return [Math.max(0, first - 1), Math.min(length - 1, end)];
}

/** First index at or beyond a position, `length` if there is none. */
function search(length: number, place: (index: number) => number, target: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place(middle) < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A column of values per epoch. */
export function byEpoch(log: RunLog, pick: (row: EpochRow) => number | null, axis: Axis): Line {
  return { xs: log.epochs.map((row) => positionOfEpoch(row, axis)), ys: log.epochs.map(pick) };
}

type Column = (number | null | undefined)[];

/** Lines with different x as one table for uPlot: every x once, with gaps. */
export function alignLines(lines: readonly Line[]): [number[], ...Column[]] {
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
      const values = line?.xs[at] === x;
      columns[index]?.push(values ? (line.ys[at] ?? null) : undefined);
      if (values) next[index] = at + 1;
    }
    xs.push(x);
  }
}

/** Value of a line at an x, or at the last x before it. */
export function readAt(line: Line, x: number): number | null {
  const after = search(line.xs.length, (index) => line.xs[index] ?? Infinity, x);
  const exact = line.xs[after] === x ? after : after - 1;
  return line.ys[Math.max(0, exact)] ?? null;
}
