/** State of the activation exhibit: function, layer, and selected position. */

import { argument, COUNT, isKind, KINDS, LEAK, indexOf, type Kind } from '../../scene/activation';
import { DEEPEST, isInitialization, type Initialization } from '../../scene/chain';
import { isActivation, LENET5, summedLayers, DEFAULT_NETWORK as NETWORK, type Maps } from '../../scene/network';
import { NetworkSelection } from '../parts/network-selection.svelte';
import { Player } from '../parts/player.svelte';

export const VIEWS = ['curve', 'map', 'chain'] as const;
export type View = (typeof VIEWS)[number];

export const SEEDS = 1000;

/** Attributes of the element as text; `undefined` for a missing one. */
export type Given = Partial<Record<(typeof NAMES)[number], string | undefined>>;

export const NAMES = [
  ...(['kind', 'compare', 'slope', 'model', 'input', 'layer', 'map', 'view', 'x', 'position'] as const),
  ...(['depth', 'initialization', 'seed'] as const),
] as const;

const USUAL = {
  kind: 'relu',
  view: 'curve',
  input: 'digit:21',
  x: 1,
  depth: 30,
  initialization: 'he',
} as const;

const MOST_MAPS = 511; // of a layer, from 0
const FIRST = summedLayers(LENET5)[0] ?? null;

export class ActivationState {
  view = $state<View>(USUAL.view);
  kind = $state<Kind>(USUAL.kind);
  /** The other functions on the plot; null: those that a view begins with. */
  compared = $state.raw<Kind[] | null>(null);
  slope = $state(LEAK);
  input = $state<string>(USUAL.input);
  /** Whose maps they are. */
  readonly selection = new NetworkSelection();
  /** Name from the attribute; the network may not have it. */
  #layer = $state<string | null>(null);
  #map = $state(0);
  /** Cell for the map's player once the network is loaded. */
  #cell = $state<number | null>(null);
  depth = $state<number>(USUAL.depth);
  initialization = $state<Initialization>(USUAL.initialization);
  seed = $state(0);

  /** Positions on the curve, on the map, and on the gradient's way: one player per view. */
  readonly players: Record<View, Player> = {
    curve: new Player({ length: COUNT, position: indexOf(USUAL.x), rate: 16 }),
    map: new Player({ length: cellsOf(FIRST), position: cellsOf(FIRST) - 1, rate: 28 }),
    chain: new Player({ length: USUAL.depth, position: USUAL.depth - 1, rate: 5 }),
  };
  #last: Given = {};

  get player(): Player {
    return this.players[this.view];
  }

  /** The selected function first, then the compared ones. */
  get kinds(): Kind[] {
    const others = this.compared ?? (this.view === 'chain' ? (['sigmoid', 'tanh'] as const) : []);
    return [this.kind, ...KINDS.filter((kind) => others.includes(kind) && kind !== this.kind)];
  }

  /** Layers read by an activation function; empty if the network has no feature maps. */
  get layers(): Maps[] {
    return summedLayers(this.selection.network);
  }

