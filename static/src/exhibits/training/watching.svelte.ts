/** Follows one run: its log, updated once a frame, and the state of the connection. */

import { RunLog, type EpochRow, type LogEvent, type Notice, type Started } from '../../scene/training-log';
import { completeSettings, type Settings } from '../../scene/training-settings';
import { EventStream } from '../../wire/events';
import { curve, epochs, isLive, stretch, type Run, type Server, type Status } from '../../wire/runs';
import type { Why } from '../../wire/types';
import { notAnyMore, soon } from './frames';

const LONG = 20_000; // steps from which a run is shown by its curve, not by every step
const MOST = 3 * LONG; // points from which a run that goes on is taken up by its curve anew
const POINTS = 4000; // of that curve, and of each stretch of it
const EPOCHS = 200; // whole ones of a long run, evenly

/** View of a run: smoothing, and visible steps; null for all. */
export interface Look {
  smoothing: number;
  steps: readonly [number, number] | null;
}

export class Watch {
  readonly id: string;
  readonly #server: Server;
  /** The server's last description of the run. */
  run = $state.raw<Run>() as Run;
  /** Counter of log updates; readers of the log's columns depend on it. */
  version = $state(0);
  started = $state.raw<Started | null>(null);
  epochs = $state.raw<EpochRow[]>([]);
  snapshots = $state.raw<number[]>([]);
  notices = $state.raw<Notice[]>([]);
  /** Status from the log, if it has one. */
  logged = $state.raw<Status | null>(null);
  reason = $state.raw<string | null>(null);
  /** Seconds until a lost connection is retried; null while connected. */
  lost = $state<number | null>(null);
  /** True if the run has been deleted. */
  gone = $state(false);
  log = new RunLog();
  /** Counter of curves that replaced the log; their epochs are incomplete until requested. */
  outlines = $state(0);
  /** True while the first curve is loading. */
  arriving = $state(false);
  #listening: EventStream<LogEvent & { seq: number; kind: string }> | null = null;
  /** Events received while a curve is loading. */
  #meanwhile: LogEvent[] | null = null;
  #most = MOST;
  #look: Look;
  #wanted: Look | null = null;
  #seen: readonly [number, number] | null = null; // the stretch that was asked for last
  #looking = false;
  #closed = false;
  readonly #show = () => this.#shown();

  constructor(run: Run, server: Server, smoothing = 0) {
    this.id = run.id;
    this.run = run;
    this.#server = server;
    this.#look = { smoothing, steps: null };
    if (run.step > LONG) void this.#arrive();
    else this.listen();
  }

  get settings(): Settings {
    return completeSettings(this.run.settings);
  }

  get status(): Status {
    return this.logged ?? this.run.status;
  }

  /** Reason why the run ended early. */
  get why(): Why | null {
    void this.version;
    return this.log.status?.why ?? this.run.why ?? null;
  }

  get live(): boolean {
    return this.status === 'running' || this.status === 'queued';
  }

  get last(): EpochRow | null {
    return this.epochs.at(-1) ?? null;
  }

  get best(): EpochRow | null {
    return this.epochs.findLast(({ best }) => best) ?? null;
  }

  /** Newest step in the log. */
  get step(): number {
    void this.version;
    return this.log.step.length === 0 ? 0 : this.log.step.last;
  }

  /** Follows the events from now on; called again after a run is continued. */
  listen(): void {
    if (this.#listening !== null || this.#closed || this.arriving) return;
    this.#listening = new EventStream(`runs/${this.id}/events`, this.#server, this.log.seq, {
      onevent: (event) => this.#hear(event),
      onlost: (seconds) => (this.lost = seconds),
      onend: (gone) => {
        this.gone = gone;
        this.lost = null;
        this.#listening = null;
      },
    });
  }

  /** Updates from the list of runs; a continued run is followed again. */
  told(run: Run): void {
    const before = this.run;
    this.run = run;
    if (!isLive(run)) return;
    if (!isLive(before)) this.logged = null;
    this.listen();
  }

  /** Continues the run from its last epoch. */
  again(run: Run): void {
    this.logged = null;
    this.told(run);
  }

  close(): void {
    this.#closed = true;
    this.#listening?.close();
    this.#listening = null;
    notAnyMore(this.#show);
  }

  /** Loads what the view needs in full resolution. */
  look(look: Look): void {
    this.#look = look;
    this.#wanted = look;
    if (!this.#looking) void this.#approach();
  }

  /** Loads complete epochs: one, or some evenly spaced; a long run's curve lacks confusion matrices and layers. */
  async recall(epoch?: number): Promise<void> {
    try {
      const { log } = this;
      log.replaceEpochs(await epochs(this.id, epoch === undefined ? EPOCHS : 2, this.#server, epoch));
      if (log === this.log) this.epochs = log.epochs.slice();
    } catch {
      // it is asked for again when it is looked at again
    }
  }

  /** One request under way; the newest one waits. */
  async #approach(): Promise<void> {
    this.#looking = true;
    while (this.#wanted !== null && !this.#closed) {
      const { smoothing, steps }: Look = this.#wanted;
      this.#wanted = null;
      if (this.log.summarized === 0) continue;
      if (this.log.weight !== smoothing) await this.#outline();
      if (steps === null || String(steps) === String(this.#seen)) continue;
      try {
        const { log } = this;
        const found = await stretch(this.id, steps, POINTS, smoothing, this.#server);
        if (log !== this.log || log.weight !== smoothing) continue;
        log.refine(found);
        this.#seen = steps;
        soon(this.#show);
      } catch {
        // what is here is shown, less closely
      }
    }
    this.#looking = false;
  }

  async #arrive(): Promise<void> {
    this.arriving = true;
    await this.#outline();
    this.arriving = false;
    this.listen();
  }

  /** Replaces the steps by a curve; events received meanwhile are applied after it. */
  async #outline(): Promise<void> {
    const meanwhile: LogEvent[] = (this.#meanwhile = []);
    try {
      const { smoothing } = this.#look;
      const told = await curve(this.id, POINTS, smoothing, this.#server);
      const log = new RunLog();
      log.fill(told, smoothing);
      for (const event of meanwhile) log.apply(event);
      log.status ??= this.log.status;
      this.log = log;
      this.#seen = null;
      this.#most = log.step.length + MOST;
      this.outlines += 1;
    } catch {
      this.#most *= 2; // the log itself is read instead, or goes on growing
    }
    this.#meanwhile = null;
    if (!this.#closed) this.#shown();
  }

  #hear(event: LogEvent): void {
    if (!this.log.apply(event)) return;
    this.#meanwhile?.push(event);
    soon(this.#show);
  }

  #shown(): void {
    const { log } = this;
    this.started = log.started;
    if (log.epochs.length !== this.epochs.length || log.last !== this.last) this.epochs = log.epochs.slice();
    if (log.snapshots.length !== this.snapshots.length) this.snapshots = log.snapshots.slice();
    if (log.notices.length !== this.notices.length) this.notices = log.notices.slice();
    this.logged = (log.status?.status ?? null) as Status | null;
    this.reason = log.status?.reason ?? null;
    this.version += 1;
    if (log.step.length > this.#most && this.#meanwhile === null)
      void this.#outline().then(() => this.look(this.#look));
  }
}
