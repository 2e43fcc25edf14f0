/** State of the convolution exhibit: settings, window, and values (computed here until the server answers). */

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
import { KernelNetwork } from '../parts/kernel-network.svelte';
import { Player } from '../parts/player.svelte';
import { editable, inputSize, kernelSize, problemOf, completeSetup } from './problem';
import { read, DEFAULTS, write, type Panel, type GivenSetup, type Setup, type View } from './setup';
import { brought, pictured, sizes } from './sources';

const HEAVY = 12_000_000; // multiplications that a browser does in a frame or two; for more the server is waited for

/** Target of the pointer. */
export type Hovered =
  | { at: 'input'; channel: number; row: number; col: number }
  | { at: 'output'; row: number; col: number }
  /** One product, by channel and position in the window. */
  | { at: 'tap'; channel: number; row: number; col: number };

export interface Answer {
  problem: Problem;
  output: Volume;
  parameters: number;
  macs: number;
  formula: { height: string; width: string };
}

/** A fetched picture or kernels, with the request's key. */
interface Fetched {
  key: string;
  volume: Volume;
}

interface Refused {
  field: string;
  text: string;
}

/** A problem and its output, always replaced together. */
export interface Displayed {
  problem: Problem;
  output: Volume;
  /** The server's answer, if available. */
  answer: Answer | null;
}

export class ConvolutionState {
  given = $state.raw<GivenSetup>(DEFAULTS);
  readonly learned = new KernelNetwork();
  setup = $derived.by((): Setup => completeSetup(this.given, this.learned.firstKernels));
  view = $state<View>('window');
  panel = $state<Panel>('none');
  fetched = $state.raw<Fetched | null>(null);
  answer = $state.raw<Answer | null>(null);
  /** The picture that could not be fetched, and the reason. */
  missed = $state.raw<{ key: string; text: string } | null>(null);
  #refused = $state.raw<Refused | null>(null);
  hovered = $state.raw<Hovered | null>(null);
  /** True once the window has been moved; until then the whole output is displayed. */
  begun = $state(false);
  readonly player = new Player({ length: 1 });

  /** Counter of selected pictures, since another file may have the same name. */
  chosen = $state(0);
  #good: Problem | null = null;
  #chosen: Source | null = null;
  #step: number | null = $state(null);
  /** The last padded input, reused while only the kernel changes. */
  #padded: { input: Volume; how: string; volume: Volume } | null = null;
  #pair: Displayed | null = null;

