/** The log of a run as a browser keeps it: events by their sequence number become columns, what is void is dropped. */

import type {
  CurveEpoch,
  EpochEvent,
  HistogramOf,
  LayerStatistics,
  NoticeEvent,
  StartedEvent,
  StatusEvent,
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

export const COLUMNS = ['loss', 'accuracy', 'rate', 'gradient'] as const;
export type Column = (typeof COLUMNS)[number];

const FIRST_ROOM = 1024;

/** Numbers that grow at their end without being copied each time. */
export class Growing {
  #data = new Float64Array(FIRST_ROOM);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) {
      const larger = new Float64Array(2 * this.#data.length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.length++] = value;
  }

  at(index: number): number {
    return index >= 0 && index < this.length ? (this.#data[index] ?? NaN) : NaN;
  }

  /** What is there, without a copy; good until the next push. */
  get values(): Float64Array {
    return this.#data.subarray(0, this.length);
  }
}

export class RunLog {
  /** The number of the newest event that is in. */
  seq = 0;
  started: Started | null = null;
  status: StatusSaid | null = null;
  readonly step = new Growing();
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

  /** What was downsampled elsewhere, in the place of steps that need not be read one by one. */
  fill(curve: { step: number[]; seconds: Numbers } & Record<Column, Numbers>): void {
    curve.step.forEach((step, index) => {
      this.step.push(step);
      this.seconds.push(curve.seconds[index] ?? NaN);
      for (const name of COLUMNS) this.columns[name].push(curve[name][index] ?? NaN);
    });
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
    const before = this.seconds.length > 0 ? this.seconds.at(this.seconds.length - 1) : 0;
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
    let length = this.step.length;
    while (length > 0 && this.step.at(length - 1) > step) length -= 1;
    for (const column of [this.step, this.seconds, ...Object.values(this.columns)]) column.length = length;
  }
}
