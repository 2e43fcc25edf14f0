/** What a visitor is looking at on the way from maps to a loss: which view, which layer, which unit, which target. */

import { byMap, cellAt, indexOf, kernel, sum, type Cell, type Shape, type Sum } from '../../scene/flatten';
import { softmax, STRENGTHS, targets, type Penalty, type Softmax } from '../../scene/softmax';
import type { Volume } from '../../scene/volume';
import { oneOf, whole, within } from '../../state/attributes';

export const VIEWS = ['flatten', 'unit', 'convolution', 'softmax', 'loss', 'prior'] as const;
export type View = (typeof VIEWS)[number];
export const LAYERS = ['c5', 'f6', 'output'] as const;
export type Layer = (typeof LAYERS)[number];

/** What each fully connected layer of LeNet-5 reads, and in what shape. C5 reads maps of 5x5 with kernels of 5x5. */
export const READS: Record<Layer, { from: string; shape: Shape; units: number }> = {
  c5: { from: 's4', shape: { channels: 16, height: 5, width: 5 }, units: 120 },
  f6: { from: 'c5_relu', shape: { channels: 120, height: 1, width: 1 }, units: 84 },
  output: { from: 'f6_relu', shape: { channels: 84, height: 1, width: 1 }, units: 10 },
};
/** Everything that is read of one drawing. */
export const NEEDED = ['s4', 'c5', 'c5_relu', 'f6', 'f6_relu', 'output'] as const;

export const CLASSES = 10;
export const TEMPERATURES = { lowest: 0.05, highest: 20 };
export const STAGES = 4; // logits, over T, powers, probabilities
export const STRONGEST = 100;

export interface Attributes {
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

/** What POST /operations/linear says of the layer on screen. */
export interface Connected {
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
  layer: 'c5',
  temperature: 1,
  penalty: 'l2',
  strength: 2,
} as const;

export class ClassifierState {
  input = $state<string>(USUAL.input);
  view = $state<View>(USUAL.view);
  unit = $state(0);
  layer = $state<Layer>(USUAL.layer);
  temperature = $state<number>(USUAL.temperature);
  /** null for what the network takes the drawing for. */
  target = $state<number | null>(null);
  smoothing = $state(0);
  penalty = $state<Penalty>(USUAL.penalty);
  strength = $state<number>(USUAL.strength);
  /** Steps of the player; null for the end. */
  position = $state<number | null>(null);
  /** What a hand points at: a place of the vector or a class. */
  pointed = $state<number | null>(null);

  maps = $state.raw<Map<string, Volume> | null>(null);
  weights = $state.raw<Partial<Record<Layer, Weights>>>({});
  connected = $state.raw<Connected | null>(null);
  priced = $state.raw<Priced | null>(null);

  constructor(attributes: Attributes = {}) {
    this.take(attributes);
  }

  take(attributes: Attributes): void {
    this.input = attributes.input || USUAL.input;
    this.view = oneOf(VIEWS, attributes.view, USUAL.view);
    this.layer = oneOf(LAYERS, attributes.layer, USUAL.layer);
    this.unit = whole(attributes.unit, 0, READS[this.layer].units - 1, 0);
    this.temperature = within(attributes.temperature, TEMPERATURES.lowest, TEMPERATURES.highest, USUAL.temperature);
    this.target = attributes.target == null || attributes.target === '' ? null : whole(attributes.target, 0, 9, 0);
    this.smoothing = within(attributes.smoothing, 0, 0.9, 0);
    this.penalty = oneOf(['l1', 'l2'], attributes.penalty, USUAL.penalty);
    this.strength = within(attributes.strength, 0, STRONGEST, USUAL.strength);
    this.position = attributes.position == null ? null : whole(attributes.position, 0, 1e6, 0);
    this.pointed = null;
  }

