/** State of the training lab: settings of the next run, list of runs, displayed runs. */

import { SvelteMap } from 'svelte/reactivity';

import { AXES, type Axis } from '../../scene/training-curves';
import { assignSlots } from '../../scene/training-colours';
import { readSettings, settingsText, completeSettings, DEFAULTS, type Settings } from '../../scene/training-settings';
import { oneOf, within } from '../../state/attributes';
import { RequestError, type Problem } from '../../wire/request';
import * as wire from '../../wire/runs';
import { isLive, isRecorded, RECORDED_PREFIX, type Run, type Server } from '../../wire/runs';
import { Watch } from './watching.svelte';

export const VIEWS = ['kernels', 'layers', 'confusion', 'epochs'] as const;
export type View = (typeof VIEWS)[number];

export const MOST_SHOWN = 6; // curves over one another that an eye can follow
const NONE: ReadonlyMap<string, number> = new Map();
const BUSY = 1500; // milliseconds between two looks at the list while something runs
const IDLE = 10_000;

export interface Attributes {
  run?: string | undefined;
  /** Ids of further displayed runs, separated by commas. */
  compare?: string | undefined;
  /** Settings of the next run without defaults, as JSON. */
  settings?: string | undefined;
  axis?: string | undefined;
  log?: boolean | undefined;
  /** Includes diverged losses in the plot. */
  peaks?: boolean | undefined;
  smoothing?: number | string | undefined;
  view?: string | undefined;
}

/** Recorded runs displayed while there are none: the selected one, and those beneath. */
const EXAMPLE = ['right', 'small', 'large'].map((rate) => `${RECORDED_PREFIX}learning-rate-${rate}`);

const USUALLY = { axis: 'steps', smoothing: 0.6, view: 'kernels' } as const;

export class Lab {
  settings = $state.raw<Settings>(DEFAULTS);
  run = $state<string | null>(null);
  compared = $state.raw<string[]>([]);
  axis = $state<Axis>(USUALLY.axis);
  log = $state(false);
  peaks = $state(false);
  smoothing = $state<number>(USUALLY.smoothing);
  view = $state<View>(USUALLY.view);

  runs = $state.raw<Run[] | null>(null);
  /** Runs whose files cannot be read; they can only be deleted. */
  damaged = $state.raw<wire.DamagedRun[]>([]);
  /** Recorded runs opened by id, which are not in the list. */
  prepared = $state.raw<Run[]>([]);
  watches = $state.raw<Watch[]>([]);
  problem = $state.raw<Problem | null>(null);
  /** Problems of runs opened by id. */
  readonly #missed = new SvelteMap<string, Problem>();
  /** True while a run is loading. */
  beginning = $state(false);
  /** True if recorded runs are displayed because the visitor has none. */
  example = $state(false);
  #places = $state.raw(assignSlots([], NONE));
  readonly #server: Server;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #open = false;
  #chosen = false; // whether the visitor or an attribute has said which run is shown

  constructor(attributes: Attributes, server?: Server) {
    this.#server = server;
    this.setAttributes(attributes);
  }

  get server(): Server {
    return this.#server;
  }

