/** The log of a run in the browser: events in order of their sequence number become columns. */

import { GrowingArray } from './growing';
import { RunningMean } from './training-means';
import type {
  Curve,
  CurveEpoch,
  EpochEvent,
  HistogramOf,
  LayerStatistics,
  NoticeEvent,
  StartedEvent,
  StatusEvent,
  Stretch,
} from '../wire/types';

type EventFields<Event> = Omit<Event, 'seq' | 'kind'>;
export type Started = EventFields<StartedEvent>;
/** An epoch from its event; from a curve, without the fields that only the event has. */
export type EpochRow = CurveEpoch & {
  [Name in Exclude<keyof EventFields<EpochEvent>, keyof CurveEpoch | 'layers'>]: EpochEvent[Name] | null;
} & Pick<EpochEvent, 'layers'>;
export type Notice = EventFields<NoticeEvent>;
export type StatusFields = EventFields<StatusEvent>;
export type { HistogramOf, LayerStatistics };

type Numbers = (number | null)[];

export type LogEvent = { seq: number; kind: string; time?: number | string } & Partial<{
  first: number;
  loss: Numbers | number | null;
  accuracy: Numbers | number | null;
  rate: Numbers;
  gradient: Numbers;
  seconds: number;
  [other: string]: unknown;
}>;

const UNKNOWN = { images_per_second: null, seconds_left: null, memory: null, confusion: null, layers: [] };

export const COLUMNS = ['loss', 'accuracy', 'rate', 'gradient'] as const;
export type Column = (typeof COLUMNS)[number];

/** Columns that are displayed smoothed. */
export type Smoothable = 'loss' | 'accuracy';

/** True for an epoch loaded from a curve only. */
export function isIncomplete(row: EpochRow): boolean {
  return row.confusion === null;
}

export class RunLog {
  /** Sequence number of the newest event. */
  seq = 0;
  started: Started | null = null;
  status: StatusFields | null = null;
  readonly step = new GrowingArray(); // ascending
  readonly seconds = new GrowingArray();
  readonly columns: Record<Column, GrowingArray> = {
    loss: new GrowingArray(),
    accuracy: new GrowingArray(),
    rate: new GrowingArray(),
    gradient: new GrowingArray(),
  };
  epochs: EpochRow[] = [];
  snapshots: number[] = [];
  notices: Notice[] = [];
  /** Number of leading points that summarize several steps each. */
  summarized = 0;
  /** Smoothing weight of the summarized points, whose means cover all steps. */
  weight = 0;
  readonly #summaryMeans: Record<Smoothable, GrowingArray> = { loss: new GrowingArray(), accuracy: new GrowingArray() };
  #means: Partial<Record<Smoothable, RunningMean>> = {};

  /** Applies an event; returns false if it is already included. */
  apply(event: LogEvent): boolean {
    if (event.seq <= this.seq) return false;
    this.seq = event.seq;
    const fields = event as unknown;
    if (event.kind === 'started') this.started = fields as Started;
    else if (event.kind === 'steps') this.#steps(event);
    else if (event.kind === 'epoch') this.epochs.push(fields as EpochRow);
    else if (event.kind === 'snapshot') this.snapshots.push((fields as { step: number }).step);
    else if (event.kind === 'notice') this.notices.push(fields as Notice);
    else if (event.kind === 'status') this.status = fields as StatusFields;
    else if (event.kind === 'continued') this.#rewind(fields as { epoch: number; step: number });
    return true;
  }

  /** Replaces all events up to the curve's sequence number by the curve. */
  fill(curve: Curve, weight: number): void {
    this.seq = curve.seq;
    this.started = curve.started;
    this.notices = curve.notices;
    this.snapshots = curve.snapshots;
    this.epochs = curve.epochs.map((row) =>
      row.epoch === curve.latest?.epoch ? curve.latest : { ...row, ...UNKNOWN },
    );
    this.weight = weight;
    this.#replaceSteps(0, this.step.length, curve);
    this.summarized = curve.step.length < curve.steps ? curve.step.length : 0;
  }

  /** Refines part of the summarized points. */
  refine(stretch: Stretch): void {
    const [first, last] = [stretch.step[0], Math.min(stretch.step.at(-1) ?? 0, this.step.at(this.summarized - 1))];
    if (this.summarized === 0 || first === undefined || !(first <= last)) return;
    const fitting = stretch.step.findLastIndex((step) => step <= last) + 1;
    const [from, to] = [this.step.search(first), this.step.search(last + 1)];
    this.#replaceSteps(from, to, stretch, fitting);
    this.summarized += fitting - (to - from);
  }

  /** Replaces epochs by their complete rows. */
  replaceEpochs(rows: readonly EpochRow[]): void {
    const complete = new Map(rows.map((row) => [row.epoch, row]));
    this.epochs = this.epochs.map((row) => complete.get(row.epoch) ?? row);
  }

  /** Running means of a column; summarized points have their own. */
  mean(column: Smoothable, weight: number): Float64Array {
    let mean = this.#means[column];
    if (mean?.weight !== weight) {
      const before = this.summarized > 0 ? this.#summaryMeans[column].values.subarray(0, this.summarized) : [];
      mean = this.#means[column] = new RunningMean(weight, before);
    }
    return mean.of(this.columns[column].values);
  }

  get last(): EpochRow | null {
    return this.epochs.at(-1) ?? null;
  }

  /** The best epoch so far. */
  get best(): EpochRow | null {
    return this.epochs.findLast(({ best }) => best) ?? null;
  }

  #steps(event: LogEvent): void {
    const losses = event.loss as Numbers;
    const first = event.first ?? 1;
    const before = this.seconds.length > 0 ? this.seconds.last : 0;
    const took = (event.seconds ?? before) - before;
    this.#cut(first - 1);
    losses.forEach((loss, index) => {
      this.step.push(first + index);
      this.seconds.push(before + (took * (index + 1)) / losses.length);
      this.columns.loss.push(loss ?? NaN);
      for (const name of ['accuracy', 'rate', 'gradient'] as const) {
        this.columns[name].push((event[name] as Numbers | undefined)?.[index] ?? NaN);
      }
    });
  }

  /** Drops everything after the epoch from which a run was continued. */
  #rewind({ epoch, step }: { epoch: number; step: number }): void {
    this.#cut(step);
    this.epochs = this.epochs.filter((row) => row.epoch <= epoch);
    this.snapshots = this.snapshots.filter((at) => at <= step);
    this.notices = this.notices.filter((notice) => notice.step <= step);
    this.status = null;
  }

  /** Drops everything after a step. */
  #cut(step: number): void {
    const length = this.step.search(step + 1);
    if (length === this.step.length) return;
    for (const column of [this.step, this.seconds, ...Object.values(this.columns)]) column.length = length;
    this.summarized = Math.min(this.summarized, length);
    this.#means = {};
  }

  #replaceSteps(from: number, to: number, steps: Stretch, count = steps.step.length): void {
    const replace = (column: GrowingArray, values: Numbers) =>
      column.splice(
        from,
        to,
        Float64Array.from({ length: count }, (_, index) => values[index] ?? NaN),
      );
    replace(this.step, steps.step);
    replace(this.seconds, steps.seconds);
    for (const name of COLUMNS) replace(this.columns[name], steps[name]);
    replace(this.#summaryMeans.loss, steps.mean_loss);
    replace(this.#summaryMeans.accuracy, steps.mean_accuracy);
    this.#means = {};
  }
}