  get attributes(): Record<string, string> {
    const said: Record<string, string> = { input: this.input, view: this.view };
    if (this.view === 'unit' || this.view === 'convolution') {
      said.layer = this.layer;
      said.unit = String(this.unit);
    }
    if (this.temperature !== USUAL.temperature) said.temperature = String(this.temperature);
    if (this.target !== null) said.target = String(this.target);
    if (this.smoothing !== 0) said.smoothing = String(this.smoothing);
    if (this.view === 'prior') {
      said.penalty = this.penalty;
      said.strength = String(this.strength);
    }
    if (this.position !== null) said.position = String(this.position);
    return said;
  }

  get shape(): Shape {
    return READS[this.view === 'flatten' ? 'c5' : this.layer].shape;
  }

  /** What the layer on screen reads. */
  get read(): Volume | null {
    return this.maps?.get(READS[this.view === 'flatten' ? 'c5' : this.layer].from) ?? null;
  }

  get logits(): number[] {
    return Array.from(this.maps?.get('output')?.data ?? []);
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

  /** The unit's sum, in float64; the server says the same in float32. */
  get sum(): Sum | null {
    const [read, own] = [this.read, this.layerWeights];
    if (read === null || own === null) return null;
    const size = read.data.length;
    return sum(read.data, own.weight.subarray(this.unit * size, (this.unit + 1) * size), own.bias[this.unit] ?? 0);
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
    return this.connected?.output[this.unit] ?? null;
  }

  get softmax(): Softmax {
    return softmax(this.logits, this.temperature);
  }

  /** What is asked for: the server's numbers where they are there. */
  get targets(): number[] {
    return this.priced?.targets ?? targets(CLASSES, this.asked, this.smoothing);
  }

  get probabilities(): number[] {
    return this.priced?.probabilities ?? this.softmax.probabilities;
  }

  get logProbabilities(): number[] {
    return this.priced?.logProbabilities ?? this.softmax.logProbabilities;
  }

  /** Steps of the player in this view. */
  get length(): number {
    if (this.view === 'flatten' || this.view === 'unit') return this.read?.data.length ?? 0;
    if (this.view === 'convolution') return this.shape.channels;
    if (this.view === 'softmax') return STAGES - 1;
    return this.view === 'prior' ? STRENGTHS.length - 1 : CLASSES;
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
    if (this.position === null || this.position === 0) return strongest(this.read, this.sum, this.view);
    if (this.view === 'convolution') return (this.filled - 1) * this.shape.height * this.shape.width;
    return this.filled - 1;
  }

  get cell(): Cell {
    return cellAt(this.shape, this.followed);
  }

  /** The class whose numbers are written out. */
  get followedClass(): number {
    if (this.pointed !== null) return Math.min(CLASSES - 1, this.pointed);
    if (this.view === 'loss' && this.position !== null && this.position > 0) return this.filled - 1;
    return this.view === 'softmax' ? this.guess : this.asked;
  }

  point(cell: Cell | null): void {
    this.pointed = cell === null ? null : indexOf(this.shape, cell);
  }

  look(view: View): void {
    if (view === this.view) return;
    this.view = view;
    this.position = null;
    this.pointed = null;
  }

  setLayer(layer: string): void {
    this.layer = oneOf(LAYERS, layer, this.layer);
    this.unit = Math.min(this.unit, READS[this.layer].units - 1);
    this.connected = null;
    this.position = null;
    this.pointed = null;
  }

  setUnit(unit: number): void {
    this.unit = Math.min(READS[this.layer].units - 1, Math.max(0, Math.round(unit)));
  }
}

/** Where there is most to see: the largest product of a unit, else the largest value. */
function strongest(read: Volume | null, own: Sum | null, view: View): number {
  const sizes = view === 'flatten' || own === null ? (read?.data ?? []) : own.terms.map(({ product }) => product);
  let found = 0;
  for (let at = 1; at < sizes.length; at++) if (Math.abs(sizes[at] ?? 0) > Math.abs(sizes[found] ?? 0)) found = at;
  return found;
}