  /** The displayed layer: for the name of an activation its input; by default the first. */
  get layer(): Maps | null {
    const { layers } = this;
    const selected = this.selection.network.layers.find(({ name }) => name === this.#layer);
    const summed = selected !== undefined && isActivation(selected.kind) ? selected.inputs[0] : this.#layer;
    return layers.find(({ name }) => name === summed) ?? layers[0] ?? null;
  }

  get map(): number {
    return this.#map < (this.layer?.maps ?? 0) ? this.#map : 0;
  }

  get x(): number {
    return argument(this.players.curve.position);
  }

  /** The layer reached by the gradient, from 1 to the depth. */
  get reached(): number {
    return this.depth - this.players.chain.position;
  }

  choose(kind: Kind): void {
    this.kind = kind;
  }

  compare(kind: Kind, on: boolean): void {
    const others = this.kinds.slice(1);
    this.compared = on ? [...others.filter((other) => other !== kind), kind] : others.filter((other) => other !== kind);
  }

  look(view: View): void {
    for (const player of Object.values(this.players)) player.pause();
    this.view = view;
  }

  moveTo(x: number): void {
    this.players.curve.scrub(indexOf(x));
  }

  setSlope(slope: number): void {
    this.slope = slope;
  }

  setLayer(layer: string): void {
    const { map } = this;
    this.#layer = layer;
    this.#map = Math.min(map, (this.layer?.maps ?? 1) - 1);
    this.#sizeMap();
  }

  setMap(map: number): void {
    this.#map = map;
  }

  /** Selects the first layer of another network. */
  open(model: string): void {
    this.selection.model = model;
    this.#layer = null;
    this.#map = 0;
  }

  /** Adjusts the player to the map size of the loaded network. */
  meet(): void {
    this.#sizeMap();
  }

  setInput(input: string): void {
    this.input = input;
  }

  setDepth(depth: number): void {
    this.depth = depth;
    const { chain } = this.players;
    chain.pause();
    chain.length = depth;
    chain.scrub(depth - 1);
  }

  setInitialization(initialization: Initialization): void {
    this.initialization = initialization;
  }

  setSeed(seed: number): void {
    this.seed = seed;
  }

  #sizeMap(): void {
    const { map } = this.players;
    const length = cellsOf(this.layer);
    if (map.length !== length) {
      map.pause();
      map.length = length;
      map.scrub(length - 1);
    }
    if (this.selection.ready && this.#cell !== null) {
      map.scrub(this.#cell);
      this.#cell = null;
    }
  }

  /** Applies the attributes that have changed since the last call; invalid ones are ignored. */
  setAttributes(given: Given): void {
    const changed = (name: (typeof NAMES)[number]) => {
      const word = given[name] ?? undefined; // null where an attribute was taken away
      return word === this.#last[name] ? undefined : word;
    };
    const number = (name: (typeof NAMES)[number], low: number, high: number, whole = true) => {
      const word = changed(name);
      const value = word === undefined || word.trim() === '' ? NaN : Number(word);
      return value >= low && value <= high && (!whole || Number.isInteger(value)) ? value : undefined;
    };
    const view = changed('view');
    if (view !== undefined && (VIEWS as readonly string[]).includes(view)) this.look(view as View);
    const kind = changed('kind');
    if (kind !== undefined && isKind(kind)) this.kind = kind;
    const compared = changed('compare');
    if (compared !== undefined) this.compared = compared.split(/[\s,]+/).filter(isKind);
    const model = changed('model');
    if (model !== undefined) this.selection.select(model);
    const layer = changed('layer');
    if (layer !== undefined) this.setLayer(layer);
    this.#map = number('map', 0, MOST_MAPS) ?? this.#map;
    this.input = changed('input') ?? this.input;
    this.slope = number('slope', 0, 1, false) ?? this.slope;
    const depth = number('depth', 1, DEEPEST);
    if (depth !== undefined) this.setDepth(depth);
    const initialization = changed('initialization');
    if (initialization !== undefined && isInitialization(initialization)) this.initialization = initialization;
    this.seed = number('seed', 0, SEEDS - 1) ?? this.seed;
    const x = number('x', -1e6, 1e6, false);
    if (x !== undefined) this.moveTo(x);
    const position = number('position', 0, this.selection.ready ? this.player.length - 1 : Infinity);
    if (position !== undefined && this.view === 'map' && !this.selection.ready) this.#cell = position;
    else if (position !== undefined && this.view !== 'curve') this.player.scrub(position);
    this.#last = { ...given };
  }

  /** State as attributes, without defaults. */
  get attributes(): Record<string, string> {
    const attributes: Record<string, string> = { view: this.view, kind: this.kind };
    const set = (name: string, value: string | number, fallback: string | number) => {
      if (value !== fallback) attributes[name] = String(value);
    };
    if (this.compared !== null) attributes.compare = this.kinds.slice(1).join(' ') || 'none';
    if (this.kinds.includes('leaky-relu')) set('slope', this.slope, LEAK);
    if (this.view === 'curve') set('x', this.x, USUAL.x);
    if (this.view === 'map') {
      set('input', this.input, USUAL.input);
      const { ready, model } = this.selection;
      set('model', model, NETWORK);
      const defaultLayer = ready ? (this.layers[0]?.name ?? '') : '';
      set('layer', ready ? (this.layer?.name ?? '') : (this.#layer ?? ''), defaultLayer);
      set('map', ready ? this.map : this.#map, 0);
    }
    if (this.view === 'chain') {
      set('depth', this.depth, USUAL.depth);
      set('initialization', this.initialization, USUAL.initialization);
      set('seed', this.seed, 0);
    }
    if (this.view === 'map' && this.#cell !== null) attributes.position = String(this.#cell);
    else if (this.view !== 'curve' && !this.player.playing)
      set('position', this.player.position, this.player.length - 1);
    return attributes;
  }
}

function cellsOf(layer: Maps | null): number {
  return layer === null ? 1 : layer.height * layer.width;
}
