/** What the visitor is looking at: a network, its newest frame, the map under the finger; mirrored in the address. */

import { untrack } from 'svelte';

import { isRun, runOf, versionOf, withoutReshapes } from '../scene/network';
import { whenBetter } from '../wire/better';
import type { Frame } from '../wire/frame';
import { Live, type Status } from '../wire/live';
import type { SettingsSaid } from '../wire/runs';
import type { Raster } from '../wire/stroke';
import type { Closely, LayerRow, Look, NetworkDetail, Problem } from '../wire/types';
import { at, here, readPlace, show, withPlace, type Scale, type Selection } from './url';

export type { Scale, Selection } from './url';

export interface Offer {
  name: string;
  title: string;
  /** The settings of the run that trained it, once they are known. */
  settings?: SettingsSaid;
}

export interface SessionOptions {
  models: Offer[];
  /** The network of a visitor who asks for none. */
  usual: string;
  /** Another network to begin with than the usual one; the address, where it is mirrored, goes before it. */
  model?: string;
  /** Where the server is; this page's own by default. */
  server?: string | URL;
  /** Whether the address follows: for the exhibit that is the page, not for one inside a lesson. */
  mirrored?: boolean;
}

const NOTHING: Omit<Look, 'model'> = { type: 'look', layers: [], closely: [], steps: false };
const PAPER = 250; // grey levels from which on a pixel of a raster is paper
const ABSENT = 404;
const AGAIN = 2000; // ms until a network's layers are asked for again

export class Session {
  /** The networks that can be chosen: those that everyone is offered, and the run that was opened last. */
  models = $state.raw<Offer[]>([]);
  readonly usual: string;
  readonly server: URL;
  readonly mirrored: boolean;

  /** The network that is asked for; the one on show gives way to it when its first frame is there. */
  model = $state('');
  /** The network on show. */
  detail = $state.raw<NetworkDetail | null>(null);
  frame = $state.raw<Frame | null>(null);
  status = $state<Status>('connecting');
  retryAt = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Whether the server has no such network as is asked for. */
  gone = $state(false);
  /** Whether the network's layers could not be asked for, although the socket is open. */
  unreached = $state(false);
  /** Whether something is on the sheet in which no ink was found. */
  inkless = $state(false);
  selected = $state.raw<Selection | null>(null);
  scale = $state<Scale>('map');

  /** Called when a raster has left for the server; `time` is that of the pointer event which drew it. */
  onstroke: ((sequence: number, time: number) => void) | null = null;

