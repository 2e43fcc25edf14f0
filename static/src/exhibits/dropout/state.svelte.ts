/** What a visitor is looking at in dropout: which layer, which rate, which mask, one draw or many. */

import { dropped, fate, scaleOf, spreads, steps, stride, votes, type Fate, type Spread } from '../../scene/dropout';
import type { Volume } from '../../scene/volume';
import { oneOf, whole, within } from '../../state/attributes';

export const LAYERS = ['s2', 's4', 'c5_relu', 'f6_relu'] as const;
export type Layer = (typeof LAYERS)[number];
export const VIEWS = ['mask', 'draws'] as const;
export type View = (typeof VIEWS)[number];
export const SCORES = ['logits', 'probabilities'] as const;
export type Scores = (typeof SCORES)[number];

export const MOST_DRAWS = 200; // what the server takes
export const HIGHEST_RATE = 0.95;
export const LARGEST_SEED = 2 ** 31 - 1;

export interface Attributes {
  input?: string | undefined;
  layer?: string | undefined;
  rate?: number | string | undefined;
  seed?: number | string | undefined;
  /** `false` for eval; an attribute that is not there means training. */
  training?: string | boolean | undefined;
  channels?: boolean | undefined;
  draws?: number | string | undefined;
  view?: string | undefined;
  scores?: string | undefined;
  position?: number | string | undefined;
}

/** What the server says of one layer and its masks. */
export interface Answer {
  layer: string;
  before: Volume;
  mask: Volume;
  after: Volume;
  /** [draws][classes] */
  probabilities: number[][];
  logits: number[][];
  /** Of eval: no mask, nothing scaled. */
  evaluated: number[];
}

const USUAL = { input: 'drawing', layer: 'f6_relu', rate: 0.5, seed: 1, draws: 50, view: 'mask' } as const;

export class DropoutState {
  input = $state<string>(USUAL.input);
  layer = $state<Layer>(USUAL.layer);
  rate = $state<number>(USUAL.rate);
  seed = $state<number>(USUAL.seed);
  training = $state(true);
  channels = $state(false);
  draws = $state<number>(USUAL.draws);
  view = $state<View>(USUAL.view);
  scores = $state<Scores>('logits');
  /** Steps of the mask or draws that are shown; null for all of them. */
  position = $state<number | null>(null);
  /** The unit whose arithmetic is shown, by its index in the layer; null for the one that the player is at. */
  pointed = $state<number | null>(null);
  answer = $state.raw<Answer | null>(null);
  /** Eval's scores before softmax. */
  evaluatedLogits = $state.raw<number[]>([]);

  constructor(attributes: Attributes = {}) {
    this.take(attributes);
  }

  /** Becomes what the attributes say; what they do not say, or say wrongly, is as usual. */
  take(attributes: Attributes): void {
    this.input = attributes.input || USUAL.input;
    this.layer = oneOf(LAYERS, attributes.layer, USUAL.layer);
    this.rate = within(attributes.rate, 0, HIGHEST_RATE, USUAL.rate);
    this.seed = whole(attributes.seed, 0, LARGEST_SEED, USUAL.seed);
    this.training = attributes.training !== false && attributes.training !== 'false';
    this.channels = attributes.channels === true;
    this.draws = whole(attributes.draws, 1, MOST_DRAWS, USUAL.draws);
    this.view = oneOf(VIEWS, attributes.view, USUAL.view);
    this.scores = oneOf(SCORES, attributes.scores, 'logits');
    this.position = attributes.position === undefined ? null : whole(attributes.position, 0, 1e6, 0);
    this.pointed = null;
  }

  /** The state as attributes; what is as usual is left out. */
  get attributes(): Record<string, string> {
    const said: Record<string, string> = { input: this.input, layer: this.layer };
    said.rate = String(this.rate);
    said.seed = String(this.seed);
    if (!this.training) said.training = 'false';
    if (this.channels && this.spatial) said.channels = '';
    if (this.view === 'draws') said.draws = String(this.draws);
    if (this.view !== USUAL.view) said.view = this.view;
    if (this.scores !== 'logits') said.scores = this.scores;
    if (this.position !== null) said.position = String(this.position);
    return said;
  }

  /** Whether the layer has maps, so that whole ones can be dropped. */
  get spatial(): boolean {
    return this.layer === 's2' || this.layer === 's4';
  }

  get scale(): number {
    return scaleOf(this.rate, this.training);
  }

  /** Steps of the player in this view. */
  get length(): number {
    if (this.answer === null) return 0;
    return this.view === 'draws' ? this.answer.probabilities.length : steps(this.answer.before);
  }

  /** How many units have been through the mask. */
  get filled(): number {
    const { answer } = this;
    if (answer === null) return 0;
    if (this.position === null) return answer.before.data.length;
    return Math.min(answer.before.data.length, this.position * stride(answer.before));
  }

  /** The unit whose arithmetic is written out. */
  get followed(): number {
    const { answer } = this;
    if (answer === null) return 0;
    if (this.pointed !== null) return Math.min(answer.before.data.length - 1, this.pointed);
    if (this.position !== null && this.position > 0) return Math.max(0, this.filled - 1);
    return loudest(answer.before);
  }

  get fate(): Fate | null {
    const { answer } = this;
    return answer && fate(answer.before, answer.mask, answer.after, this.followed, this.scale);
  }

  /** How many units of the first mask are dropped, and how many of those that were not silent. */
  get dropped(): { all: { units: number; of: number }; active: { units: number; of: number } } | null {
    const { answer } = this;
    return answer && { all: dropped(answer.mask.data), active: dropped(answer.mask.data, answer.before.data) };
  }

  /** Draws that have been seen. */
  get seen(): number {
    const all = this.answer?.probabilities.length ?? 0;
    return this.position === null ? all : Math.min(all, Math.max(1, this.position));
  }

  get shownScores(): number[][] {
    return this.answer?.[this.scores] ?? [];
  }

  get evaluated(): number[] {
    const { answer } = this;
    if (answer === null) return [];
    return this.scores === 'logits' ? this.evaluatedLogits : answer.evaluated;
  }

  get spreads(): Spread[] {
    return spreads(this.shownScores, this.seen);
  }

  get votes(): number[] {
    return votes(this.shownScores, this.seen);
  }

  again(): void {
    this.seed = this.seed >= LARGEST_SEED ? 0 : this.seed + 1;
    this.position = null;
  }

  setSeed(seed: number): void {
    this.seed = whole(seed, 0, LARGEST_SEED, this.seed);
    this.position = null;
  }

  setDraws(draws: number): void {
    this.draws = whole(draws, 1, MOST_DRAWS, this.draws);
    this.position = null;
  }

  look(view: View): void {
    if (view === this.view) return;
    this.view = view;
    this.position = null;
    this.pointed = null;
  }

  setLayer(layer: string): void {
    this.layer = oneOf(LAYERS, layer, this.layer);
    this.position = null;
    this.pointed = null;
  }
}

function loudest({ data }: Volume): number {
  let found = 0;
  for (let at = 1; at < data.length; at++) if ((data[at] ?? 0) > (data[found] ?? 0)) found = at;
  return found;
}
