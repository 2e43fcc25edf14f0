/** What a visitor has set on the normalization exhibit: which kind, on which maps, with which constants, which batch. */

import { ALEXNET, type LocalResponse } from '../../scene/normalization';
import { oneOf, whole, within } from '../../state/attributes';
import { Player } from '../parts/player.svelte';

export const KINDS = ['local-response', 'batch'] as const;
export type Kind = (typeof KINDS)[number];

/** Layers of LeNet-5 that can be normalized, as the trace names them; `signed`: their values can be below zero. */
export const LAYERS = {
  c1: { maps: 6, side: 28, signed: true },
  c1_relu: { maps: 6, side: 28, signed: false },
  s2: { maps: 6, side: 14, signed: false },
  c3: { maps: 16, side: 10, signed: true },
  c3_relu: { maps: 16, side: 10, signed: false },
  s4: { maps: 16, side: 5, signed: false },
} as const;
export type Layer = keyof typeof LAYERS;
export const LAYER_NAMES = Object.keys(LAYERS) as Layer[];

export const BATCHES = 20; // of the player
export const LARGEST_BATCH = 30; // the tray has 30 digits
/** The constants' bounds. */
export const BOUNDS = {
  size: [1, 16],
  alpha: [0, 10],
  beta: [0, 2],
  k: [0.01, 10],
  momentum: [0, 1],
  eps: [1e-6, 1],
} as const;

/** Constants with which the neighbours' competition can be seen on maps as small as these. */
export const STRONG: LocalResponse = { size: 5, alpha: 0.2, beta: 0.75, k: 1 };

export const NAMES = [
  ...(['kind', 'layer', 'input', 'map', 'size', 'alpha', 'beta', 'k'] as const),
  ...(['training', 'trained', 'batch', 'momentum', 'eps', 'seed', 'position', 'cell'] as const),
] as const;
type Name = (typeof NAMES)[number];
export type Given = Partial<Record<Name, string | undefined>>;

const USUAL = { kind: 'local-response', input: 'digit:21', batch: 8, momentum: 0.1, eps: 1e-5 } as const;
const USUAL_LAYER: Record<Kind, Layer> = { 'local-response': 'c1_relu', batch: 'c3' };

export class NormalizationState {
  kind = $state<Kind>(USUAL.kind);
  input = $state<string>(USUAL.input);
  #layer = $state<Layer | null>(null);
  #map = $state(0);
  #cell = $state<number | null>(null);
  response = $state.raw<LocalResponse>(ALEXNET);
  training = $state(true);
  #trained = $state(1);
  batch = $state<number>(USUAL.batch);
  momentum = $state<number>(USUAL.momentum);
  eps = $state<number>(USUAL.eps);
  seed = $state(0);

  /** Map after map, or batch after batch. */
  readonly players: Record<Kind, Player> = {
    'local-response': new Player({ length: LAYERS.c1_relu.maps, position: 0, rate: 1.5 }),
    batch: new Player({ length: BATCHES, position: 0, rate: 1.5 }),
  };
  #last: Given = {};

  get player(): Player {
    return this.players[this.kind];
  }

  get layer(): Layer {
    return this.#layer ?? USUAL_LAYER[this.kind];
  }

  get maps(): number {
    return LAYERS[this.layer].maps;
  }

  get side(): number {
    return LAYERS[this.layer].side;
  }

  get map(): number {
    return this.kind === 'batch' ? this.#map : this.players['local-response'].position;
  }

  /** The place in a map that is followed, by its index; null: where there is most to see. */
  get cell(): number | null {
    return this.#cell === null ? null : Math.min(this.side ** 2 - 1, this.#cell);
  }

  /** The batch that is shown, counted from 0. */
  get position(): number {
    return this.players.batch.position;
  }

  /** How many batches the running statistics have seen. */
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

  setLayer(layer: Layer): void {
    const { side } = this;
    const cell = this.#cell;
    this.#layer = layer;
    // The same part of the picture, on the new grid.
    if (cell !== null) {
      const scale = this.side / side;
      this.#cell = Math.floor(Math.floor(cell / side) * scale) * this.side + Math.floor((cell % side) * scale);
    }
    this.#fit();
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

  /** Into evaluation the running statistics go as they are, and stay. */
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

  /** Takes over the attributes that have changed since they were last read. */
  take(given: Given): void {
    const changed = (name: Name) => {
      const word = given[name] ?? undefined; // null where an attribute was taken away
      return word === this.#last[name] ? undefined : word;
    };
    const number = (name: keyof typeof BOUNDS, usual: number) =>
      within(changed(name), BOUNDS[name][0], BOUNDS[name][1], usual);
    if (changed('kind') !== undefined) this.kind = oneOf(KINDS, given.kind, this.kind);
    const layer = LAYER_NAMES.find((name) => name === changed('layer'));
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
    this.batch = whole(changed('batch'), 1, LARGEST_BATCH, this.batch);
    this.momentum = number('momentum', this.momentum);
    this.eps = number('eps', this.eps);
    this.seed = whole(changed('seed'), 0, 2 ** 31 - 1, this.seed);
    const position = changed('position');
    if (position !== undefined) this.players.batch.scrub(whole(position, 0, BATCHES - 1, this.position));
    if (changed('training') !== undefined) this.train(given.training !== 'false');
    this.#trained = whole(changed('trained'), 1, BATCHES, this.#trained);
    if (changed('map') !== undefined) this.setMap(whole(given.map, 0, this.maps - 1, this.map));
    if (changed('cell') !== undefined) this.#cell = whole(given.cell, 0, this.side ** 2 - 1, this.cell ?? 0);
    this.#last = { ...given };
  }

  /** The whole state, without what is as it would be anyhow. */
  get attributes(): Record<string, string> {
    const said: Record<string, string> = { kind: this.kind, layer: this.layer };
    const put = (name: Name, value: string | number, usual: string | number) => {
      if (value !== usual) said[name] = String(value);
    };
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
      put('map', this.map, 0);
      if (this.kind === 'batch') put('position', this.position, 0);
    }
    if (this.#cell !== null) said.cell = String(this.cell);
    return said;
  }
}
