/** State of the dropout exhibit: layer, rate, mask, and one draw or many. */

import {
  dropped,
  fate,
  scaleOf,
  spreads,
  steps,
  stride,
  votes,
  type UnitDropout,
  type Spread,
} from '../../scene/dropout';
import { firstMaps } from '../../scene/flatten';
import { droppable, isSigned, DEFAULT_NETWORK as USUAL_NETWORK, type Layer } from '../../scene/network';
import { likeliest } from '../../scene/ranking';
import type { Volume } from '../../scene/volume';
import { oneOf, integerWithin, within } from '../../state/attributes';
import { NetworkSelection } from '../parts/network-selection.svelte';
import { className, classText } from '../parts/run-names';
import { displayedMaps } from './layout';

export const VIEWS = ['mask', 'draws'] as const;
export type View = (typeof VIEWS)[number];
export const SCORES = ['logits', 'probabilities'] as const;
export type Scores = (typeof SCORES)[number];

export const MOST_DRAWS = 200; // what the server takes
const MOST_VALUES = 1_048_576; // of all masks, and
const MOST_MACS = 200_000_000; // `false` for eval mode; the attribute's absence means training.
export const HIGHEST_RATE = 0.95;
export const LARGEST_SEED = 2 ** 31 - 1;

export interface Attributes {
  model?: string | undefined;
  input?: string | undefined;
  layer?: string | undefined;
  rate?: number | string | undefined;
  seed?: number | string | undefined;
  /** `false` for eval mode; the attribute's absence means training. */
  training?: string | boolean | undefined;
  channels?: boolean | undefined;
  draws?: number | string | undefined;
  view?: string | undefined;
  scores?: string | undefined;
  position?: number | string | undefined;
}

/** The server's answer for one layer and its masks. */
export interface Answer {
  layer: string;
  before: Volume;
  mask: Volume;
  after: Volume;
  /** (draws, classes) */
  probabilities: number[][];
  logits: number[][];
  /** In eval mode: no mask, no scaling. */
  evaluated: number[];
}

const USUAL = { input: 'drawing', rate: 0.5, seed: 1, draws: 50, view: 'mask' } as const;

export class DropoutState {
  readonly selection = new NetworkSelection();
  input = $state<string>(USUAL.input);
  /** Layer from the attribute, not necessarily in the network; null if none is given. */
  #layer = $state<string | null>(null);
  rate = $state<number>(USUAL.rate);
  seed = $state<number>(USUAL.seed);
  training = $state(true);
  channels = $state(false);
  draws = $state<number>(USUAL.draws);
  view = $state<View>(USUAL.view);
  scores = $state<Scores>('logits');
  /** Displayed steps of the mask, or draws; null for all. */
  position = $state<number | null>(null);
  /** Index of the unit whose arithmetic is displayed; null: at the player's position. */
  hovered = $state<number | null>(null);
  answer = $state.raw<Answer | null>(null);
  /** Logits in eval mode. */
  evaluatedLogits = $state.raw<number[]>([]);

  constructor(attributes: Attributes = {}) {
    this.setAttributes(attributes);
  }

  /** Applies the attributes; missing or invalid ones have their defaults. */
  setAttributes(attributes: Attributes): void {
    this.selection.select(attributes.model);
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
    this.hovered = null;
  }

  /** State as attributes, without defaults. */
  get attributes(): Record<string, string> {
    const { model, ready } = this.selection;
    const attributes: Record<string, string> = {};
    if (model !== USUAL_NETWORK) attributes.model = model;
    attributes.input = this.input;
    const layer = ready ? this.layer : this.#layer;
    if (layer) attributes.layer = layer;
    attributes.rate = String(this.rate);
    attributes.seed = String(this.seed);
    if (!this.training) attributes.training = 'false';
    if (this.channels && (this.spatial || !ready)) attributes.channels = '';
    if (this.view === 'draws') attributes.draws = String(this.draws);
    if (this.view !== USUAL.view) attributes.view = this.view;
    if (this.scores !== 'logits') attributes.scores = this.scores;
    if (this.position !== null) attributes.position = String(this.position);
    return attributes;
  }

  /** Candidate layers for dropout. */
  get layers(): Layer[] {
    return droppable(this.selection.network);
  }

