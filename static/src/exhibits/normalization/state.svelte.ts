/** State of the normalization exhibit: kind, layer, constants, batch. */

import { isActivation, mapLayers, summedLayers, DEFAULT_NETWORK as NETWORK, type Maps } from '../../scene/network';
import { ALEXNET, type LocalResponse } from '../../scene/normalization';
import { oneOf, integerWithin, within } from '../../state/attributes';
import { NetworkSelection } from '../parts/network-selection.svelte';
import { Player } from '../parts/player.svelte';

export const KINDS = ['local-response', 'batch'] as const;
export type Kind = (typeof KINDS)[number];

export const BATCHES = 20; // of the player
export const LARGEST_BATCH = 30; // the tray has 30 digits
/** Bounds of the constants. */
export const BOUNDS = {
  size: [1, 16],
  alpha: [0, 10],
  beta: [0, 2],
  k: [0.01, 10],
  momentum: [0, 1],
  eps: [1e-6, 1],
} as const;

/** Constants with visible competition between neighbours on maps this small. */
export const STRONG: LocalResponse = { size: 5, alpha: 0.2, beta: 0.75, k: 1 };

export const NAMES = [
  ...(['kind', 'model', 'layer', 'input', 'map', 'size', 'alpha', 'beta', 'k'] as const),
  ...(['training', 'trained', 'batch', 'momentum', 'eps', 'seed', 'position', 'cell'] as const),
] as const;
type Name = (typeof NAMES)[number];
export type Given = Partial<Record<Name, string | undefined>>;

const USUAL = { kind: 'local-response', input: 'digit:21', batch: 8, momentum: 0.1, eps: 1e-5 } as const;
const MOST_MAPS = 512; // of a layer

export class NormalizationState {
  kind = $state<Kind>(USUAL.kind);
  input = $state<string>(USUAL.input);
  /** Network of the maps. */
  readonly opened = new NetworkSelection();
  /** Name from the attribute; the network may not have it. */
  #layer = $state<string | null>(null);
  #map = $state(0);
  #cell = $state<number | null>(null);
  /** Map selected before the network was loaded. */
  #said: number | null = null;
  response = $state.raw<LocalResponse>(ALEXNET);
  training = $state(true);
  #trained = $state(1);
  batch = $state<number>(USUAL.batch);
  momentum = $state<number>(USUAL.momentum);
  eps = $state<number>(USUAL.eps);
  seed = $state(0);

  /** Index of the map or of the batch. */
  readonly players: Record<Kind, Player> = {
    'local-response': new Player({ length: 1, position: 0, rate: 1.5 }),
    batch: new Player({ length: BATCHES, position: 0, rate: 1.5 }),
  };
  #last: Given = {};

  constructor() {
    this.meet();
  }

  get player(): Player {
    return this.players[this.kind];
  }

  /** Layers that can be normalized; empty if the network has no feature maps. */
  get layers(): Maps[] {
    return mapLayers(this.opened.network);
  }

  /** The displayed layer: the selected one, or the kind's default. */
  get layer(): Maps | null {
    return this.layers.find(({ name }) => name === this.#layer) ?? this.#usual;
  }

  /** Default layer: for responses after the first activation, as in AlexNet; for batches the sums of the last layer. */
  get #usual(): Maps | null {
    const { network } = this.opened;
    const found =
      this.kind === 'batch' ? summedLayers(network).at(-1) : this.layers.find(({ kind }) => isActivation(kind));
    return found ?? this.layers[0] ?? null;
  }

  get maps(): number {
    return this.layer?.maps ?? 1;
  }

