/** What a visitor is looking at on the way from maps to a loss: which view, which layer, which unit, which target. */

import { byMap, cellAt, firstMaps, indexOf, kernel, sum, type Cell, type Shape, type Sum } from '../../scene/flatten';
import * as networks from '../../scene/network';
import { likeliest } from '../../scene/ranking';
import { softmax, STRENGTHS, targets, type Penalty, type Softmax } from '../../scene/softmax';
import type { Volume } from '../../scene/volume';
import { oneOf, integerWithin, within } from '../../state/attributes';
import { Opened } from '../parts/opened.svelte';
import { className, classText } from '../parts/run-names';
import { shownIn } from './layout';
import { LIMITS } from '../../wire/limits';

export const VIEWS = ['flatten', 'unit', 'convolution', 'softmax', 'loss', 'prior'] as const;
export type View = (typeof VIEWS)[number];

const MOST_UNITS = 512; // that are computed at once

export const TEMPERATURES = { lowest: 0.05, highest: 20 };
export const STAGES = 4; // logits, over T, powers, probabilities
export const STRONGEST = 100;

export interface Attributes {
  model?: string | undefined;
  input?: string | undefined;
  view?: string | undefined;
  unit?: number | string | undefined;
  layer?: string | undefined;
  temperature?: number | string | undefined;
  target?: number | string | undefined;
  smoothing?: number | string | undefined;
  penalty?: string | undefined;
  strength?: number | string | undefined;
  position?: number | string | undefined;
}

export interface Weights {
  /** [units][inputs], one row after the other. */
  weight: Float32Array;
  bias: Float32Array;
}

/** What POST /operations/linear says of the layer on screen, or of a part of its units. */
export interface Connected {
  /** The first of those units. */
  from: number;
  output: number[];
  convolution: number[];
  difference: number;
}

/** What POST /operations/softmax says of the visitor's logits. */
export interface Priced {
  probabilities: number[];
  logProbabilities: number[];
  targets: number[];
  loss: number;
  gradient: number[];
  /** All of the weights of the output layer; null until they are there. */
  penalty: number | null;
  /** penalty + constant = -ln prior; null for a flat prior, as what follows. */
  constant: number | null;
  logPrior: number | null;
  posterior: number | null;
}

const USUAL = {
  input: 'drawing',
  view: 'flatten',
  temperature: 1,
  penalty: 'l2',
  strength: 2,
} as const;

export class ClassifierState {
  readonly opened = new Opened();
  input = $state<string>(USUAL.input);
  // As they were said, whether or not the network has them.
  #view = $state<View>(USUAL.view);
  #layer = $state<string | null>(null);
  #unit = $state(0);
  #target = $state<number | null>(null);
  temperature = $state<number>(USUAL.temperature);
  smoothing = $state(0);
  penalty = $state<Penalty>(USUAL.penalty);
  strength = $state<number>(USUAL.strength);
  /** Steps of the player; null for the end. */
  position = $state<number | null>(null);
  /** What a hand points at: a place of the vector or a class. */
  pointed = $state<number | null>(null);

  maps = $state.raw<Map<string, Volume> | null>(null);
  weights = $state.raw<Partial<Record<string, Weights>>>({});
  connected = $state.raw<Connected | null>(null);
  priced = $state.raw<Priced | null>(null);

  /** The unit's sum, in float64; the server says the same in float32. */
  readonly sum = $derived.by((): Sum | null => {
    const [read, own] = [this.read, this.layerWeights];
    if (read === null || own === null) return null;
    const size = read.data.length;
    return sum(read.data, own.weight.subarray(this.unit * size, (this.unit + 1) * size), own.bias[this.unit] ?? 0);
  });

  constructor(attributes: Attributes = {}) {
    this.take(attributes);
  }

  take(attributes: Attributes): void {
    this.input = attributes.input || USUAL.input;
    this.opened.take(attributes.model);
    this.#view = oneOf(VIEWS, attributes.view, USUAL.view);
    this.#layer = attributes.layer || null;
    this.#unit = integerWithin(attributes.unit, 0, 1e6, 0);
    this.temperature = within(attributes.temperature, TEMPERATURES.lowest, TEMPERATURES.highest, USUAL.temperature);
    const target = attributes.target ?? '';
    this.#target = target === '' ? null : integerWithin(target, 0, 1e6, 0);
    this.smoothing = within(attributes.smoothing, 0, 0.9, 0);
    this.penalty = oneOf(['l1', 'l2'], attributes.penalty, USUAL.penalty);
    this.strength = within(attributes.strength, 0, STRONGEST, USUAL.strength);
    this.position = attributes.position == null ? null : integerWithin(attributes.position, 0, 1e6, 0);
    this.pointed = null;
  }

