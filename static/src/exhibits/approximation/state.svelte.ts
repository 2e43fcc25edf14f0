/** What a visitor is looking at in approximation: the curve, the layer that fits it, and every fit on the way. */

import {
  byReach,
  drawn,
  lifted,
  named,
  NAMED,
  pack,
  partial,
  points,
  unpack,
  type Named,
} from '../../scene/approximation';
import { oneOf, integerWithin, within } from '../../state/attributes';
import { BOUNDS } from '../../wire/limits';

export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];
export const SIZES = [1, 2, 5, 50] as const; // offered side by side
export const MOST_UNITS = BOUNDS.ApproximationRequest.units.max;
export const MOST_STEPS = BOUNDS.ApproximationRequest.steps.max;
export const LARGEST_SEED = 2 ** 31 - 1;
export const SMALLEST_RATE = 0.0001;
export const LARGEST_RATE = BOUNDS.ApproximationRequest.learning_rate.max;

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
  /** Heights at `xs`, which are the same for every fit. */
  curve: number[];
  /** What every unit adds, at the same places; null where this event did not bring them. */
  pieces: number[][] | null;
  /** What is added to all the pieces. */
  bias: number;
}

/** What the units add at some step. */
export interface Pieced {
  step: number;
  bias: number;
  /** Which unit each piece belongs to. */
  order: number[];
  pieces: number[][];
}

/** How far a layer of some size got, to be compared with others. */
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
  /** The fit that is shown; null for the newest. */
  position = $state<number | null>(null);
  /** Pieces that are added up; null for all. */
  added = $state<number | null>(null);
  /** Where the sum is written out, by its place on the curve that the server draws. */
  place = $state(63);
  reached = $state.raw<readonly Reached[]>([]);

  constructor(attributes: Attributes = {}) {
    this.take(attributes);
  }

  take(attributes: Attributes): void {
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

  /** The curve's name where it is one of the list. */
  get name(): Named | null {
    return NAMED.find((name) => named(name).every((value, at) => value === this.curve[at])) ?? null;
  }

  get question(): Record<string, unknown> {
    return {
      points: points(this.curve),
      units: this.units,
      activation: this.activation,
      steps: this.steps,
      learning_rate: this.rate,
      seed: this.seed,
    };
  }

  /** The index of the fit on screen. */
  get at(): number {
    const last = this.fits.length - 1;
    return this.position === null ? last : Math.min(last, this.position);
  }

  get fit(): Fit | null {
    return this.fits[this.at] ?? null;
  }

  /** The pieces of the fit on screen, or of the nearest one before it that brought them, those that move most first. */
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

  /** The pieces that are added up, and what they add up to. */
  get sum(): { count: number; of: number; values: Float64Array } | null {
    const { pieced } = this;
    if (pieced === null) return null;
    const of = pieced.pieces.length;
    const count = this.added === null ? of : Math.min(of, this.added);
    return { count, of, values: partial(pieced.pieces, pieced.bias, count) };
  }

  /** Steps of the player: from one fit to the next. */
  get length(): number {
    return Math.max(0, this.fits.length - 1);
  }

  /** A new training begins: what was fitted to something else is gone. */
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

  /** Adds up the first pieces; all of them for as many as there are, even when there are more later. */
  add(count: number): void {
    const of = this.sum?.of ?? 0;
    this.added = count >= of ? null : count;
  }

  /** Back to a size that was tried before. */
  recall(to: Reached): void {
    this.units = to.units;
    this.activation = to.activation;
  }

  receive(fit: Fit): void {
    this.fits = [...this.fits, fit];
  }

  /** The training is over, or the visitor has stopped it. */
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

  /** The hand goes from one point of the plot to another. */
  draw(from: { x: number; y: number }, to: { x: number; y: number }): void {
    this.#become(drawn(this.curve, from, to));
  }

  lift(place: number, by: number): void {
    this.#become(lifted(this.curve, place, by));
  }

  #become(curve: Float32Array): void {
    this.curve = curve;
    this.reached = [];
  }
}
