/** State of the classifier exhibit: view, layer, unit, target, temperature and penalty. */

import { byMap, cellAt, firstMaps, indexOf, kernel, sum, type Cell, type Shape, type Sum } from '../../scene/flatten';
import * as networks from '../../scene/network';
import { likeliest } from '../../scene/ranking';
import { softmax, STRENGTHS, targets, type Penalty, type Softmax } from '../../scene/softmax';
import type { Volume } from '../../scene/volume';
import { oneOf, integerWithin, within } from '../../state/attributes';
import { NetworkSelection } from '../parts/network-selection.svelte';
import { className, classText } from '../parts/run-names';
import { displayedMaps } from './layout';

export const VIEWS = ['flatten', 'unit', 'convolution', 'softmax', 'loss', 'prior'] as const;
export type View = (typeof VIEWS)[number];

const MOST_WEIGHTS = 262_144; // that the server takes at once
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
  /** (units, inputs), row by row. */
  weight: Float32Array;
  bias: Float32Array;
}

/** Answer of POST /operations/linear for the displayed layer, or some of its units. */
export interface Connected {
  /** First of those units. */
  from: number;
  output: number[];
  convolution: number[];
  difference: number;
}

/** Answer of POST /operations/softmax for the logits. */
export interface Priced {
  probabilities: number[];
  logProbabilities: number[];
  targets: number[];
  loss: number;
  gradient: number[];
  /** All weights of the output layer; null until loaded. */
  penalty: number | null;
  /** penalty + constant = -ln prior; null for a flat prior, as the following. */
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
  readonly selection = new NetworkSelection();
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
  /** Step of the player; null for the end. */
  position = $state<number | null>(null);
  /** Index under the pointer: of the vector or a class. */
  hovered = $state<number | null>(null);

  maps = $state.raw<Map<string, Volume> | null>(null);
  weights = $state.raw<Partial<Record<string, Weights>>>({});
  connected = $state.raw<Connected | null>(null);
  priced = $state.raw<Priced | null>(null);

  /** The unit's sum in float64; the server's is float32. */
  readonly sum = $derived.by((): Sum | null => {
    const [read, own] = [this.read, this.layerWeights];
    if (read === null || own === null) return null;
    const size = read.data.length;
    return sum(read.data, own.weight.subarray(this.unit * size, (this.unit + 1) * size), own.bias[this.unit] ?? 0);
  });

  constructor(attributes: Attributes = {}) {
    this.setAttributes(attributes);
  }

  setAttributes(attributes: Attributes): void {
    this.input = attributes.input || USUAL.input;
    this.selection.select(attributes.model);
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
    this.hovered = null;
  }

  get attributes(): Record<string, string> {
    const { model, ready } = this.selection;
    const [view, layer, unit, target] = ready
      ? [this.view, this.layer, this.unit, this.target]
      : [this.#view, this.#layer, this.#unit, this.#target];
    const attributes: Record<string, string> = {};
    if (model !== networks.DEFAULT_NETWORK) attributes.model = model;
    Object.assign(attributes, { input: this.input, view });
    if (view === 'unit' || view === 'convolution') {
      if (layer !== null) attributes.layer = layer;
      attributes.unit = String(unit);
    }
    if (this.temperature !== USUAL.temperature) attributes.temperature = String(this.temperature);
    if (target !== null) attributes.target = String(target);
    if (this.smoothing !== 0) attributes.smoothing = String(this.smoothing);
    if (view === 'prior') {
      attributes.penalty = this.penalty;
      attributes.strength = String(this.strength);
    }
    if (this.position !== null) attributes.position = String(this.position);
    return attributes;
  }

  /** The output layer: scores or distances. */
  get #last(): networks.Layer | undefined {
    return this.selection.network.layers.at(-1);
  }

  /** The fully connected layers. */
  get layers(): networks.Connected[] {
    return networks.connected(this.selection.network);
  }

  /** True if the network measures distances, where others have scores. */
  get distances(): boolean {
    return this.#last?.kind === 'rbf';
  }

