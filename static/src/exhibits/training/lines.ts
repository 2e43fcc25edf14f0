/** The lines of the runs that are shown, each made anew only where its own run has something new. */

import { byEpoch, placeOf, thinned, type Axis, type Line } from '../../scene/training-curves';
import type { EpochRow, Smoothable } from '../../scene/training-log';
import { exitOf, topOf, type Exit, type Losses } from '../../scene/training-range';
import type { Watch } from './watching.svelte';

/** How all runs are looked at. */
export interface View {
  axis: Axis;
  smoothing: number;
  zoom: readonly [number, number] | null;
  /** Points that an eye can tell apart. */
  points: number;
}

/** What was learned from: every step, and what they come to where they are smoothed. */
export interface Learned {
  raw: Line;
  mean: Line | null;
}

const kept = new WeakMap<Watch, Map<string, { key: string; value: unknown }>>();

/** The same as long as the run and the view are. */
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
    const place = placeOf(log, view.axis);
    const [from, to] = view.zoom ?? [-Infinity, Infinity];
    const line = (values: ArrayLike<number>) => thinned(values, place, view.points, from, to);
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

/** The rate as it was. */
export function rates(watch: Watch, view: View): Line {
  return once(watch, 'rate', view, () =>
    thinned(watch.log.columns.rate.values, placeOf(watch.log, view.axis), view.points),
  );
}

/** The highest loss in the figure, and which runs leave it there; null where everything is in it. */
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
