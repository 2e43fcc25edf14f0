/** The log of a run as a browser keeps it: events by their sequence number become columns, what is void is dropped. */

import { Growing } from './growing';
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

type Said<Event> = Omit<Event, 'seq' | 'kind'>;
export type Started = Said<StartedEvent>;
/** An epoch as its event tells it; as a curve tells it, without what only the event knows. */
export type EpochRow = CurveEpoch & {
  [Name in Exclude<keyof Said<EpochEvent>, keyof CurveEpoch | 'layers'>]: EpochEvent[Name] | null;
} & Pick<EpochEvent, 'layers'>;
export type Notice = Said<NoticeEvent>;
export type StatusSaid = Said<StatusEvent>;
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

/** The columns that are smoothed where they are drawn. */
export type Smoothable = 'loss' | 'accuracy';

/** A row that only its curve has told of. */
export function isLight(row: EpochRow): boolean {
  return row.confusion === null;
}

export class RunLog {
  /** The number of the newest event that is in. */
  seq = 0;
  started: Started | null = null;
  status: StatusSaid | null = null;
  readonly step = new Growing(); // rises
  readonly seconds = new Growing();
  readonly columns: Record<Column, Growing> = {
    loss: new Growing(),
    accuracy: new Growing(),
    rate: new Growing(),
    gradient: new Growing(),
  };
  epochs: EpochRow[] = [];
  snapshots: number[] = [];
  notices: Notice[] = [];
  /** How many points, the first ones, stand for more steps than they are. */
  outlined = 0;
  /** What the outlined points are smoothed with; their means are those of all steps. */
  weight = 0;
  readonly #outline: Record<Smoothable, Growing> = { loss: new Growing(), accuracy: new Growing() };
  #means: Partial<Record<Smoothable, RunningMean>> = {};

  /** Whether the event was new. */
  take(event: LogEvent): boolean {
    if (event.seq <= this.seq) return false;
    this.seq = event.seq;
    const told = event as unknown;
    if (event.kind === 'started') this.started = told as Started;
    else if (event.kind === 'steps') this.#steps(event);
    else if (event.kind === 'epoch') this.epochs.push(told as EpochRow);
    else if (event.kind === 'snapshot') this.snapshots.push((told as { step: number }).step);
    else if (event.kind === 'notice') this.notices.push(told as Notice);
    else if (event.kind === 'status') this.status = told as StatusSaid;
    else if (event.kind === 'continued') this.#back(told as { epoch: number; step: number });
    return true;
  }

  /** A curve in the place of all events that it knows. */
  fill(curve: Curve, weight: number): void {
    this.seq = curve.seq;
    this.started = curve.started;
    this.notices = curve.notices;
    this.snapshots = curve.snapshots;
    this.epochs = curve.epochs.map((row) =>
      row.epoch === curve.latest?.epoch ? curve.latest : { ...row, ...UNKNOWN },
    );
    this.weight = weight;
    this.#put(0, this.step.length, curve);
    this.outlined = curve.step.length < curve.steps ? curve.step.length : 0;
  }

  /** A stretch of the outline more closely. */
  refine(stretch: Stretch): void {
    const [first, last] = [stretch.step[0], Math.min(stretch.step.at(-1) ?? 0, this.step.at(this.outlined - 1))];
    if (this.outlined === 0 || first === undefined || !(first <= last)) return;
    const fitting = stretch.step.findLastIndex((step) => step <= last) + 1;
    const [from, to] = [this.step.search(first), this.step.search(last + 1)];
    this.#put(from, to, stretch, fitting);
    this.outlined += fitting - (to - from);
  }

  /** Epochs of which everything is known. */
  know(rows: readonly EpochRow[]): void {
    const known = new Map(rows.map((row) => [row.epoch, row]));
    this.epochs = this.epochs.map((row) => known.get(row.epoch) ?? row);
  }

  /** The running means of a column; of the outlined points with their own weight. */
  mean(column: Smoothable, weight: number): Float64Array {
    let mean = this.#means[column];
    if (mean?.weight !== weight) {
      const before = this.outlined > 0 ? this.#outline[column].values.subarray(0, this.outlined) : [];
      mean = this.#means[column] = new RunningMean(weight, before);
    }
    return mean.of(this.columns[column].values);
  }

  get last(): EpochRow | null {
    return this.epochs.at(-1) ?? null;
  }

  /** The epoch whose weights were the best so far. */
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

  /** A run went on from an epoch: what came later is void. */
  #back({ epoch, step }: { epoch: number; step: number }): void {
    this.#cut(step);
    this.epochs = this.epochs.filter((row) => row.epoch <= epoch);
    this.snapshots = this.snapshots.filter((at) => at <= step);
    this.notices = this.notices.filter((notice) => notice.step <= step);
    this.status = null;
  }

  /** Nothing after this step. */
  #cut(step: number): void {
    const length = this.step.search(step + 1);
    if (length === this.step.length) return;
    for (const column of [this.step, this.seconds, ...Object.values(this.columns)]) column.length = length;
    this.outlined = Math.min(this.outlined, length);
    this.#means = {};
  }

  #put(from: number, to: number, told: Stretch, count = told.step.length): void {
    const put = (column: Growing, values: Numbers) =>
      column.splice(
        from,
        to,
        Float64Array.from({ length: count }, (_, index) => values[index] ?? NaN),
      );
    put(this.step, told.step);
    put(this.seconds, told.seconds);
    for (const name of COLUMNS) put(this.columns[name], told[name]);
    put(this.#outline.loss, told.mean_loss);
    put(this.#outline.accuracy, told.mean_accuracy);
    this.#means = {};
  }
}