  setAttributes(attributes: Attributes): void {
    const text = attributes.settings ?? '';
    if (text !== settingsText(this.settings)) this.settings = readSettings(text);
    if (attributes.run || !this.example) {
      this.example = false;
      this.run = attributes.run || null;
      this.#chosen ||= this.run !== null;
      this.compared = (attributes.compare ?? '').split(',').filter((id) => id !== '' && id !== this.run);
    }
    this.axis = oneOf(AXES, attributes.axis, USUALLY.axis);
    this.log = attributes.log === true;
    this.peaks = attributes.peaks === true;
    this.smoothing = within(attributes.smoothing, 0, 0.99, USUALLY.smoothing);
    this.view = oneOf(VIEWS, attributes.view, USUALLY.view);
    this.#follow();
    if (this.#open && this.#missing().length > 0) void this.look();
  }

  get attributes(): Record<string, string> {
    const settings = settingsText(this.settings);
    return {
      ...(this.run === null || this.example ? {} : { run: this.run }),
      ...(this.compared.length === 0 || this.example ? {} : { compare: this.compared.join(',') }),
      ...(settings === '' ? {} : { settings }),
      ...(this.axis === USUALLY.axis ? {} : { axis: this.axis }),
      ...(this.log ? { log: '' } : {}),
      ...(this.peaks ? { peaks: '' } : {}),
      ...(this.smoothing === USUALLY.smoothing ? {} : { smoothing: String(this.smoothing) }),
      ...(this.view === USUALLY.view ? {} : { view: this.view }),
    };
  }

  /** The selected run. */
  get watch(): Watch | null {
    return this.watches.find(({ id }) => id === this.run) ?? null;
  }

  /** True if the displayed runs are loaded, so that other requests do not delay them. */
  get opened(): boolean {
    return this.problem !== null || (this.runs !== null && !this.watches.some(({ arriving }) => arriving));
  }

  /** Reason why a selected run is not displayed. */
  get missing(): Problem | null {
    return this.#named.flatMap((id) => this.#missed.get(id) ?? [])[0] ?? null;
  }

  /** Colour slot of a displayed run. */
  placeOf(id: string): number {
    return this.#places.get(id) ?? 0;
  }

  /** Polls the list of runs; returns a function that stops this. */
  open(): () => void {
    this.#open = true;
    void this.look();
    const back = () => document.visibilityState === 'visible' && void this.look();
    document.addEventListener('visibilitychange', back);
    return () => {
      this.#open = false;
      clearTimeout(this.#timer);
      document.removeEventListener('visibilitychange', back);
      for (const watch of this.watches) watch.close();
      this.watches = [];
    };
  }

  async look(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      const [all] = await Promise.all([wire.runList(this.#server), this.#prepare()]);
      this.damaged = all.damaged;
      this.runs = all.runs; // the newest first
      if (this.problem?.field === 'connection') this.problem = null;
      if (!this.#chosen) this.#choose();
      if (this.#missing().length > 0) await this.#prepare();
      this.#follow();
    } catch (error) {
      this.#said(error);
    }
    if (!this.#open) return;
    const busy = this.problem !== null || this.runs?.some(isLive) === true;
    this.#timer = setTimeout(() => void this.look(), busy ? BUSY : IDLE);
  }

  set<Name extends keyof Settings>(name: Name, value: Settings[Name]): void {
    this.settings = { ...this.settings, [name]: value };
  }

  /** Starts a run; the previously selected one stays displayed beneath it. */
  async train(): Promise<void> {
    if (this.beginning) return;
    this.beginning = true;
    try {
      const run = await wire.startRun($state.snapshot(this.settings), this.#server);
      this.problem = null;
      const before = this.watch;
      const under = before !== null && before.run.status !== 'failed' && !this.example ? [before.id] : [];
      this.runs = [run, ...(this.runs ?? [])];
      this.show(run.id, under);
    } catch (error) {
      this.#said(error);
    } finally {
      this.beginning = false;
    }
    void this.look();
  }

  /** Trains the displayed recorded runs again; the new runs replace them. */
  async trainAll(): Promise<void> {
    if (this.beginning || this.prepared.length === 0) return;
    this.beginning = true;
    try {
      const begun: Run[] = [];
      for (const { settings } of this.prepared) begun.push(await wire.startRun(settings, this.#server));
      this.problem = null;
      this.runs = [...begun.toReversed(), ...(this.runs ?? [])];
      const [first, ...rest] = begun.map(({ id }) => id);
      if (first !== undefined) this.show(first, rest);
    } catch (error) {
      this.#said(error);
    } finally {
      this.beginning = false;
    }
    void this.look();
  }

  show(id: string, under: readonly string[] = this.compared): void {
    this.#chosen = true;
    this.example = false;
    this.run = id;
    this.compared = under.filter((one) => one !== id).slice(0, MOST_SHOWN - 1);
    this.#follow();
  }

  /** Adds a run to the displayed ones, or removes it. */
  compare(id: string, on: boolean): void {
    if (!on) this.compared = this.compared.filter((one) => one !== id);
    else if (this.run === null) this.show(id);
    else this.compared = [...this.compared.filter((one) => one !== id), id].slice(-(MOST_SHOWN - 1));
    this.#follow();
  }

  stop(id: string): Promise<void> {
    return this.#do(() => wire.stop(id, this.#server));
  }

  resume(id: string): Promise<void> {
    return this.#do(async () => {
      const run = await wire.resume(id, this.#server);
      this.watches.find((watch) => watch.id === id)?.again(run);
    });
  }

  rename(id: string, change: { name?: string; note?: string }): Promise<void> {
    return this.#do(() => wire.rename(id, change, this.#server));
  }

  async remove(id: string): Promise<void> {
    await this.#do(() => wire.remove(id, this.#server));
    if (this.runs?.some((run) => run.id === id) === true) return; // it was not let go
    this.compared = this.compared.filter((one) => one !== id);
    if (this.run === id) {
      this.run = this.compared[0] ?? null;
      this.compared = this.compared.slice(1);
      if (this.run === null) this.#choose();
      if (this.example) await this.look();
    }
    this.#follow();
  }

  /** Copies a run's settings to the next one. */
  repeat(run: Run): void {
    this.settings = completeSettings(run.settings);
  }

  /** Default selection: a running run, else the newest with these settings. */
  #choose(): void {
    const text = settingsText(this.settings);
    const mine = (run: Run) => text === '' || settingsText(completeSettings(run.settings)) === text;
    const fitting = this.runs?.filter(mine) ?? [];
    this.run = (fitting.find(isLive) ?? fitting[0])?.id ?? null;
    if (this.example) this.compared = [];
    this.example = text === '' && this.runs?.length === 0 && this.compared.length === 0;
    if (this.example) [this.run = null, ...this.compared] = EXAMPLE;
  }

  get #named(): string[] {
    return [this.run, ...this.compared].filter((id) => id !== null);
  }

  /** Loads displayed runs that are not in the list; some may be deleted. */
  async #prepare(): Promise<void> {
    const found = await Promise.all(this.#missing().map((id) => this.#find(id)));
    const fresh = found.filter((run) => run !== null).filter(({ id }) => isRecorded(id) && !this.#has(id));
    if (fresh.length > 0) this.prepared = [...this.prepared, ...fresh];
  }

  async #find(id: string): Promise<Run | null> {
    try {
      return await wire.run(id, this.#server);
    } catch (error) {
      if (!(error instanceof RequestError) || error.problem.status !== 404) throw error;
      this.#missed.set(id, error.problem);
      return null;
    }
  }

  #missing(): string[] {
    return this.#named.filter((id) => !this.#missed.has(id) && !this.#has(id));
  }

  /** Until the list is loaded, every run counts as existing. */
  #has(id: string): boolean {
    return isRecorded(id)
      ? this.prepared.some((one) => one.id === id)
      : (this.runs?.some((one) => one.id === id) ?? true);
  }

  /** Follows the displayed runs only. */
  #follow(): void {
    if (this.runs === null) return;
    const known = [...this.runs, ...this.prepared];
    const wanted = [this.run, ...this.compared].filter((id) => id !== null);
    const kept = this.watches.filter((watch) => wanted.includes(watch.id));
    for (const watch of this.watches) if (!kept.includes(watch)) watch.close();
    const next = wanted.flatMap((id) => {
      const run = known.find((one) => one.id === id);
      const watch = kept.find((one) => one.id === id);
      if (watch !== undefined && run !== undefined) watch.told(run);
      return watch ? [watch] : run ? [new Watch(run, this.#server, this.smoothing)] : [];
    });
    if (next.length !== this.watches.length || next.some((watch, index) => watch !== this.watches[index])) {
      this.#places = assignSlots(
        next.map(({ id }) => id),
        this.#places,
      );
      this.watches = next;
    }
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.problem = null;
    } catch (error) {
      this.#said(error);
    }
    await this.look();
  }

  #said(error: unknown): void {
    if (error instanceof RequestError) this.problem = error.problem;
    else if (error instanceof TypeError) {
      this.problem = {
        type: 'about:blank',
        title: '',
        status: 0,
        detail: '',
        why: null,
        field: 'connection',
        reason: '',
      };
    } else throw error;
  }
}
