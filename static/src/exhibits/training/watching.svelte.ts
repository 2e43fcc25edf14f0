/** One run that is looked at: its log as it grows, handed on once a frame, and whether the connection is there. */

import { RunLog, type EpochRow, type LogEvent, type Notice, type Started } from '../../scene/training-log';
import { settled, type Settings } from '../../scene/training-settings';
import { Listening } from '../../wire/events';
import { curve, isLive, type Run, type Server, type Status } from '../../wire/runs';

const LONG = 20_000; // steps from which a run's curve comes before its log
const POINTS = 4000; // of that curve

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
  /** Of a long run, what is still being read, while its curve is shown. */
  #whole: RunLog | null = null;
  #listening: Listening<LogEvent & { seq: number; kind: string }> | null = null;
  #frame = 0;

  constructor(run: Run, server: Server) {
    this.id = run.id;
    this.run = run;
    this.#server = server;
    if (run.step > LONG) {
      this.#whole = new RunLog();
      void this.#outline();
    }
    this.listen();
  }

  get settings(): Settings {
    return settled(this.run.settings);
  }

  get status(): Status {
    return this.logged ?? this.run.status;
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
    return this.log.step.length === 0 ? 0 : this.log.step.at(this.log.step.length - 1);
  }

  /** Hears what comes from now on; again, after a run has been continued. */
  listen(): void {
    if (this.#listening !== null) return;
    this.#listening = new Listening(`runs/${this.id}/events`, this.#server, (this.#whole ?? this.log).seq, {
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
    this.#listening?.close();
    this.#listening = null;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** A long run's curve, to be looked at until its log is here whole. */
  async #outline(): Promise<void> {
    try {
      const told = await curve(this.id, POINTS, this.#server);
      if (this.#whole === null) return;
      this.log.fill(told);
      const rest = { images_per_second: null, seconds_left: null, memory: null, confusion: null, layers: [] };
      this.log.epochs = told.epochs.map((row) => ({ ...row, ...rest }));
      this.#show();
    } catch {
      // the log itself is on its way
    }
  }

  #hear(event: LogEvent): void {
    if (!(this.#whole ?? this.log).take(event)) return;
    if (this.#whole !== null && (this.#whole.step.length >= this.run.step || event.kind === 'status')) {
      [this.log, this.#whole] = [this.#whole, null];
    }
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#show();
    });
  }

  #show(): void {
    const { log } = this;
    this.started = (this.#whole ?? log).started;
    if (log.epochs.length !== this.epochs.length || log.last !== this.last) this.epochs = log.epochs.slice();
    if (log.snapshots.length !== this.snapshots.length) this.snapshots = log.snapshots.slice();
    if (log.notices.length !== this.notices.length) this.notices = log.notices.slice();
    this.logged = (log.status?.status ?? null) as Status | null;
    this.reason = log.status?.reason ?? null;
    this.version += 1;
  }
}
