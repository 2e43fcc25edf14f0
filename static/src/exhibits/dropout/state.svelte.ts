/** What a visitor is looking at in dropout: which layer, which rate, which mask, one draw or many. */

import { dropped, fate, scaleOf, spreads, steps, stride, votes, type Fate, type Spread } from '../../scene/dropout';
import { firstMaps } from '../../scene/flatten';
import { droppable, isSigned, USUAL as USUAL_NETWORK, type Layer } from '../../scene/network';
import { likeliest } from '../../scene/ranking';
import type { Volume } from '../../scene/volume';
import { oneOf, integerWithin, within } from '../../state/attributes';
import { Opened } from '../parts/opened.svelte';
import { className, classText } from '../parts/run-names';
import { shownOf } from './layout';
import { BOUNDS, LIMITS } from '../../wire/limits';

export const VIEWS = ['mask', 'draws'] as const;
export type View = (typeof VIEWS)[number];
export const SCORES = ['logits', 'probabilities'] as const;
export type Scores = (typeof SCORES)[number];

export const MOST_DRAWS = BOUNDS.DropoutNetworkRequest.draws.max;
export const HIGHEST_RATE = 0.95;
export const LARGEST_SEED = 2 ** 31 - 1;

export interface Attributes {
  model?: string | undefined;
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

const USUAL = { input: 'drawing', rate: 0.5, seed: 1, draws: 50, view: 'mask' } as const;

export class DropoutState {
  readonly opened = new Opened();
  input = $state<string>(USUAL.input);
  /** As it was said, whether or not the network has such a layer; null where nothing was. */
  #layer = $state<string | null>(null);
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
    this.opened.take(attributes.model);
    this.input = attributes.input || USUAL.input;
    this.#layer = attributes.layer || null;
    this.rate = within(attributes.rate, 0, HIGHEST_RATE, USUAL.rate);
    this.seed = integerWithin(attributes.seed, 0, LARGEST_SEED, USUAL.seed);
    this.training = attributes.training !== false && attributes.training !== 'false';
    this.channels = attributes.channels === true;
    this.draws = integerWithin(attributes.draws, 1, MOST_DRAWS, USUAL.draws);
    this.view = oneOf(VIEWS, attributes.view, USUAL.view);
    this.scores = oneOf(SCORES, attributes.scores, 'logits');
    this.position = attributes.position === undefined ? null : integerWithin(attributes.position, 0, 1e6, 0);
    this.pointed = null;
  }

  /** The state as attributes; what is as usual is left out. */
  get attributes(): Record<string, string> {
    const { model, ready } = this.opened;
    const said: Record<string, string> = {};
    if (model !== USUAL_NETWORK) said.model = model;
    said.input = this.input;
    const layer = ready ? this.layer : this.#layer;
    if (layer) said.layer = layer;
    said.rate = String(this.rate);
    said.seed = String(this.seed);
    if (!this.training) said.training = 'false';
    if (this.channels && (this.spatial || !ready)) said.channels = '';
    if (this.view === 'draws') said.draws = String(this.draws);
    if (this.view !== USUAL.view) said.view = this.view;
    if (this.scores !== 'logits') said.scores = this.scores;
    if (this.position !== null) said.position = String(this.position);
    return said;
  }

  /** The layers that can lose values. */
  get layers(): Layer[] {
    return droppable(this.opened.network);
  }

  /** The name of the layer that loses values: the last that can, unless another was said; '' where none can. */
  get layer(): string {
    return (this.layers.find(({ name }) => name === this.#layer) ?? this.layers.at(-1))?.name ?? '';
  }

  /** Channels, rows, columns of that layer. */
  get #shape(): readonly number[] {
    return this.layers.find(({ name }) => name === this.layer)?.output_shape ?? [];
  }

  /** Whether the layer has maps, so that whole ones can be dropped. */
  get spatial(): boolean {
    const [, height = 1, width = 1] = this.#shape;
    return height * width > 1;
  }

  get signed(): boolean {
    return isSigned(this.opened.network, this.layer);
  }

  /** How many draws the server takes of this layer: less than one where its masks or its network are too large. */
  get mostDraws(): number {
    const values = this.#shape.reduce((product, side) => product * side, 1);
    const { layers } = this.opened.network;
    const behind = layers.slice(layers.findIndex(({ name }) => name === this.layer) + 1);
    const macs = behind.reduce((sum, { macs: own = 0 }) => sum + own, 0);
    return Math.min(MOST_DRAWS, Math.floor(LIMITS.outputs / values), Math.floor(LIMITS.macs / Math.max(1, macs)));
  }

  /** How many draws are asked for. */
  get count(): number {
    return Math.max(1, Math.min(this.draws, this.mostDraws));
  }

  /** What each output stands for. */
  get classes(): string[] {
    const { classes } = this.opened.network;
    const outputs = this.answer?.evaluated.length ?? classes.length;
    return Array.from({ length: outputs }, (_, output) => classText(className(classes, output)));
  }

  /** The classes that are shown: all in their order, of very many the ones that eval finds likeliest. */
  get rows(): number[] {
    return likeliest(this.answer?.evaluated ?? []);
  }

  /** The maps that are shown, of a large layer the first ones; before and after their mask. */
  get shown(): { before: Volume; mask: Volume; after: Volume } | null {
    const { answer } = this;
    if (answer === null) return null;
    const count = shownOf(answer.before);
    const [before, mask, after] = [answer.before, answer.mask, answer.after].map((one) => firstMaps(one, count));
    return before && mask && after ? { before, mask, after } : null;
  }

  get scale(): number {
    return scaleOf(this.rate, this.training);
  }

  /** Steps of the player in this view. */
  get length(): number {
    const { answer, shown } = this;
    if (answer === null || shown === null) return 0;
    return this.view === 'draws' ? answer.probabilities.length : steps(shown.before);
  }

  /** How many units have been through the mask. */
  get filled(): number {
    const { shown } = this;
    if (shown === null) return 0;
    const all = shown.before.data.length;
    return this.position === null ? all : Math.min(all, this.position * stride(shown.before));
  }

  /** The unit whose arithmetic is written out. */
  get followed(): number {
    const { shown } = this;
    if (shown === null) return 0;
    if (this.pointed !== null) return Math.min(shown.before.data.length - 1, this.pointed);
    if (this.position !== null && this.position > 0) return Math.max(0, this.filled - 1);
    return loudest(shown.before);
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
    this.seed = integerWithin(seed, 0, LARGEST_SEED, this.seed);
    this.position = null;
  }

  /** Another network: what was said of the last one's answer is not true of it. */
  open(model: string): void {
    this.opened.model = model;
    this.position = null;
    this.pointed = null;
  }

  setDraws(draws: number): void {
    this.draws = integerWithin(draws, 1, MOST_DRAWS, this.draws);
    this.position = null;
  }

  look(view: View): void {
    if (view === this.view) return;
    this.view = view;
    this.position = null;
    this.pointed = null;
  }

  setLayer(layer: string): void {
    this.#layer = layer;
    this.position = null;
    this.pointed = null;
  }
}

function loudest({ data }: Volume): number {
  let found = 0;
  for (let at = 1; at < data.length; at++) if (Math.abs(data[at] ?? 0) > Math.abs(data[found] ?? 0)) found = at;
  return found;
}