  get attributes(): Record<string, string> {
    const { model, ready } = this.opened;
    const [view, layer, unit, target] = ready
      ? [this.view, this.layer, this.unit, this.target]
      : [this.#view, this.#layer, this.#unit, this.#target];
    const said: Record<string, string> = {};
    if (model !== networks.USUAL) said.model = model;
    Object.assign(said, { input: this.input, view });
    if (view === 'unit' || view === 'convolution') {
      if (layer !== null) said.layer = layer;
      said.unit = String(unit);
    }
    if (this.temperature !== USUAL.temperature) said.temperature = String(this.temperature);
    if (target !== null) said.target = String(target);
    if (this.smoothing !== 0) said.smoothing = String(this.smoothing);
    if (view === 'prior') {
      said.penalty = this.penalty;
      said.strength = String(this.strength);
    }
    if (this.position !== null) said.position = String(this.position);
    return said;
  }

  /** The layer that answers: scores, or distances. */
  get #last(): networks.Layer | undefined {
    return this.opened.network.layers.at(-1);
  }

  /** The fully connected layers. */
  get layers(): networks.Connected[] {
    return networks.connected(this.opened.network);
  }

  /** Whether the network measures distances, where others have scores. */
  get distances(): boolean {
    return this.#last?.kind === 'rbf';
  }

