/** How high a plot of losses is, so that a run that blew up does not press the others flat, and where that one leaves it. */

import type { Line } from './training-curves';

const FLAT = 4; // times the first loss: higher means press the others into a quarter of the figure or less
const FLAT_LOG = 1000; // the same where equal heights are equal factors
const FAR = 10; // times the first loss: single steps that press them so are left out too
const ALIKE = 100; // times the least first loss: a run that begins higher is not well to begin with
const ROOM = 2; // times the first loss: how high what is well may be

/** The losses of one run that are in view. */
export interface Losses {
  /** The loss that it began with, in view or not. */
  first: number;
  /** What is read: running means, and the losses of what is held out. */
  means: readonly Line[];
  /** Every step. */
  raw: Line;
}

/** A place where a line goes out at the top. */
export interface Exit {
  x: number;
  /** How high it gets. */
  most: number;
}

/** The highest loss in the figure; null where everything is in it. */
export function topOf(runs: readonly Losses[], log: boolean): number | null {
  const firsts = runs.map((run) => run.first).filter((one) => Number.isFinite(one) && one > 0);
  if (firsts.length === 0) return null;
  const first = Math.max(...firsts.filter((one) => one <= ALIKE * Math.min(...firsts)));
  const flat = log ? FLAT_LOG : FLAT;
  const highest = highestOf(runs.flatMap(({ means }) => means));
  const peak = highestOf(runs.map(({ raw }) => raw));
  if (highest <= flat * first && peak <= Math.max(flat, FAR) * first) return null;
  const well = highestOf(
    runs.flatMap(({ raw, means }) => [raw, ...means]),
    ROOM * first,
  );
  return well === -Infinity ? null : well;
}

/** Where a line leaves the figure first, and the highest that it gets; null where it stays in it. */
export function exitOf(lines: readonly Line[], top: number): Exit | null {
  const most = highestOf(lines);
  if (most <= top) return null;
  return { x: Math.min(...lines.map((line) => crossing(line, top))), most };
}

/** Where a line goes above a height for the first time; infinity where it does not. */
function crossing({ xs, ys }: Line, top: number): number {
  const index = ys.findIndex((y) => y !== null && y > top);
  const [x, y] = [xs[index] ?? Infinity, ys[index] ?? Infinity];
  const [before, under] = [xs[index - 1], ys[index - 1]];
  if (typeof before !== 'number' || typeof under !== 'number') return x;
  return before + ((x - before) * (top - under)) / (y - under);
}

/** The highest value that is no higher than `limit`. */
function highestOf(lines: readonly Line[], limit = Infinity): number {
  let most = -Infinity;
  for (const { ys } of lines) for (const y of ys) if (y !== null && y > most && y <= limit) most = y;
  return most;
}