  get #cells(): number {
    return this.layer === null ? 1 : this.layer.height * this.layer.width;
  }

  get map(): number {
    return this.kind === 'batch' ? this.#map : this.players['local-response'].position;
  }

  /** Selected position in a map, as an index; null: the strongest. */
  get cell(): number | null {
    return this.#cell === null ? null : Math.min(this.#cells - 1, this.#cell);
  }

  /** The displayed batch, from 0. */
  get position(): number {
    return this.players.batch.position;
  }

  /** Number of batches in the running statistics. */
  get trained(): number {
    return this.training ? this.position + 1 : this.#trained;
  }

  choose(kind: Kind): void {
    this.player.pause();
    const { map } = this;
    this.kind = kind;
    this.#fit();
    this.setMap(map);
  }

  setLayer(name: string): void {
    const before = this.layer;
    const cell = this.#cell;
    this.#layer = name;
    const { layer } = this;
    // The same part of the picture, on the new grid.
    if (cell !== null && before !== null && layer !== null && this.opened.ready) {
      const row = Math.floor((Math.floor(cell / before.width) * layer.height) / before.height);
      const col = Math.floor(((cell % before.width) * layer.width) / before.width);
      this.#cell = row * layer.width + col;
    }
    this.#fit();
  }

  /** Selects the default layer of another network. */
  open(model: string): void {
    this.opened.model = model;
    this.#layer = null;
    this.#cell = null;
    this.setMap(0);
  }

  /** Adjusts the selection to the loaded network's maps. */
  meet(): void {
    const { map } = this;
    this.#fit();
    this.setMap(this.#said ?? map);
    this.#said = null;
  }

  setInput(input: string): void {
    this.input = input;
  }

  setMap(map: number): void {
    const within = Math.min(this.maps - 1, Math.max(0, map));
    this.#map = within;
    this.players['local-response'].scrub(within);
  }

  follow(cell: number): void {
    this.#cell = cell;
  }

  setResponse(changed: Partial<LocalResponse>): void {
    this.response = { ...this.response, ...changed };
  }

  /** Evaluation mode keeps the running statistics unchanged. */
  train(training: boolean): void {
    if (!training) this.#trained = this.trained;
    this.training = training;
  }

  setBatch(size: number): void {
    this.batch = size;
  }

  setMomentum(momentum: number): void {
    this.momentum = momentum;
  }

  setEps(eps: number): void {
    this.eps = eps;
  }

  #fit(): void {
    const local = this.players['local-response'];
    local.pause();
    local.length = this.maps;
    if (local.position >= this.maps) local.scrub(this.maps - 1);
    this.#map = Math.min(this.#map, this.maps - 1);
  }

  /** Applies the attributes that have changed since the last call. */
  setAttributes(given: Given): void {
    const changed = (name: Name) => {
      const word = given[name] ?? undefined; // null where an attribute was taken away
      return word === this.#last[name] ? undefined : word;
    };
    const number = (name: keyof typeof BOUNDS, usual: number) =>
      within(changed(name), BOUNDS[name][0], BOUNDS[name][1], usual);
    if (changed('kind') !== undefined) this.kind = oneOf(KINDS, given.kind, this.kind);
    const model = changed('model');
    if (model !== undefined) this.opened.select(model);
    const layer = changed('layer');
    if (layer !== undefined) this.setLayer(layer);
    this.#fit();
    this.input = changed('input') || this.input;
    const { response } = this;
    this.response = {
      size: Math.round(number('size', response.size)),
      alpha: number('alpha', response.alpha),
      beta: number('beta', response.beta),
      k: number('k', response.k),
    };
    this.batch = integerWithin(changed('batch'), 1, LARGEST_BATCH, this.batch);
    this.momentum = number('momentum', this.momentum);
    this.eps = number('eps', this.eps);
    this.seed = integerWithin(changed('seed'), 0, 2 ** 31 - 1, this.seed);
    const position = changed('position');
    if (position !== undefined) this.players.batch.scrub(integerWithin(position, 0, BATCHES - 1, this.position));
    if (changed('training') !== undefined) this.train(given.training !== 'false');
    this.#trained = integerWithin(changed('trained'), 1, BATCHES, this.#trained);
    const { ready } = this.opened;
    if (changed('map') !== undefined) {
      const map = integerWithin(given.map, 0, (ready ? this.maps : MOST_MAPS) - 1, this.map);
      if (ready) this.setMap(map);
      else this.#said = map;
    }
    if (changed('cell') !== undefined)
      this.#cell = integerWithin(given.cell, 0, ready ? this.#cells - 1 : Infinity, this.cell ?? 0);
    this.#last = { ...given };
  }

  /** State as attributes, without defaults. */
  get attributes(): Record<string, string> {
    const { ready, model } = this.opened;
    const said: Record<string, string> = { kind: this.kind };
    const layer = ready ? this.layer?.name : this.#layer;
    if (layer != null) said.layer = layer;
    const put = (name: Name, value: string | number, usual: string | number) => {
      if (value !== usual) said[name] = String(value);
    };
    put('model', model, NETWORK);
    put('input', this.input, USUAL.input);
    if (this.kind === 'local-response') {
      for (const name of ['size', 'alpha', 'beta', 'k'] as const) put(name, this.response[name], ALEXNET[name]);
    } else {
      put('batch', this.batch, USUAL.batch);
      put('momentum', this.momentum, USUAL.momentum);
      put('eps', this.eps, USUAL.eps);
      put('seed', this.seed, 0);
      if (!this.training) [said.training, said.trained] = ['false', String(this.trained)];
    }
    if (!this.player.playing) {
      put('map', ready ? this.map : (this.#said ?? this.map), 0);
      if (this.kind === 'batch') put('position', this.position, 0);
    }
    if (this.#cell !== null) said.cell = String(ready ? this.cell : this.#cell);
    return said;
  }
}