  /** Why the weights of the output cannot be priced; null where they can. */
  get unpriced(): 'rbf' | 'large' | null {
    const output = this.layers.find(({ name }) => name === this.#last?.name);
    if (output === undefined) return 'rbf';
    return output.units * cells(output.shape) > LIMITS.inputs ? 'large' : null;
  }

  get views(): View[] {
    return VIEWS.filter((view) => view !== 'prior' || this.unpriced === null);
  }

  get view(): View {
    return this.views.includes(this.#view) ? this.#view : 'loss';
  }

  /** The layer on screen; on the way into a vector, the first. */
  get own(): networks.Connected | undefined {
    const { layers } = this;
    return (this.view === 'flatten' ? undefined : layers.find(({ name }) => name === this.#layer)) ?? layers[0];
  }

  /** The name of the layer that was said; of the first where there is none of that name. */
  get layer(): string {
    const { layers } = this;
    return (layers.find(({ name }) => name === this.#layer) ?? layers[0])?.name ?? '';
  }

  get units(): number {
    return this.layers.find(({ name }) => name === this.layer)?.units ?? 1;
  }

  get unit(): number {
    return Math.min(this.#unit, this.units - 1);
  }

  /** What each output stands for. */
  get classes(): string[] {
    const { classes } = this.opened.network;
    const outputs = this.logits.length || classes.length;
    return Array.from({ length: outputs }, (_, output) => classText(className(classes, output)));
  }

  /** null for what the network takes the picture for. */
  get target(): number | null {
    return this.#target === null ? null : Math.min(this.#target, this.classes.length - 1);
  }

  set target(target: number | null) {
    this.#target = target;
  }

  /** The classes that are shown: all in their order, of very many the likeliest, and the one that is asked about. */
  get rows(): number[] {
    const rows = likeliest(this.logits);
    return rows.length === 0 || rows.includes(this.asked) ? rows : [...rows.slice(0, -1), this.asked];
  }

  /** How many of them are there because they are the likeliest. */
  get likeliest(): number {
    const { rows } = this;
    return rows.length - (likeliest(this.logits).includes(this.asked) ? 0 : 1);
  }

  get shape(): Shape {
    return this.own?.shape ?? { channels: 1, height: 1, width: 1 };
  }

  /** Whether what the layer reads can be below zero, as a picture that was normalized can. */
  get signed(): boolean {
    const from = this.own?.from ?? '';
    return from === 'input' || networks.isSigned(this.opened.network, from);
  }

  /** What the layer on screen reads. */
  get read(): Volume | null {
    return this.maps?.get(this.own?.from ?? '') ?? null;
  }

  /** Of that, what is drawn: of very many maps the first. */
  get shown(): Volume | null {
    const { read } = this;
    return read && firstMaps(read, shownIn(this.view, read));
  }

  /** The units around the one on screen that are computed both ways; null where the server takes not even one. */
  get page(): { from: number; to: number } | null {
    const most = Math.min(MOST_UNITS, Math.floor(LIMITS.inputs / cells(this.shape)));
    if (most < 1) return null;
    const from = Math.floor(this.unit / most) * most;
    return { from, to: Math.min(this.units, from + most) };
  }

  /** Those units, both ways, once the server has said so. */
  get both(): Connected | null {
    return this.connected?.from === this.page?.from ? this.connected : null;
  }

  /** Scores; of distances, minus those. */
  get logits(): number[] {
    const output = Array.from(this.maps?.get(this.#last?.name ?? '')?.data ?? []);
    return this.distances ? output.map((distance) => -distance) : output;
  }

  get guess(): number {
    const { logits } = this;
    return logits.length === 0 ? 0 : logits.indexOf(Math.max(...logits));
  }

  /** The class that the loss is asked about. */
  get asked(): number {
    return this.target ?? this.guess;
  }

  get layerWeights(): Weights | null {
    return this.weights[this.layer] ?? null;
  }

  get kernel(): Volume | null {
    const own = this.layerWeights;
    return own && kernel(own.weight, this.unit, this.shape);
  }

  /** What every input map adds to the unit. */
  get parts(): Float64Array | null {
    const { sum: own } = this;
    return own && byMap(own, this.shape);
  }

  /** The unit's value as PyTorch computed it. */
  get value(): number | null {
    const { both, unit } = this;
    return both?.output[unit - both.from] ?? this.maps?.get(this.layer)?.data[unit] ?? null;
  }

  get softmax(): Softmax {
    return softmax(this.logits, this.temperature);
  }

  /** What is asked for: the server's numbers where they are there. */
  get targets(): number[] {
    return this.priced?.targets ?? targets(this.classes.length, this.asked, this.smoothing);
  }

  get probabilities(): number[] {
    return this.priced?.probabilities ?? this.softmax.probabilities;
  }

  get logProbabilities(): number[] {
    return this.priced?.logProbabilities ?? this.softmax.logProbabilities;
  }

  /** Steps of the player in this view. */
  get length(): number {
    if (this.view === 'flatten') return this.shown?.data.length ?? 0;
    if (this.view === 'unit') return this.read?.data.length ?? 0;
    if (this.view === 'convolution') return this.shown?.channels ?? this.shape.channels;
    if (this.view === 'softmax') return STAGES - 1;
    return this.view === 'prior' ? STRENGTHS.length - 1 : this.rows.length;
  }

  /** Of the strengths that the player goes through, the one nearest to the visitor's. */
  get strengthStep(): number {
    let found = 0;
    STRENGTHS.forEach((strength, at) => {
      if (Math.abs(strength - this.strength) < Math.abs((STRENGTHS[found] ?? 0) - this.strength)) found = at;
    });
    return found;
  }

  /** How far the player is. */
  get filled(): number {
    return this.position === null ? this.length : Math.min(this.length, this.position);
  }

  /** The place of the vector that is looked at. */
  get followed(): number {
    if (this.pointed !== null) return Math.min(this.pointed, Math.max(0, (this.read?.data.length ?? 1) - 1));
    if (this.position === null || this.position === 0) return strongest(this.shown, this.sum, this.view);
    if (this.view === 'convolution') return (this.filled - 1) * this.shape.height * this.shape.width;
    return this.filled - 1;
  }

  get cell(): Cell {
    return cellAt(this.shape, this.followed);
  }

  /** The class whose numbers are written out. */
  get followedClass(): number {
    if (this.pointed !== null) return Math.min(this.classes.length - 1, this.pointed);
    if (this.view === 'loss' && this.position) return this.rows[this.filled - 1] ?? this.asked;
    return this.view === 'softmax' ? this.guess : this.asked;
  }

  point(cell: Cell | null): void {
    this.pointed = cell === null ? null : indexOf(this.shape, cell);
  }

  look(view: View): void {
    if (view === this.view) return;
    this.#view = view;
    this.position = null;
    this.pointed = null;
  }

  /** Another network: nothing that was said of the last one is true of it. */
  open(model: string): void {
    this.opened.model = model;
    this.#target = null;
    this.position = null;
    this.pointed = null;
  }

  setLayer(layer: string): void {
    this.#layer = layer;
    this.#unit = this.unit;
    this.connected = null;
    this.position = null;
    this.pointed = null;
  }

  setUnit(unit: number): void {
    this.#unit = Math.min(this.units - 1, Math.max(0, Math.round(unit)));
  }
}

function cells({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/** Where there is most to see: the largest product of a unit, else the largest value. */
function strongest(read: Volume | null, own: Sum | null, view: View): number {
  const sizes = view === 'flatten' || own === null ? (read?.data ?? []) : own.terms.map(({ product }) => product);
  let found = 0;
  for (let at = 1; at < sizes.length; at++) if (Math.abs(sizes[at] ?? 0) > Math.abs(sizes[found] ?? 0)) found = at;
  return found;
}
