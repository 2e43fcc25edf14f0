/** What the visitor has set and where the window is; the values are the server's, and ours until it has answered. */

import { untrack } from 'svelte';

import { readSource, sourceText, type Source } from '../../ink/source';
import {
  convolve,
  macs,
  padded,
  parameters,
  reaches,
  spread,
  terms,
  type Position,
  type Problem,
} from '../../scene/convolution';
import { resized } from '../../scene/convolution-inputs';
import { LIMITS, type Complaint } from '../../scene/convolution-limits';
import type { Shape } from '../../scene/kernels';
import { readKernel } from '../../scene/learned';
import { nested, type Volume } from '../../scene/volume';
import type { Attributes } from '../parts/html';
import { Learned } from '../parts/learned.svelte';
import { Player } from '../parts/player.svelte';
import { editable, inputSize, kernelSize, pose, settled } from './problem';
import { read, USUAL, write, type Panel, type Said, type Setup, type View } from './setup';
import { brought, pictured, sizes } from './sources';

const HEAVY = 12_000_000; // multiplications that a browser does in a frame or two; for more the server is waited for

/** What is pointed at. */
export type Pointed =
  | { at: 'input'; channel: number; row: number; col: number }
  | { at: 'output'; row: number; col: number }
  /** One product, by its channel and its place under the window. */
  | { at: 'tap'; channel: number; row: number; col: number };

export interface Answer {
  problem: Problem;
  output: Volume;
  parameters: number;
  macs: number;
  formula: { height: string; width: string };
}

/** A picture or kernels that were fetched, and what they were fetched for. */
interface Fetched {
  key: string;
  volume: Volume;
}

interface Refused {
  field: string;
  text: string;
}

/** A problem and its output, which always belong together. */
export interface Shown {
  problem: Problem;
  output: Volume;
  /** The server's answer, where it is there. */
  answer: Answer | null;
}

export class ConvolutionState {
  said = $state.raw<Said>(USUAL);
  readonly learned = new Learned();
  setup = $derived.by((): Setup => settled(this.said, this.learned.known));
  view = $state<View>('window');
  panel = $state<Panel>('none');
  fetched = $state.raw<Fetched | null>(null);
  answer = $state.raw<Answer | null>(null);
  /** The picture that could not be fetched, and why. */
  missed = $state.raw<{ key: string; text: string } | null>(null);
  #refused = $state.raw<Refused | null>(null);
  pointed = $state.raw<Pointed | null>(null);
  /** Whether the window has been moved; before that all of the output is shown. */
  begun = $state(false);
  readonly player = new Player({ length: 1 });

  /** How often the visitor has chosen a picture: another file has the same name. */
  chosen = $state(0);
  #good: Problem | null = null;
  #chosen: Source | null = null;
  #wanted: number | null = $state(null);
  /** The input that was last padded: a new kernel leaves it as it is, and its picture with it. */
  #padded: { input: Volume; how: string; volume: Volume } | null = null;
  #pair: Shown | null = null;

