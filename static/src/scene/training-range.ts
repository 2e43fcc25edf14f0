/** Height of a loss plot, so that a diverged run does not flatten the others, and where it leaves the plot. */

import type { Line } from './training-curves';

const FLAT = 4; // multiple of the first loss that flattens the others into a quarter of the plot or less
const FLAT_LOG = 1000; // the same for a log scale
const FAR = 10; // multiple of the first loss above which single steps are clipped too
const ALIKE = 100; // multiple of the least first loss: a run that begins higher counts as diverged
const ROOM = 2; // multiple of the first loss: upper limit for healthy runs

/** Losses of one run in view. */
export interface Losses {
  /** First loss of the run, in view or not. */
  first: number;
  /** Running means and held-out losses, which are read off the plot. */
  means: readonly Line[];
  /** Every step. */
  raw: Line;
}

/** Point at which a line leaves the plot at the top. */
export interface Exit {
  x: number;
  /** Highest value of the line. */
  most: number;
}

/** Highest loss of the plot; null if everything fits. */
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

/** First point at which a line leaves the plot, and its maximum; null if it stays inside. */
export function exitOf(lines: readonly Line[], top: number): Exit | null {
  const most = highestOf(lines);
  if (most <= top) return null;
  return { x: Math.min(...lines.map((line) => crossing(line, top))), most };
}

/** First x above a height; infinity if there is none. */
function crossing({ xs, ys }: Line, top: number): number {
  const index = ys.findIndex((y) => y !== null && y > top);
  const [x, y] = [xs[index] ?? Infinity, ys[index] ?? Infinity];
  const [before, under] = [xs[index - 1], ys[index - 1]];
  if (typeof before !== 'number' || typeof under !== 'number') return x;
  return before + ((x - before) * (top - under)) / (y - under);
}

/** The highest value up to `limit`. */
function highestOf(lines: readonly Line[], limit = Infinity): number {
  let most = -Infinity;
  for (const { ys } of lines) for (const y of ys) if (y !== null && y > most && y <= limit) most = y;
  return most;
}