  /** Reason why the output layer has no penalty; null if it has. */
  get unpriced(): 'rbf' | 'large' | null {
    const output = this.layers.find(({ name }) => name === this.#last?.name);
    if (output === undefined) return 'rbf';
    return output.units * cells(output.shape) > MOST_WEIGHTS ? 'large' : null;
  }

  get views(): View[] {
    return VIEWS.filter((view) => view !== 'prior' || this.unpriced === null);
  }

  get view(): View {
    return this.views.includes(this.#view) ? this.#view : 'loss';
  }

  /** The displayed layer; for flattening the first. */
  get own(): networks.Connected | undefined {
    const { layers } = this;
    return (this.view === 'flatten' ? undefined : layers.find(({ name }) => name === this.#layer)) ?? layers[0];
  }

  /** Name of the selected layer, by default the first. */
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

  /** Labels of the outputs. */
  get classes(): string[] {
    const { classes } = this.selection.network;
    const outputs = this.logits.length || classes.length;
    return Array.from({ length: outputs }, (_, output) => classText(className(classes, output)));
  }

  /** Null: the predicted class. */
  get target(): number | null {
    return this.#target === null ? null : Math.min(this.#target, this.classes.length - 1);
  }

  set target(target: number | null) {
    this.#target = target;
  }

  /** Displayed classes: all in order, or the most probable and the target. */
  get rows(): number[] {
    const rows = likeliest(this.logits);
    return rows.length === 0 || rows.includes(this.targetClass) ? rows : [...rows.slice(0, -1), this.targetClass];
  }

  /** Number of classes displayed as the most probable. */
  get likeliest(): number {
    const { rows } = this;
    return rows.length - (likeliest(this.logits).includes(this.targetClass) ? 0 : 1);
  }

  get shape(): Shape {
    return this.own?.shape ?? { channels: 1, height: 1, width: 1 };
  }

  /** True if what the layer reads can be below zero, as a picture that was normalized can. */
  get signed(): boolean {
    const from = this.own?.from ?? '';
    return from === 'input' || networks.isSigned(this.selection.network, from);
  }

  /** Input of the displayed layer. */
  get read(): Volume | null {
    return this.maps?.get(this.own?.from ?? '') ?? null;
  }

  /** Displayed part of the input: the first of very many maps. */
  get displayed(): Volume | null {
    const { read } = this;
    return read && firstMaps(read, displayedMaps(this.view, read));
  }

  /** Units around the selected one that are computed both ways; null if the server's limit is below one. */
  get page(): { from: number; to: number } | null {
    const most = Math.min(MOST_UNITS, Math.floor(MOST_WEIGHTS / cells(this.shape)));
    if (most < 1) return null;
    const from = Math.floor(this.unit / most) * most;
    return { from, to: Math.min(this.units, from + most) };
  }

  /** The answer for those units. */
  get both(): Connected | null {
    return this.connected?.from === this.page?.from ? this.connected : null;
  }

  /** Scores; negated distances for an RBF layer. */
  get logits(): number[] {
    const output = Array.from(this.maps?.get(this.#last?.name ?? '')?.data ?? []);
    return this.distances ? output.map((distance) => -distance) : output;
  }

  get guess(): number {
    const { logits } = this;
    return logits.length === 0 ? 0 : logits.indexOf(Math.max(...logits));
  }

  /** Target class of the loss. */
  get targetClass(): number {
    return this.target ?? this.guess;
  }

  get layerWeights(): Weights | null {
    return this.weights[this.layer] ?? null;
  }

  get kernel(): Volume | null {
    const own = this.layerWeights;
    return own && kernel(own.weight, this.unit, this.shape);
  }

  /** Contribution of each input map to the unit. */
  get parts(): Float64Array | null {
    const { sum: own } = this;
    return own && byMap(own, this.shape);
  }

  /** Value of the unit computed by PyTorch. */
  get value(): number | null {
    const { both, unit } = this;
    return both?.output[unit - both.from] ?? this.maps?.get(this.layer)?.data[unit] ?? null;
  }

  get softmax(): Softmax {
    return softmax(this.logits, this.temperature);
  }

  /** Target distribution, by the server if available. */
  get targets(): number[] {
    return this.priced?.targets ?? targets(this.classes.length, this.targetClass, this.smoothing);
  }

  get probabilities(): number[] {
    return this.priced?.probabilities ?? this.softmax.probabilities;
  }

  get logProbabilities(): number[] {
    return this.priced?.logProbabilities ?? this.softmax.logProbabilities;
  }

  /** Number of steps of the player in this view. */
  get length(): number {
    if (this.view === 'flatten') return this.displayed?.data.length ?? 0;
    if (this.view === 'unit') return this.read?.data.length ?? 0;
    if (this.view === 'convolution') return this.displayed?.channels ?? this.shape.channels;
    if (this.view === 'softmax') return STAGES - 1;
    return this.view === 'prior' ? STRENGTHS.length - 1 : this.rows.length;
  }

  /** Index of the player's penalty strength nearest to the selected one. */
  get strengthStep(): number {
    let nearest = 0;
    STRENGTHS.forEach((strength, at) => {
      if (Math.abs(strength - this.strength) < Math.abs((STRENGTHS[nearest] ?? 0) - this.strength)) nearest = at;
    });
    return nearest;
  }

  /** Current step of the player. */
  get filled(): number {
    return this.position === null ? this.length : Math.min(this.length, this.position);
  }

  /** Selected index of the vector. */
  get followed(): number {
    if (this.hovered !== null) return Math.min(this.hovered, Math.max(0, (this.read?.data.length ?? 1) - 1));
    if (this.position === null || this.position === 0) return strongest(this.displayed, this.sum, this.view);
    if (this.view === 'convolution') return (this.filled - 1) * this.shape.height * this.shape.width;
    return this.filled - 1;
  }

  get cell(): Cell {
    return cellAt(this.shape, this.followed);
  }

  /** Class whose numbers are written out. */
  get followedClass(): number {
    if (this.hovered !== null) return Math.min(this.classes.length - 1, this.hovered);
    if (this.view === 'loss' && this.position) return this.rows[this.filled - 1] ?? this.targetClass;
    return this.view === 'softmax' ? this.guess : this.targetClass;
  }

  point(cell: Cell | null): void {
    this.hovered = cell === null ? null : indexOf(this.shape, cell);
  }

  look(view: View): void {
    if (view === this.view) return;
    this.#view = view;
    this.position = null;
    this.hovered = null;
  }

  /** Resets everything that belongs to the previous network. */
  open(model: string): void {
    this.selection.model = model;
    this.#target = null;
    this.position = null;
    this.hovered = null;
  }

  setLayer(layer: string): void {
    this.#layer = layer;
    this.#unit = this.unit;
    this.connected = null;
    this.position = null;
    this.hovered = null;
  }

  setUnit(unit: number): void {
    this.#unit = Math.min(this.units - 1, Math.max(0, Math.round(unit)));
  }
}

function cells({ channels, height, width }: Shape): number {
  return channels * height * width;
}

/** Initial selection: the largest product of a unit, else the largest value. */
function strongest(read: Volume | null, own: Sum | null, view: View): number {
  const sizes = view === 'flatten' || own === null ? (read?.data ?? []) : own.terms.map(({ product }) => product);
  let index = 0;
  for (let at = 1; at < sizes.length; at++) if (Math.abs(sizes[at] ?? 0) > Math.abs(sizes[index] ?? 0)) index = at;
  return index;
}
