/** One run that is looked at: its log as it grows, handed on once a frame, and whether the connection is there. */

import { RunLog, type EpochRow, type LogEvent, type Notice, type Started } from '../../scene/training-log';
import { settled, type Settings } from '../../scene/training-settings';
import { EventStream } from '../../wire/events';
import { curve, epochs, isLive, stretch, type Run, type Server, type Status } from '../../wire/runs';
import type { Why } from '../../wire/types';
import { notAnyMore, soon } from './frames';

const LONG = 20_000; // steps from which a run is shown by its curve, not by every step
const MOST = 3 * LONG; // points from which a run that goes on is taken up by its curve anew
const POINTS = 4000; // of that curve, and of each stretch of it
const EPOCHS = 200; // whole ones of a long run, evenly

/** How a run is looked at: its smoothing, and the steps that are in view; null for all. */
export interface Look {
  smoothing: number;
  steps: readonly [number, number] | null;
}

export class Watch {
  readonly id: string;
  readonly #server: Server;
  /** What the server last said of it. */
  run = $state.raw<Run>() as Run;
  /** Counts the frames in which the log has changed; who reads the log's columns reads this first. */
  version = $state(0);
  started = $state.raw<Started | null>(null);
  epochs = $state.raw<EpochRow[]>([]);
  snapshots = $state.raw<number[]>([]);
  notices = $state.raw<Notice[]>([]);
  /** What the log says of its status, where it says it. */
  logged = $state.raw<Status | null>(null);
  reason = $state.raw<string | null>(null);
  /** Seconds until a lost connection is tried again; null while it is there. */
  lost = $state<number | null>(null);
  /** There is no such run any more. */
  gone = $state(false);
  log = new RunLog();
  /** Counts the curves that have taken the log's place. Their epochs are light, until they are recalled. */
  outlines = $state(0);
  /** The first of these curves is on its way. */
  arriving = $state(false);
  #listening: EventStream<LogEvent & { seq: number; kind: string }> | null = null;
  /** What is heard while a curve is on its way. */
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
    return settled(this.run.settings);
  }

  get status(): Status {
    return this.logged ?? this.run.status;
  }

  /** Why it ended, where it has not learned to its end. */
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

  /** The newest step that is in the log. */
  get step(): number {
    void this.version;
    return this.log.step.length === 0 ? 0 : this.log.step.last;
  }

  /** Hears what comes from now on; again, after a run has been continued. */
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

  /** What the list of runs says now; a run that goes on is heard again. */
  told(run: Run): void {
    const before = this.run;
    this.run = run;
    if (!isLive(run)) return;
    if (!isLive(before)) this.logged = null;
    this.listen();
  }

  /** It goes on from its last epoch. */
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

  /** Sees to it that what is looked at is here as closely as it is known. */
  look(look: Look): void {
    this.#look = look;
    this.#wanted = look;
    if (!this.#looking) void this.#approach();
  }

  /** Everything of one epoch, or of some, evenly: confusion matrices and layers of a long run are not here else. */
  async recall(epoch?: number): Promise<void> {
    try {
      const { log } = this;
      log.know(await epochs(this.id, epoch === undefined ? EPOCHS : 2, this.#server, epoch));
      if (log === this.log) this.epochs = log.epochs.slice();
    } catch {
      // it is asked for again when it is looked at again
    }
  }

  /** One question under way, and the newest one after it. */
  async #approach(): Promise<void> {
    this.#looking = true;
    while (this.#wanted !== null && !this.#closed) {
      const { smoothing, steps }: Look = this.#wanted;
      this.#wanted = null;
      if (this.log.outlined === 0) continue;
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

  /** The curve in the place of every step; what is heard meanwhile comes after it. */
  async #outline(): Promise<void> {
    const meanwhile: LogEvent[] = (this.#meanwhile = []);
    try {
      const { smoothing } = this.#look;
      const told = await curve(this.id, POINTS, smoothing, this.#server);
      const log = new RunLog();
      log.fill(told, smoothing);
      for (const event of meanwhile) log.take(event);
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
    if (!this.log.take(event)) return;
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
