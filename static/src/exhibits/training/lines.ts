/** Curves of the displayed runs, recomputed only for runs with new data. */

import { byEpoch, positionOf, thin, type Axis, type Line } from '../../scene/training-curves';
import type { EpochRow, Smoothable } from '../../scene/training-log';
import { exitOf, topOf, type Exit, type Losses } from '../../scene/training-range';
import type { Watch } from './watching.svelte';

/** View shared by all runs. */
export interface View {
  axis: Axis;
  smoothing: number;
  zoom: readonly [number, number] | null;
  /** Number of points that are distinguishable. */
  points: number;
}

/** Training values: every step, and their running mean. */
export interface Learned {
  raw: Line;
  mean: Line | null;
}

const kept = new WeakMap<Watch, Map<string, { key: string; value: unknown }>>();

/** Cached while run and view are unchanged. */
function once<Value>(watch: Watch, name: string, view: View, make: () => Value): Value {
  const key = [watch.version, view.axis, view.smoothing, view.zoom, view.points].join();
  const all = kept.get(watch) ?? new Map<string, { key: string; value: unknown }>();
  kept.set(watch, all);
  const before = all.get(name);
  if (before?.key === key) return before.value as Value;
  const value = make();
  all.set(name, { key, value });
  return value;
}

export function learned(watch: Watch, column: Smoothable, view: View): Learned {
  return once(watch, column, view, () => {
    const { log } = watch;
    const place = positionOf(log, view.axis);
    const [from, to] = view.zoom ?? [-Infinity, Infinity];
    const line = (values: ArrayLike<number>) => thin(values, place, view.points, from, to);
    return {
      raw: line(log.columns[column].values),
      mean: view.smoothing === 0 ? null : line(log.mean(column, view.smoothing)),
    };
  });
}

export function judged(watch: Watch, column: Smoothable, view: View): Line {
  void watch.epochs;
  return once(watch, `judged-${column}`, view, () =>
    byEpoch(watch.log, (row: EpochRow) => row[`validation_${column}`], view.axis),
  );
}

/** The recorded learning rate. */
export function rates(watch: Watch, view: View): Line {
  return once(watch, 'rate', view, () =>
    thin(watch.log.columns.rate.values, positionOf(watch.log, view.axis), view.points),
  );
}

/** Highest loss of the plot, and runs that leave it; null if everything fits. */
export function beyond(
  watches: readonly Watch[],
  view: View,
  log: boolean,
): { top: number; exits: { watch: Watch; exit: Exit }[] } | null {
  const all = watches.map((watch) => losses(watch, view));
  const top = topOf(all, log);
  if (top === null) return null;
  const exits = watches.flatMap((watch, index) => {
    const { raw, means } = all[index] ?? { raw: { xs: [], ys: [] }, means: [] };
    const exit = exitOf([raw, ...means], top);
    return exit === null ? [] : [{ watch, exit }];
  });
  return { top, exits };
}

function losses(watch: Watch, view: View): Losses {
  const { raw, mean } = learned(watch, 'loss', view);
  return { first: watch.log.columns.loss.at(0), raw, means: [mean ?? raw, judged(watch, 'loss', view)] };
}