  /** Name of the layer: the selected one, by default the last candidate; '' if there is none. */
  get layer(): string {
    return (this.layers.find(({ name }) => name === this.#layer) ?? this.layers.at(-1))?.name ?? '';
  }

  /** Shape of that layer (channels, rows, columns). */
  get #shape(): readonly number[] {
    return this.layers.find(({ name }) => name === this.layer)?.output_shape ?? [];
  }

  /** True if the layer has maps, so that whole maps can be dropped. */
  get spatial(): boolean {
    const [, height = 1, width = 1] = this.#shape;
    return height * width > 1;
  }

  get signed(): boolean {
    return isSigned(this.selection.network, this.layer);
  }

  /** Number of draws within the server's limit; less than one if the masks or the network are too large. */
  get mostDraws(): number {
    const values = this.#shape.reduce((product, side) => product * side, 1);
    const { layers } = this.selection.network;
    const behind = layers.slice(layers.findIndex(({ name }) => name === this.layer) + 1);
    const macs = behind.reduce((sum, { macs: own = 0 }) => sum + own, 0);
    return Math.min(MOST_DRAWS, Math.floor(MOST_VALUES / values), Math.floor(MOST_MACS / Math.max(1, macs)));
  }

  /** Number of requested draws. */
  get count(): number {
    return Math.max(1, Math.min(this.draws, this.mostDraws));
  }

  /** Labels of the outputs. */
  get classes(): string[] {
    const { classes } = this.selection.network;
    const outputs = this.answer?.evaluated.length ?? classes.length;
    return Array.from({ length: outputs }, (_, output) => classText(className(classes, output)));
  }

  /** Displayed classes: all in order, or the most probable in eval mode. */
  get rows(): number[] {
    return likeliest(this.answer?.evaluated ?? []);
  }

  /** Displayed maps, the first ones of a large layer, before and after their mask. */
  get displayed(): { before: Volume; mask: Volume; after: Volume } | null {
    const { answer } = this;
    if (answer === null) return null;
    const count = displayedMaps(answer.before);
    const [before, mask, after] = [answer.before, answer.mask, answer.after].map((one) => firstMaps(one, count));
    return before && mask && after ? { before, mask, after } : null;
  }

  get scale(): number {
    return scaleOf(this.rate, this.training);
  }

  /** Number of steps of the player in this view. */
  get length(): number {
    const { answer, displayed: shown } = this;
    if (answer === null || shown === null) return 0;
    return this.view === 'draws' ? answer.probabilities.length : steps(shown.before);
  }

  /** Number of units masked so far. */
  get filled(): number {
    const { displayed: shown } = this;
    if (shown === null) return 0;
    const all = shown.before.data.length;
    return this.position === null ? all : Math.min(all, this.position * stride(shown.before));
  }

  /** The unit whose arithmetic is written out. */
  get followed(): number {
    const { displayed: shown } = this;
    if (shown === null) return 0;
    if (this.hovered !== null) return Math.min(shown.before.data.length - 1, this.hovered);
    if (this.position !== null && this.position > 0) return Math.max(0, this.filled - 1);
    return loudest(shown.before);
  }

  get fate(): UnitDropout | null {
    const { answer } = this;
    return answer && fate(answer.before, answer.mask, answer.after, this.followed, this.scale);
  }

  /** Numbers of dropped units of the first mask: all, and those that were non-zero. */
  get dropped(): { all: { units: number; of: number }; active: { units: number; of: number } } | null {
    const { answer } = this;
    return answer && { all: dropped(answer.mask.data), active: dropped(answer.mask.data, answer.before.data) };
  }

  /** Draws so far. */
  get drawsSeen(): number {
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
    return spreads(this.shownScores, this.drawsSeen);
  }

  get votes(): number[] {
    return votes(this.shownScores, this.drawsSeen);
  }

  again(): void {
    this.seed = this.seed >= LARGEST_SEED ? 0 : this.seed + 1;
    this.position = null;
  }

  setSeed(seed: number): void {
    this.seed = integerWithin(seed, 0, LARGEST_SEED, this.seed);
    this.position = null;
  }

  /** Resets the answer of the previous network. */
  open(model: string): void {
    this.selection.model = model;
    this.position = null;
    this.hovered = null;
  }

  setDraws(draws: number): void {
    this.draws = integerWithin(draws, 1, MOST_DRAWS, this.draws);
    this.position = null;
  }

  look(view: View): void {
    if (view === this.view) return;
    this.view = view;
    this.position = null;
    this.hovered = null;
  }

  setLayer(layer: string): void {
    this.#layer = layer;
    this.position = null;
    this.hovered = null;
  }
}

function loudest({ data }: Volume): number {
  let found = 0;
  for (let at = 1; at < data.length; at++) if (Math.abs(data[at] ?? 0) > Math.abs(data[found] ?? 0)) found = at;
  return found;
}
