/** State of the approximation exhibit: the curve, the layer that fits it, and all fits of the training. */

import {
  byReach,
  withStroke,
  withSample,
  named,
  NAMED,
  pack,
  partial,
  points,
  unpack,
  type Named,
} from '../../scene/approximation';
import { oneOf, integerWithin, within } from '../../state/attributes';

export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];
export const SIZES = [1, 2, 5, 50] as const; // offered side by side
export const MOST_UNITS = 200;
export const MOST_STEPS = 5000;
export const LARGEST_SEED = 2 ** 31 - 1;
export const SMALLEST_RATE = 0.0001;
export const LARGEST_RATE = 1;

export interface Attributes {
  curve?: string | undefined;
  units?: number | string | undefined;
  activation?: string | undefined;
  rate?: number | string | undefined;
  steps?: number | string | undefined;
  seed?: number | string | undefined;
}

/** The network at one step of its training. */
export interface Fit {
  step: number;
  loss: number;
  /** Values at `xs`, which are equal for all fits. */
  curve: number[];
  /** Output of each unit at `xs`; null if the event does not include it. */
  pieces: number[][] | null;
  /** Bias. */
  bias: number;
}

/** Outputs of the units at one step. */
export interface Pieced {
  step: number;
  bias: number;
  /** Unit of each piece. */
  order: number[];
  pieces: number[][];
}

/** Result of a layer size, for comparison. */
export interface Reached {
  units: number;
  activation: Activation;
  loss: number;
  curve: number[];
}

const USUAL = { curve: 'sine', units: 5, activation: 'tanh', rate: 0.02, steps: 1000, seed: 1 } as const;

export class ApproximationState {
  curve = $state.raw<Float32Array>(named('sine'));
  units = $state<number>(USUAL.units);
  activation = $state<Activation>(USUAL.activation);
  rate = $state<number>(USUAL.rate);
  steps = $state<number>(USUAL.steps);
  seed = $state<number>(USUAL.seed);

  running = $state(false);
  fits = $state.raw<readonly Fit[]>([]);
  /** The displayed fit; null for the newest. */
  position = $state<number | null>(null);
  /** Number of summed pieces; null for all. */
  added = $state<number | null>(null);
  /** Sample whose sum is written out, as an index of the server's curve. */
  place = $state(63);
  reached = $state.raw<readonly Reached[]>([]);

  constructor(attributes: Attributes = {}) {
    this.setAttributes(attributes);
  }

  setAttributes(attributes: Attributes): void {
    const before = pack(this.curve);
    this.curve = unpack(attributes.curve ?? USUAL.curve) ?? named(USUAL.curve);
    if (pack(this.curve) !== before) this.reached = [];
    this.units = integerWithin(attributes.units, 1, MOST_UNITS, USUAL.units);
    this.activation = oneOf(ACTIVATIONS, attributes.activation, USUAL.activation);
    this.rate = within(attributes.rate, SMALLEST_RATE, LARGEST_RATE, USUAL.rate);
    this.steps = integerWithin(attributes.steps, 1, MOST_STEPS, USUAL.steps);
    this.seed = integerWithin(attributes.seed, 0, LARGEST_SEED, USUAL.seed);
  }

  get attributes(): Record<string, string> {
    return {
      curve: this.name ?? pack(this.curve),
      units: String(this.units),
      activation: this.activation,
      rate: String(this.rate),
      steps: String(this.steps),
      seed: String(this.seed),
    };
  }

  /** Name of the curve, if it has one. */
  get name(): Named | null {
    return NAMED.find((name) => named(name).every((value, at) => value === this.curve[at])) ?? null;
  }

  get payload(): Record<string, unknown> {
    return {
      points: points(this.curve),
      units: this.units,
      activation: this.activation,
      steps: this.steps,
      learning_rate: this.rate,
      seed: this.seed,
    };
  }

  /** Index of the displayed fit. */
  get at(): number {
    const last = this.fits.length - 1;
    return this.position === null ? last : Math.min(last, this.position);
  }

  get fit(): Fit | null {
    return this.fits[this.at] ?? null;
  }

  /** Pieces of the displayed fit, or of the nearest earlier one that includes them, by variation. */
  get pieced(): Pieced | null {
    for (let at = this.at; at >= 0; at--) {
      const fit = this.fits[at];
      if (!fit?.pieces) continue;
      const { pieces } = fit;
      const order = byReach(pieces);
      return { step: fit.step, bias: fit.bias, order, pieces: order.map((unit) => pieces[unit] ?? []) };
    }
    return null;
  }

  /** The summed pieces and their sum. */
  get sum(): { count: number; of: number; values: Float64Array } | null {
    const { pieced } = this;
    if (pieced === null) return null;
    const of = pieced.pieces.length;
    const count = this.added === null ? of : Math.min(of, this.added);
    return { count, of, values: partial(pieced.pieces, pieced.bias, count) };
  }

  /** Number of steps of the player. */
  get length(): number {
    return Math.max(0, this.fits.length - 1);
  }

  /** Resets the fits for a new training. */
  begin(): void {
    this.forget();
    this.running = true;
  }

  forget(): void {
    this.fits = [];
    this.position = null;
    this.added = null;
    this.running = false;
  }

  /** Sets the number of summed pieces; all of them means also later ones. */
  add(count: number): void {
    const of = this.sum?.of ?? 0;
    this.added = count >= of ? null : count;
  }

  /** Returns to a size that was tried before. */
  recall(to: Reached): void {
    this.units = to.units;
    this.activation = to.activation;
  }

  receive(fit: Fit): void {
    this.fits = [...this.fits, fit];
  }

  /** Marks the training as ended. */
  end(): void {
    this.running = false;
    const last = this.fits.at(-1);
    if (last === undefined) return;
    const others = this.reached.filter(
      ({ units, activation }) => units !== this.units || activation !== this.activation,
    );
    const mine = { units: this.units, activation: this.activation, loss: last.loss, curve: last.curve };
    this.reached = [...others, mine].sort((a, b) => a.units - b.units);
  }

  choose(name: Named): void {
    this.#become(named(name));
  }

  /** Applies a stroke between two points of the plot. */
  draw(from: { x: number; y: number }, to: { x: number; y: number }): void {
    this.#become(withStroke(this.curve, from, to));
  }

  lift(place: number, by: number): void {
    this.#become(withSample(this.curve, place, by));
  }

  #become(curve: Float32Array): void {
    this.curve = curve;
    this.reached = [];
  }
}