  /** What a picture is fetched by. */
  key = $derived.by(() => {
    const { channels, height, width } = inputSize(this.setup);
    return `${this.setup.source} ${channels}x${height}x${width} ${this.chosen}`;
  });
  posed = $derived.by(() => {
    const picture = this.fetched?.key === this.key ? this.fetched.volume : null;
    return pose(this.said, picture, this.learned.known);
  });
  complaint = $derived.by((): Complaint | null =>
    this.posed !== null && 'complaint' in this.posed ? this.posed.complaint : null,
  );
  /** The newest problem that can be computed. */
  problem = $derived.by((): Problem => {
    if (this.posed !== null && 'problem' in this.posed) this.#good = this.posed.problem;
    return this.#good ?? USUAL_PROBLEM;
  });
  /** Whether that is the visitor's; until one of theirs can be computed it is the usual one, which is not to be shown as theirs. */
  own = $derived.by(() => {
    void this.problem;
    return this.#good !== null;
  });
  /** Whether there is nothing to show: what was asked for is refused, and nothing good came before it. */
  blank = $derived(!this.own && (this.complaint !== null || this.refused !== null || this.waiting));
  /** What is on screen. */
  shown = $derived.by((): Shown => {
    const { problem, answer } = this;
    if (answer?.problem === problem) this.#pair = { problem, output: answer.output, answer };
    else if (this.#pair === null || macs(problem) <= HEAVY)
      this.#pair = { problem, output: convolve(problem), answer: null };
    return this.#pair;
  });
  /** The input as the window sees it. */
  around = $derived.by(() => {
    const { input, settings } = this.shown.problem;
    const how = [settings.transposed, settings.paddingMode, ...settings.padding].join(' ');
    if (this.#padded?.input !== input || this.#padded.how !== how)
      this.#padded = { input, how, volume: padded(this.shown.problem) };
    return this.#padded.volume;
  });
  /** Whether the steps go over the input, whose cells lay their kernels down, and not over the output. */
  spreads = $derived(this.shown.problem.settings.transposed && this.view === 'window');
  /** The cells that one map takes. */
  each = $derived.by(() => {
    const { problem, output } = this.shown;
    const { height, width } = this.spreads ? problem.input : output;
    return height * width;
  });
  steps = $derived(this.each * this.shown.output.channels);
  /** The step that the window stands at. */
  step = $derived(Math.min(this.player.position, this.steps - 1));
  map = $derived(Math.floor(this.step / this.each));
  /** The cell of the input (where it spreads) or of the output that the step is about. */
  place = $derived.by(() => {
    const width = this.spreads ? this.shown.problem.input.width : this.shown.output.width;
    const at = this.step % this.each;
    return { row: Math.floor(at / width), col: at % width };
  });
  /** The output cell whose sum is written out; null while an input cell is being spread. */
  followed = $derived.by((): Position | null => {
    const { pointed, map } = this;
    const { height, width } = this.shown.output;
    if (pointed?.at === 'output' && pointed.row < height && pointed.col < width)
      return { map, row: pointed.row, col: pointed.col };
    return this.spreads ? null : { map, ...this.place };
  });
  terms = $derived(this.followed === null ? [] : terms(this.shown.problem, this.followed, this.around));
  /** The outputs of the shown map that the pointed input cell reaches. */
  reached = $derived.by(() => {
    const { pointed, map } = this;
    const { input } = this.shown.problem;
    if (pointed?.at !== 'input' || pointed.row >= input.height || pointed.col >= input.width) return null;
    return reaches(this.shown.problem, pointed).filter((reach) => reach.map === map);
  });
  /** The shown map as far as it is filled, and how many of its cells that are. */
  filled = $derived(this.begun ? (this.step % this.each) + 1 : this.each);
  mapValues = $derived.by(() => {
    const { output, problem } = this.shown;
    if (this.spreads && this.filled < this.each) return spread(problem, this.map, this.filled).data;
    const area = output.height * output.width;
    return output.data.subarray(this.map * area, (this.map + 1) * area);
  });
  attributes = $derived.by((): Attributes => {
    const { said, view, panel } = this;
    const { kernel, source } = this.setup;
    // While it plays the step changes with every frame; it is said when the window rests.
    const step = this.player.playing ? untrack(() => this.step) : this.step;
    return write({ ...said, kernel, source, view, panel, position: this.#wanted ?? (this.begun ? step : null) });
  });
  counts = $derived.by(() => {
    const { problem, answer } = this.shown;
    return { parameters: answer?.parameters ?? parameters(problem), macs: answer?.macs ?? macs(problem) };
  });

  /** What the server or the way to it has against the picture or the newest question. */
  get refused(): Refused | null {
    if (this.missed?.key === this.key) return { field: 'input', text: this.missed.text };
    const { opened, problem } = this.learned;
    if (!this.isLearned) return this.#refused;
    if (opened.problem !== null) return { field: 'model', text: opened.problem };
    return problem === null ? this.#refused : { field: 'kernel', text: problem };
  }

  set refused(refused: Refused | null) {
    this.#refused = refused;
  }

  constructor(attributes: Record<string, string | undefined> = {}) {
    this.take(attributes);
  }

  /** Sets everything as attributes say it. */
  take(attributes: Record<string, string | undefined>): void {
    const said = read(attributes);
    this.said = said;
    this.learned.opened.take(readKernel(said.kernel)?.model ?? attributes['model']);
    this.view = said.view;
    this.panel = said.panel;
    this.begun = said.position !== null;
    this.#wanted = said.position;
    this.settle();
  }

  /** Tells the player how far it goes, and puts the window where it begins as long as nobody has moved it. */
  settle(): void {
    this.player.length = this.steps;
    if (this.posed === null || !this.own) return;
    if (this.#wanted !== null) this.player.scrub(Math.min(this.#wanted, this.steps - 1));
    else if (!this.begun) this.player.scrub(this.#rest());
    this.#wanted = null;
  }

  /** Where a window stands that nobody has moved: in the middle of a picture, whose corner is empty; else at the first cell. */
  #rest(): number {
    if (!pictured(this.setup.source)) return 0;
    const width = this.spreads ? this.shown.problem.input.width : this.shown.output.width;
    return Math.floor(this.each / width / 2) * width + Math.floor(width / 2);
  }

  change(part: Partial<Said>): void {
    const { source, channels } = this.setup;
    // The picture that came with a network's kernel stays for one of another kind.
    const stays = part.kernel !== undefined && brought(this.said.kernel) && !brought(part.kernel);
    this.said = { ...this.said, ...(stays ? { source, channels } : {}), ...part };
    const named = readKernel(this.said.kernel);
    if (named !== null) this.learned.opened.take(named.model);
    this.pointed = null;
    this.refused = null;
  }

  /** Numbers of the visitor's own, in place of a pattern. */
  edit(channel: number, rows: number[][]): void {
    const values = nested(this.problem.input).map((before, index) => (index === channel ? rows : before));
    const fitting = values.map((one) => rows.map((row, y) => row.map((_, x) => one[y]?.[x] ?? 0)));
    this.change({ source: 'numbers', values: fitting, size: null });
  }

  /** Weights of the visitor's own, in place of a preset. */
  weigh(filter: number, channel: number, rows: number[][]): void {
    const weights = editable(this.problem).map((one, out) =>
      one.map((before, into) =>
        out === filter && into === channel ? rows : rows.map((row, y) => row.map((_, x) => before[y]?.[x] ?? 0)),
      ),
    );
    this.change({ kernel: 'weights', weights, filters: weights.length });
  }

  /** Another size of the input: numbers are cut off, or zeros added; a picture or pattern is made anew. */
  resize(part: Partial<Shape & { channels: number }>): void {
    const { channels, height, width } = { ...this.size, ...part };
    const counted = part.channels ?? this.said.channels;
    if (this.setup.source === 'numbers')
      this.change({ source: 'numbers', values: resized(this.setup.values, channels, height, width), channels });
    else this.change({ size: { height, width }, channels: counted });
  }

  /** Another source, with the size that is usual for it. */
  choose(source: string): void {
    const { height, width } = this.problem.input;
    const { limit } = sizes(source);
    const small = !pictured(source) && Math.max(height, width) <= limit;
    const numbers = source === 'numbers' ? { values: small ? nested(this.problem.input) : USUAL.values } : {};
    this.change({ source, ...numbers, size: small && !pictured(this.setup.source) ? { height, width } : null });
  }

  /** A kernel by name; the visitor's own begins as the one that is shown. */
  chooseKernel(kernel: string): void {
    const { setup, problem } = this;
    const filters = setup.kernel === 'weights' ? setup.weights.length : setup.filters;
    if (kernel === 'weights') this.change({ kernel, weights: editable(problem), filters: problem.filters.out });
    else this.change({ kernel, kernelSize: null, filters, ...this.#channels(kernel) });
  }

  /** Another network's kernels say how many channels they read. */
  #channels(kernel: string): Partial<Said> {
    const another = brought(kernel) && readKernel(kernel)?.model !== readKernel(this.said.kernel)?.model;
    return another ? { channels: null } : {};
  }

  sizeKernel({ height, width }: Shape): void {
    if (this.setup.kernel !== 'weights') return this.change({ kernelSize: { height, width } });
    const fits = height >= 1 && width >= 1 && height <= LIMITS.kernel && width <= LIMITS.kernel;
    if (fits)
      this.change({ weights: this.setup.weights.map((filter) => resized(filter, filter.length, height, width)) });
  }

  countFilters(filters: number): void {
    const { kernel, weights } = this.setup;
    if (kernel !== 'weights') return this.change({ filters });
    const last = weights.at(-1);
    if (last === undefined || !(filters >= 1 && filters <= LIMITS.filters)) return;
    this.change({ filters, weights: Array.from({ length: filters }, (_, index) => weights[index] ?? last) });
  }

  /** One filter for each channel. */
  depthwise(): void {
    const { channels } = this.size;
    this.countFilters(channels);
    this.change({ groups: channels });
  }

  /** Whether the kernel is a network's. */
  get isLearned(): boolean {
    return readKernel(this.said.kernel) !== null;
  }

  /** Whether a network is on its way. */
  get waiting(): boolean {
    return this.isLearned && this.learned.known === null;
  }

  get size() {
    return inputSize(this.setup);
  }

  get kernelSize() {
    return kernelSize(this.setup);
  }

  /** If the window is moved, the output is filled only as far as it has come from now on; playing begins at the start. */
  begin(): void {
    if (this.begun || this.#wanted !== null || this.posed === null) return;
    if (this.player.playing) this.player.position = 0;
    this.begun = this.player.playing || this.player.position !== this.#rest();
  }

  goTo(place: { row: number; col: number }): void {
    const width = this.spreads ? this.shown.problem.input.width : this.shown.output.width;
    this.player.scrub(this.map * this.each + place.row * width + place.col);
  }

  /** A cell of another view's choosing. */
  follow({ map, row, col }: Position): void {
    this.player.scrub(map * this.each + row * this.shown.output.width + col);
  }

  /** A picture of the visitor's choosing; a file or a new drawing is kept here, for no attribute can say it. */
  picture(source: Source): void {
    const name = sourceText(source) ?? source.kind;
    this.#chosen = source;
    this.chosen += 1;
    if (name.split(':')[0] === this.setup.source.split(':')[0]) this.change({ source: name });
    else this.choose(name);
  }

  /** Where the picture comes from. */
  get source(): Source {
    const chosen = this.#chosen;
    if (chosen !== null && (sourceText(chosen) ?? chosen.kind) === this.setup.source) return chosen;
    return readSource(this.setup.source) ?? { kind: 'drawing' };
  }

  showMap(map: number): void {
    this.player.scrub(map * this.each + (this.step % this.each));
  }

  point(pointed: Pointed | null): void {
    this.pointed = pointed;
  }
}

/** The problem of the usual setup. */
function usual(): Problem {
  const posed = pose(USUAL, null, null);
  if (posed === null || !('problem' in posed)) throw new Error('the usual setup is no problem');
  return posed.problem;
}

const USUAL_PROBLEM = usual();