  /** Key of a fetched picture. */
  key = $derived.by(() => {
    const { channels, height, width } = inputSize(this.setup);
    return `${this.setup.source} ${channels}x${height}x${width} ${this.chosen}`;
  });
  posed = $derived.by(() => {
    const picture = this.fetched?.key === this.key ? this.fetched.volume : null;
    return problemOf(this.given, picture, this.learned.firstKernels);
  });
  complaint = $derived.by((): Complaint | null =>
    this.posed !== null && 'complaint' in this.posed ? this.posed.complaint : null,
  );
  /** The newest computable problem. */
  problem = $derived.by((): Problem => {
    if (this.posed !== null && 'problem' in this.posed) this.#good = this.posed.problem;
    return this.#good ?? USUAL_PROBLEM;
  });
  /** True if it is the visitor's; false for the default setup, which is not displayed as theirs. */
  own = $derived.by(() => {
    void this.problem;
    return this.#good !== null;
  });
  /** True if nothing can be displayed: the first setup was refused. */
  blank = $derived(!this.own && (this.complaint !== null || this.refused !== null || this.waiting));
  /** The displayed problem and output. */
  displayed = $derived.by((): Displayed => {
    const { problem, answer } = this;
    if (answer?.problem === problem) this.#pair = { problem, output: answer.output, answer };
    else if (this.#pair === null || macs(problem) <= HEAVY)
      this.#pair = { problem, output: convolve(problem), answer: null };
    return this.#pair;
  });
  /** The padded input. */
  around = $derived.by(() => {
    const { input, settings } = this.displayed.problem;
    const how = [settings.transposed, settings.paddingMode, ...settings.padding].join(' ');
    if (this.#padded?.input !== input || this.#padded.how !== how)
      this.#padded = { input, how, volume: padded(this.displayed.problem) };
    return this.#padded.volume;
  });
  /** True if the steps go over the input (transposed) instead of the output. */
  spreads = $derived(this.displayed.problem.settings.transposed && this.view === 'window');
  /** Number of cells of one map. */
  each = $derived.by(() => {
    const { problem, output } = this.displayed;
    const { height, width } = this.spreads ? problem.input : output;
    return height * width;
  });
  steps = $derived(this.each * this.displayed.output.channels);
  /** Current step of the window. */
  step = $derived(Math.min(this.player.position, this.steps - 1));
  map = $derived(Math.floor(this.step / this.each));
  /** Cell of the current step: of the input if transposed, else of the output. */
  place = $derived.by(() => {
    const width = this.spreads ? this.displayed.problem.input.width : this.displayed.output.width;
    const at = this.step % this.each;
    return { row: Math.floor(at / width), col: at % width };
  });
  /** Output cell whose sum is written out; null for a transposed step. */
  followed = $derived.by((): Position | null => {
    const { hovered: pointed, map } = this;
    const { height, width } = this.displayed.output;
    if (pointed?.at === 'output' && pointed.row < height && pointed.col < width)
      return { map, row: pointed.row, col: pointed.col };
    return this.spreads ? null : { map, ...this.place };
  });
  terms = $derived(this.followed === null ? [] : terms(this.displayed.problem, this.followed, this.around));
  /** Outputs of the displayed map that depend on the input cell under the pointer. */
  reached = $derived.by(() => {
    const { hovered: pointed, map } = this;
    const { input } = this.displayed.problem;
    if (pointed?.at !== 'input' || pointed.row >= input.height || pointed.col >= input.width) return null;
    return reaches(this.displayed.problem, pointed).filter((reach) => reach.map === map);
  });
  /** The displayed map as far as it is filled, and the number of filled cells. */
  filled = $derived(this.begun ? (this.step % this.each) + 1 : this.each);
  mapValues = $derived.by(() => {
    const { output, problem } = this.displayed;
    if (this.spreads && this.filled < this.each) return spread(problem, this.map, this.filled).data;
    const area = output.height * output.width;
    return output.data.subarray(this.map * area, (this.map + 1) * area);
  });
  attributes = $derived.by((): Attributes => {
    const { given: said, view, panel } = this;
    const { kernel, source } = this.setup;
    // While it plays the step changes with every frame; it is said when the window rests.
    const step = this.player.playing ? untrack(() => this.step) : this.step;
    return write({ ...said, kernel, source, view, panel, position: this.#step ?? (this.begun ? step : null) });
  });
  counts = $derived.by(() => {
    const { problem, answer } = this.displayed;
    return { parameters: answer?.parameters ?? parameters(problem), macs: answer?.macs ?? macs(problem) };
  });

  /** Problem of the picture or of the newest request. */
  get refused(): Refused | null {
    if (this.missed?.key === this.key) return { field: 'input', text: this.missed.text };
    const { selection: opened, problem } = this.learned;
    if (!this.isLearned) return this.#refused;
    if (opened.problem !== null) return { field: 'model', text: opened.problem };
    return problem === null ? this.#refused : { field: 'kernel', text: problem };
  }

  set refused(refused: Refused | null) {
    this.#refused = refused;
  }

  constructor(attributes: Record<string, string | undefined> = {}) {
    this.setAttributes(attributes);
  }

  /** Applies the attributes. */
  setAttributes(attributes: Record<string, string | undefined>): void {
    const said = read(attributes);
    this.given = said;
    this.learned.selection.select(readKernel(said.kernel)?.model ?? attributes['model']);
    this.view = said.view;
    this.panel = said.panel;
    this.begun = said.position !== null;
    this.#step = said.position;
    this.settle();
  }

  /** Sets the player's length, and the window's initial position until it is moved. */
  settle(): void {
    this.player.length = this.steps;
    if (this.posed === null || !this.own) return;
    if (this.#step !== null) this.player.scrub(Math.min(this.#step, this.steps - 1));
    else if (!this.begun) this.player.scrub(this.#rest());
    this.#step = null;
  }

  /** Initial position of the window: the middle of a picture, else the first cell. */
  #rest(): number {
    if (!pictured(this.setup.source)) return 0;
    const width = this.spreads ? this.displayed.problem.input.width : this.displayed.output.width;
    return Math.floor(this.each / width / 2) * width + Math.floor(width / 2);
  }

  change(part: Partial<GivenSetup>): void {
    const { source, channels } = this.setup;
    // The picture that came with a network's kernel stays for one of another kind.
    const stays = part.kernel !== undefined && brought(this.given.kernel) && !brought(part.kernel);
    this.given = { ...this.given, ...(stays ? { source, channels } : {}), ...part };
    const named = readKernel(this.given.kernel);
    if (named !== null) this.learned.selection.select(named.model);
    this.hovered = null;
    this.refused = null;
  }

  /** Replaces a pattern by the visitor's numbers. */
  edit(channel: number, rows: number[][]): void {
    const values = nested(this.problem.input).map((before, index) => (index === channel ? rows : before));
    const fitting = values.map((one) => rows.map((row, y) => row.map((_, x) => one[y]?.[x] ?? 0)));
    this.change({ source: 'numbers', values: fitting, size: null });
  }

  /** Replaces a preset by the visitor's weights. */
  weigh(filter: number, channel: number, rows: number[][]): void {
    const weights = editable(this.problem).map((one, out) =>
      one.map((before, into) =>
        out === filter && into === channel ? rows : rows.map((row, y) => row.map((_, x) => before[y]?.[x] ?? 0)),
      ),
    );
    this.change({ kernel: 'weights', weights, filters: weights.length });
  }

  /** Resizes the input: numbers are cropped or zero-padded, a picture or pattern is recreated. */
  resize(part: Partial<Shape & { channels: number }>): void {
    const { channels, height, width } = { ...this.size, ...part };
    const counted = part.channels ?? this.given.channels;
    if (this.setup.source === 'numbers')
      this.change({ source: 'numbers', values: resized(this.setup.values, channels, height, width), channels });
    else this.change({ size: { height, width }, channels: counted });
  }

  /** Selects a source with its default size. */
  choose(source: string): void {
    const { height, width } = this.problem.input;
    const { limit } = sizes(source);
    const small = !pictured(source) && Math.max(height, width) <= limit;
    const numbers = source === 'numbers' ? { values: small ? nested(this.problem.input) : DEFAULTS.values } : {};
    this.change({ source, ...numbers, size: small && !pictured(this.setup.source) ? { height, width } : null });
  }

  /** Selects a kernel by name; custom weights begin as the displayed ones. */
  chooseKernel(kernel: string): void {
    const { setup, problem } = this;
    const filters = setup.kernel === 'weights' ? setup.weights.length : setup.filters;
    if (kernel === 'weights') this.change({ kernel, weights: editable(problem), filters: problem.filters.out });
    else this.change({ kernel, kernelSize: null, filters, ...this.#channels(kernel) });
  }

  /** Sets the number of channels that another network's kernels read. */
  #channels(kernel: string): Partial<GivenSetup> {
    const another = brought(kernel) && readKernel(kernel)?.model !== readKernel(this.given.kernel)?.model;
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

  /** Sets one filter per channel. */
  depthwise(): void {
    const { channels } = this.size;
    this.countFilters(channels);
    this.change({ groups: channels });
  }

  /** True if the kernel belongs to a network. */
  get isLearned(): boolean {
    return readKernel(this.given.kernel) !== null;
  }

  /** True while a network is loading. */
  get waiting(): boolean {
    return this.isLearned && this.learned.firstKernels === null;
  }

  get size() {
    return inputSize(this.setup);
  }

  get kernelSize() {
    return kernelSize(this.setup);
  }

  /** Moves the window; from then on the output is filled up to it, and playing begins at the start. */
  begin(): void {
    if (this.begun || this.#step !== null || this.posed === null) return;
    if (this.player.playing) this.player.position = 0;
    this.begun = this.player.playing || this.player.position !== this.#rest();
  }

  goTo(place: { row: number; col: number }): void {
    const width = this.spreads ? this.displayed.problem.input.width : this.displayed.output.width;
    this.player.scrub(this.map * this.each + place.row * width + place.col);
  }

  /** Selects a cell from another view. */
  follow({ map, row, col }: Position): void {
    this.player.scrub(map * this.each + row * this.displayed.output.width + col);
  }

  /** Selects a picture; a file or new drawing is kept here since no attribute can hold it. */
  picture(source: Source): void {
    const name = sourceText(source) ?? source.kind;
    this.#chosen = source;
    this.chosen += 1;
    if (name.split(':')[0] === this.setup.source.split(':')[0]) this.change({ source: name });
    else this.choose(name);
  }

  /** Source of the picture. */
  get source(): Source {
    const chosen = this.#chosen;
    if (chosen !== null && (sourceText(chosen) ?? chosen.kind) === this.setup.source) return chosen;
    return readSource(this.setup.source) ?? { kind: 'drawing' };
  }

  showMap(map: number): void {
    this.player.scrub(map * this.each + (this.step % this.each));
  }

  point(pointed: Hovered | null): void {
    this.hovered = pointed;
  }
}

/** The problem of the default setup. */
function defaultProblem(): Problem {
  const posed = problemOf(DEFAULTS, null, null);
  if (posed === null || !('problem' in posed)) throw new Error('the usual setup is no problem');
  return posed.problem;
}

const USUAL_PROBLEM = defaultProblem();
