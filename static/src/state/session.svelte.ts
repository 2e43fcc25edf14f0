/** State of the LeNet exhibit: a network, its newest frame and the selected map, mirrored in the address. */

import { untrack } from 'svelte';

import { isRun, runOf, versionOf, withoutReshapes } from '../scene/network';
import { watchWeights } from '../wire/watch-weights';
import type { Frame } from '../wire/frame';
import { LiveSocket, type Status } from '../wire/live';
import type { GivenSettings } from '../wire/runs';
import type { Raster } from '../wire/stroke';
import type { Closely, LayerRow, Look, NetworkDetail, Problem } from '../wire/types';
import { at, currentAddress, readShared, replaceAddress, withShared, type Scale, type Selection } from './url';

export type { Scale, Selection } from './url';

export interface Offer {
  name: string;
  title: string;
  /** Settings of the run that trained it, once loaded. */
  settings?: GivenSettings;
}

export interface SessionOptions {
  models: Offer[];
  /** The default network. */
  defaultModel: string;
  /** The initial network, if not the default; a mirrored address overrides it. */
  model?: string;
  /** Root of the server; by default the page's own. */
  server?: string | URL;
  /** Mirrors the state in the address: for the exhibit that is the page, not for one inside a lesson. */
  mirrored?: boolean;
}

const EMPTY_VIEW: Omit<Look, 'model'> = { type: 'look', layers: [], closely: [], steps: false };
const PAPER_LEVEL = 250; // grey level from which on a pixel of a raster counts as paper
const ABSENT = 404;
const RETRY_DELAY = 2000; // ms before a network's layers are requested again

export class Session {
  /** Networks to choose from: those of the server, and the last opened run. */
  models = $state.raw<Offer[]>([]);
  readonly defaultModel: string;
  readonly server: URL;
  readonly mirrored: boolean;

  /** The selected network; it replaces the displayed one with its first frame. */
  model = $state('');
  /** The displayed network. */
  detail = $state.raw<NetworkDetail | null>(null);
  frame = $state.raw<Frame | null>(null);
  status = $state<Status>('connecting');
  retryAt = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** True if the server has no network of this name. */
  missing = $state(false);
  /** True if the network's layers could not be loaded although the socket is open. */
  unreachable = $state(false);
  /** True if the drawing has marks but preprocessing finds no ink. */
  inkless = $state(false);
  selected = $state.raw<Selection | null>(null);
  scale = $state<Scale>('map');

  /** Called when a raster has been sent; `time` is the timestamp of the pointer event that drew it. */
  onstroke: ((sequence: number, time: number) => void) | null = null;