  #live: Live | null = null;
  /** The network that takes the place of the one on show with its first frame. */
  #coming: NetworkDetail | null = null;
  #inView: string[] | null = null;
  #closely: Closely[] = [];
  #steps = false;
  #raster: Raster | null = null;
  #sent = 0;
  #said = '';
  #arrived: Frame | null = null;
  #asking: AbortController | null = null;
  /** Ends the looks at a run that is training. */
  #growing: (() => void) | null = null;
  #watched = '';
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SessionOptions) {
    this.models = options.models;
    this.usual = options.usual;
    this.server = at(options.server ?? '/');
    this.mirrored = options.mirrored ?? false;
    const place = this.mirrored ? readPlace(here()) : null;
    this.model = [place?.model, options.model].find((name) => name != null && this.takes(name)) ?? this.usual;
    this.#offer({ name: this.model, title: runOf(this.model) });
    this.selected = place?.selected ?? null;
    this.scale = place?.scale ?? 'map';
  }

  /** Whether there can be a network of this name: one that is offered, or a run's. */
  takes(name: string): boolean {
    return isRun(name) || this.models.some((offer) => offer.name === name);
  }

  /** The name of the network on show. */
  get shown(): string {
    return this.detail?.name ?? this.model;
  }

  get layers(): LayerRow[] {
    return this.detail?.layers ?? [];
  }

  /** Connects and asks for the network's layers; what it returns ends both. An effect that opens it depends on nothing here. */
  open(): () => void {
    return untrack(() => this.#opened());
  }

  #opened(): () => void {
    const socket = at(this.server, 'live');
    socket.protocol = socket.protocol === 'https:' ? 'wss:' : 'ws:';
    this.#said = JSON.stringify(this.#view);
    this.#live = new Live(socket.href, this.#view, {
      frame: (frame) => this.#show(frame),
      status: (status, retryAt) => {
        this.status = status;
        this.retryAt = retryAt;
        if (status === 'live' && !this.#known) void this.#ask();
      },
      problem: (problem) => this.#refused(problem),
      sent: (sequence, time) => {
        this.#sent = sequence;
        this.onstroke?.(sequence, time);
      },
    });
    if (this.#raster !== null) this.#live.draw(this.#raster);
    void this.#ask();
    const back = () => this.#live?.retry();
    addEventListener('online', back);
    document.addEventListener('visibilitychange', back);
    return () => {
      removeEventListener('online', back);
      document.removeEventListener('visibilitychange', back);
      this.#asking?.abort();
      clearTimeout(this.#again);
      this.#growing?.();
      this.#watched = '';
      this.#live?.close();
      this.#live = null;
    };
  }

  /** The drawing as it is now; `time` is that of the event which changed it. */
  draw(raster: Raster, time = 0): void {
    this.#raster = raster;
    this.#live?.draw(raster, time);
  }

  /** These layers are in view; all of the network's are until somebody says so. */
  look(layers: string[]): void {
    this.#inView = layers;
    this.#tell();
  }

  /** These maps are wanted as float32, beside the selected one. */
  lookClosely(maps: Closely[]): void {
    this.#closely = maps;
    this.#tell();
  }

  /** Whether the way from picture to input is in view. */
  showSteps(shown: boolean): void {
    this.#steps = shown;
    this.#tell();
  }

  select(selected: Selection | null): void {
    this.selected = selected;
    this.#tell();
    this.#mirror();
  }

  setScale(scale: Scale): void {
    this.scale = scale;
    this.#mirror();
  }

  setModel(name: string): void {
    if (name === this.model) return;
    this.model = name;
    this.#coming = null;
    this.problem = null;
    this.gone = false;
    this.#offer({ name, title: runOf(name) });
    this.#tell();
    this.#mirror();
    void this.#ask();
  }

  retry(): void {
    this.#live?.retry();
  }

  get #view(): Look {
    const facts = this.#coming ?? this.detail;
    // While a run's network is not known to be there, the strokes are answered by one that is.
    if (facts === null && isRun(this.model)) return { ...NOTHING, model: this.usual };
    if (this.gone && facts?.name === this.model) return { ...NOTHING, model: this.usual };
    const closely = this.#coming === null ? [...this.#closely] : [];
    const selected = this.selected;
    const shape = shapeOf(facts, selected?.layer);
    if (selected !== null && shape !== undefined && selected.map < (shape[0] ?? 0)) {
      const wanted = { layer: selected.layer, map: isVector(shape) ? 0 : selected.map };
      if (!closely.some(({ layer, map }) => layer === wanted.layer && map === wanted.map)) closely.push(wanted);
    }
    // A function in a forward pass is a layer of the trace, but only modules are recorded.
    const all = facts?.layers ?? [];
    const names = this.#coming === null ? (this.#inView ?? all.map(({ name }) => name)) : all.map(({ name }) => name);
    // A function, or a module's second call, is a layer of the trace that is not recorded.
    const left = all.filter(({ name, module }) => module !== name).map(({ name }) => name);
    const layers = names.filter((name) => !left.includes(name));
    return { type: 'look', model: facts?.name ?? this.model, layers, closely, steps: this.#steps };
  }

  #tell(): void {
    const view = this.#view;
    const said = JSON.stringify(view);
    if (said === this.#said) return;
    this.#said = said;
    this.#live?.look(view);
  }

  #mirror(): void {
    if (this.mirrored) show(withPlace(here(), this, { model: this.usual }));
  }

  /** At most one frame for each of the display's, the newest. */
  #show(frame: Frame): void {
    if (this.#arrived === null) {
      requestAnimationFrame(() => {
        const arrived = this.#arrived;
        this.#arrived = null;
        if (arrived === null) return;
        const { model } = arrived.header;
        if (this.#coming?.name === model) this.#adopt(this.#coming);
        else if (model !== this.shown) return;
        this.frame = arrived;
        const { blank, sequence } = arrived.header;
        this.inkless = blank && sequence === this.#sent && this.#raster !== null && isMarked(this.#raster);
        if (model === this.model) this.problem = null;
      });
    }
    this.#arrived = frame;
  }

  /** Whether the layers of the network that is asked for are known. */
  get #known(): boolean {
    return (this.#coming ?? this.detail)?.name === this.model;
  }

  /** Shows another network; what was in view of the one before says nothing of it. */
  #adopt(detail: NetworkDetail): void {
    if (this.detail?.name !== detail.name) {
      this.#inView = null;
      this.#closely = [];
    }
    if (this.frame?.header.model !== detail.name) this.frame = null;
    const others = this.detail?.name === detail.name && versionOf(this.detail) !== versionOf(detail);
    this.detail = detail;
    if (others && this.#raster !== null) this.#live?.draw(this.#raster); // it is answered by other weights
    this.#coming = null;
    this.#keepSelection();
    this.#tell();
  }

  /** A run that waits has no weights yet, and those of one that is training become others. */
  #watch(): void {
    if (this.#watched === this.model) return;
    this.#growing?.();
    this.#watched = this.model;
    this.#growing = whenBetter(this.model, this.server, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    this.#watch();
    this.#asking?.abort();
    clearTimeout(this.#again);
    const asking = (this.#asking = new AbortController());
    try {
      const response = await fetch(at(this.server, `models/${this.model}`), { signal: asking.signal });
      const answer: unknown = await response.json();
      this.unreached = false;
      if (!response.ok) {
        if (response.status === ABSENT) this.gone = true;
        else this.problem = answer as Problem;
        return;
      }
      const detail = withoutReshapes(answer as NetworkDetail);
      this.gone = false;
      if (isRun(detail.name)) {
        this.#offer({ name: detail.name, title: detail.title, settings: detail.card.settings as SettingsSaid });
      }
      const replaces = this.detail !== null && this.detail.name !== detail.name;
      if (replaces && this.#raster !== null) {
        this.#coming = detail;
        this.#tell();
      } else this.#adopt(detail);
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof TypeError)) throw error;
      this.unreached = true;
      this.#again = setTimeout(() => void this.#ask(), AGAIN);
    }
  }

  /** A run that has been deleted is gone; what is on show of it stays. */
  #refused(problem: Problem): void {
    if (isRun(this.model) && problem.why != null) {
      this.gone = true;
      this.#tell();
    } else this.problem = problem;
  }

  /** A run stands beside those that everyone is offered, in the place of the one before. */
  #offer(offer: Offer): void {
    if (isRun(offer.name)) this.models = [...this.models.filter(({ name }) => !isRun(name)), offer];
  }

  /** A map (a unit, in a vector) that this network does not have is not selected. */
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

/** Layers of one unit for each map, C5 among them, travel as one row. */
function isVector([, height = 1, width = 1]: number[]): boolean {
  return height === 1 && width === 1;
}

function isMarked({ data }: Raster): boolean {
  return data.some((grey) => grey < PAPER);
}
