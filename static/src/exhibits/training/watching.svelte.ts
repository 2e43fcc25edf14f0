/** One run that is looked at: its log as it grows, handed on once a frame, and whether the connection is there. */

import { RunLog, type EpochRow, type LogEvent, type Notice, type Started } from '../../scene/training-log';
import { settled, type Settings } from '../../scene/training-settings';
import { Listening } from '../../wire/events';
import { isLive, type Run, type Server, type Status } from '../../wire/runs';

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
  #listening: Listening<LogEvent & { seq: number; kind: string }> | null = null;
  #frame = 0;

  constructor(run: Run, server: Server) {
    this.id = run.id;
    this.run = run;
    this.#server = server;
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
    this.#listening = new Listening(`runs/${this.id}/events`, this.#server, this.log.seq, {
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

  #hear(event: LogEvent): void {
    if (!this.log.take(event) || this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#show();
    });
  }

  #show(): void {
    const { log } = this;
    this.started = log.started;
    if (log.epochs.length !== this.epochs.length || log.last !== this.last) this.epochs = log.epochs.slice();
    if (log.snapshots.length !== this.snapshots.length) this.snapshots = log.snapshots.slice();
    if (log.notices.length !== this.notices.length) this.notices = log.notices.slice();
    this.logged = (log.status?.status ?? null) as Status | null;
    this.reason = log.status?.reason ?? null;
    this.version += 1;
  }
}