  #live: LiveSocket | null = null;
  /** The network that replaces the displayed one with its first frame. */
  #next: NetworkDetail | null = null;
  #inView: string[] | null = null;
  #closely: Closely[] = [];
  #steps = false;
  #raster: Raster | null = null;
  #sentSequence = 0;
  #sentView = '';
  #newestFrame: Frame | null = null;
  #controller: AbortController | null = null;
  /** Stops watching a run that is training. */
  #stopWatching: (() => void) | null = null;
  #watchedModel = '';
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SessionOptions) {
    this.models = options.models;
    this.defaultModel = options.defaultModel;
    this.server = at(options.server ?? '/');
    this.mirrored = options.mirrored ?? false;
    const shared = this.mirrored ? readShared(currentAddress()) : null;
    this.model = [shared?.model, options.model].find((name) => name != null && this.accepts(name)) ?? this.defaultModel;
    this.#addOffer({ name: this.model, title: runOf(this.model) });
    this.selected = shared?.selected ?? null;
    this.scale = shared?.scale ?? 'map';
  }

  /** True if `name` is a network of the server or a run. */
  accepts(name: string): boolean {
    return isRun(name) || this.models.some((offer) => offer.name === name);
  }

  /** Name of the displayed network. */
  get displayedModel(): string {
    return this.detail?.name ?? this.model;
  }

  get layers(): LayerRow[] {
    return this.detail?.layers ?? [];
  }

  /** Connects and loads the network's layers; returns a function that ends both. Untracked, so an effect may call it. */
  open(): () => void {
    return untrack(() => this.#connect());
  }

  #connect(): () => void {
    const socket = at(this.server, 'live');
    socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#sentView = JSON.stringify(this.#view);
    this.#live = new LiveSocket(socket.href, this.#view, {
      frame: (frame) => this.#onFrame(frame),
      status: (status, retryAt) => {
        this.status = status;
        this.retryAt = retryAt;
        if (status === 'live' && !this.#isLoaded) void this.#load();
      },
      problem: (problem) => this.#onProblem(problem),
      sent: (sequence, time) => {
        this.#sentSequence = sequence;
        this.onstroke?.(sequence, time);
      },
    });
    if (this.#raster !== null) this.#live.draw(this.#raster);
    void this.#load();
    const retry = () => this.#live?.retry();
    addEventListener('online', retry);
    document.addEventListener('visibilitychange', retry);
    return () => {
      removeEventListener('online', retry);
      document.removeEventListener('visibilitychange', retry);
      this.#controller?.abort();
      clearTimeout(this.#retryTimer);
      this.#stopWatching?.();
      this.#watchedModel = '';
      this.#live?.close();
      this.#live = null;
    };
  }

  /** Sends the drawing; `time` is the timestamp of the event that changed it. */
  draw(raster: Raster, time = 0): void {
    this.#raster = raster;
    this.#live?.draw(raster, time);
  }

  /** Sets the layers in view; all layers until this is called. */
  look(layers: string[]): void {
    this.#inView = layers;
    this.#sendView();
  }

  /** Requests these maps as float32, in addition to the selected one. */
  lookClosely(maps: Closely[]): void {
    this.#closely = maps;
    this.#sendView();
  }

  /** Requests the preprocessing steps while they are in view. */
  showSteps(visible: boolean): void {
    this.#steps = visible;
    this.#sendView();
  }

  select(selected: Selection | null): void {
    this.selected = selected;
    this.#sendView();
    this.#mirror();
  }

  setScale(scale: Scale): void {
    this.scale = scale;
    this.#mirror();
  }

  setModel(name: string): void {
    if (name === this.model) return;
    this.model = name;
    this.#next = null;
    this.problem = null;
    this.missing = false;
    this.#addOffer({ name, title: runOf(name) });
    this.#sendView();
    this.#mirror();
    void this.#load();
  }

  retry(): void {
    this.#live?.retry();
  }

  get #view(): Look {
    const detail = this.#next ?? this.detail;
    // Until a run's network is loaded, the default network answers the strokes.
    if (detail === null && isRun(this.model)) return { ...EMPTY_VIEW, model: this.defaultModel };
    if (this.missing && detail?.name === this.model) return { ...EMPTY_VIEW, model: this.defaultModel };
    const closely = this.#next === null ? [...this.#closely] : [];
    const selected = this.selected;
    const shape = shapeOf(detail, selected?.layer);
    if (selected !== null && shape !== undefined && selected.map < (shape[0] ?? 0)) {
      const selectedMap = { layer: selected.layer, map: isVector(shape) ? 0 : selected.map };
      if (!closely.some(({ layer, map }) => layer === selectedMap.layer && map === selectedMap.map))
        closely.push(selectedMap);
    }
    const all = detail?.layers ?? [];
    // A function, or a module's second call, is a layer of the trace that is not recorded.
    const unrecorded = all.filter(({ name, module }) => module !== name).map(({ name }) => name);
    const names = all.map(({ name }) => name);
    const layers = (this.#next === null ? (this.#inView ?? names) : names).filter((name) => !unrecorded.includes(name));
    return { type: 'look', model: detail?.name ?? this.model, layers, closely, steps: this.#steps };
  }

  #sendView(): void {
    const view = this.#view;
    const text = JSON.stringify(view);
    if (text === this.#sentView) return;
    this.#sentView = text;
    this.#live?.look(view);
  }

  #mirror(): void {
    if (this.mirrored) replaceAddress(withShared(currentAddress(), this, { model: this.defaultModel }));
  }

  /** Displays the newest frame, at most one per animation frame. */
  #onFrame(frame: Frame): void {
    if (this.#newestFrame === null) {
      requestAnimationFrame(() => {
        const newest = this.#newestFrame;
        this.#newestFrame = null;
        if (newest === null) return;
        const { model } = newest.header;
        if (this.#next?.name === model) this.#adopt(this.#next);
        else if (model !== this.displayedModel) return;
        this.frame = newest;
        const { blank, sequence } = newest.header;
        this.inkless = blank && sequence === this.#sentSequence && this.#raster !== null && isMarked(this.#raster);
        if (model === this.model) this.problem = null;
      });
    }
    this.#newestFrame = frame;
  }

  /** True if the selected network's layers are loaded. */
  get #isLoaded(): boolean {
    return (this.#next ?? this.detail)?.name === this.model;
  }

  /** Displays another network; the old view is reset because its layers may differ. */
  #adopt(detail: NetworkDetail): void {
    if (this.detail?.name !== detail.name) {
      this.#inView = null;
      this.#closely = [];
    }
    if (this.frame?.header.model !== detail.name) this.frame = null;
    const retrained = this.detail?.name === detail.name && versionOf(this.detail) !== versionOf(detail);
    this.detail = detail;
    if (retrained && this.#raster !== null) this.#live?.draw(this.#raster); // its weights have changed
    this.#next = null;
    this.#keepSelection();
    this.#sendView();
  }

  /** Watches a run: a queued one has no weights yet, those of a running one change. */
  #watch(): void {
    if (this.#watchedModel === this.model) return;
    this.#stopWatching?.();
    this.#watchedModel = this.model;
    this.#stopWatching = watchWeights(this.model, this.server, () => void this.#load());
  }

  async #load(): Promise<void> {
    this.#watch();
    this.#controller?.abort();
    clearTimeout(this.#retryTimer);
    const controller = (this.#controller = new AbortController());
    try {
      const response = await fetch(at(this.server, `models/${this.model}`), { signal: controller.signal });
      const answer: unknown = await response.json();
      this.unreachable = false;
      if (!response.ok) {
        if (response.status === ABSENT) this.missing = true;
        else this.problem = answer as Problem;
        return;
      }
      const detail = withoutReshapes(answer as NetworkDetail);
      this.missing = false;
      if (isRun(detail.name)) {
        this.#addOffer({ name: detail.name, title: detail.title, settings: detail.card.settings as GivenSettings });
      }
      const replaces = this.detail !== null && this.detail.name !== detail.name;
      if (replaces && this.#raster !== null) {
        this.#next = detail;
        this.#sendView();
      } else this.#adopt(detail);
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!(error instanceof TypeError)) throw error;
      this.unreachable = true;
      this.#retryTimer = setTimeout(() => void this.#load(), RETRY_DELAY);
    }
  }

  /** Handles a refused stroke; a deleted run stays on display until another network is chosen. */
  #onProblem(problem: Problem): void {
    if (isRun(this.model) && problem.why != null) {
      this.missing = true;
      this.#sendView();
    } else this.problem = problem;
  }

  /** Adds a run to the networks to choose from, replacing the previous one. */
  #addOffer(offer: Offer): void {
    if (isRun(offer.name)) this.models = [...this.models.filter(({ name }) => !isRun(name)), offer];
  }

  /** Clears the selection if this network does not have the map (or unit). */
  #keepSelection(): void {
    const selected = this.selected;
    if (selected === null) return;
    const shape = selected.layer === 'input' ? this.detail?.input_shape : shapeOf(this.detail, selected.layer);
    const maps = shape?.[0] ?? 0;
    if (selected.map >= maps) this.select(null);
  }
}

function shapeOf(network: NetworkDetail | null, layer: string | undefined): number[] | undefined {
  return network?.layers.find(({ name }) => name === layer)?.output_shape;
}

/** Layers whose maps are 1x1, such as C5, are sent as one vector. */
function isVector([, height = 1, width = 1]: number[]): boolean {
  return height === 1 && width === 1;
}

function isMarked({ data }: Raster): boolean {
  return data.some((grey) => grey < PAPER_LEVEL);
}
