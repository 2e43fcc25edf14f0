/** State of the pooling exhibit: settings, the last valid ones, and the server's answers. */

import { pattern, type Pattern } from '../../scene/convolution-inputs';
import {
  gradientOf,
  pool,
  pooledSize,
  upTo,
  type Cell,
  type Pooled,
  type Pooling,
  type Size,
} from '../../scene/pooling';
import { mapOf, readKernel, readMap, writeMap } from '../../scene/learned';
import { networkFields, type Network } from '../../scene/network';
import { settingProblem, type Field, type SettingProblem } from '../../scene/pooling-check';
import type { Problem } from '../../scene/convolution';
import { fromNested, type Volume } from '../../scene/volume';
import { readSource, sourceText, type Source } from '../../ink/source';
import { KernelNetwork } from '../parts/kernel-network.svelte';
import { NetworkSelection } from '../parts/network-selection.svelte';
import { Player } from '../parts/player.svelte';
import { convolutionOf } from './requests';
import {
  amounts,
  compares,
  DIGIT,
  fetched,
  inputSize,
  kernelIn,
  kernelSize,
  nearest,
  NAMES,
  read,
  sourceOf,
  USUAL,
  write,
  type Given,
  type Motion,
  type Setup,
  type View,
} from './setup';

/** The displayed setup, which fits its input. */
export interface Shown {
  input: Volume;
  pooling: Pooling;
  source: string;
}

/** The server's answer. */
export interface Answer {
  output: Volume;
  before: Volume | null;
  indices: Int32Array | null;
}

const TURN = 15; // degrees
const PHOTO = 'photo:china'; // what a network that sees colours makes its maps of
const LARGE: Size = { height: 64, width: 64 };

export class PoolingState {
  setup = $state.raw<Setup>(USUAL);
  /** Network of the kernel, and network of the pooled map. */
  readonly kernels = new KernelNetwork();
  readonly mapped = new NetworkSelection();
  /** Problem of the settings; the figure keeps the last valid ones. */
  wrong = $state.raw<SettingProblem | null>(null);
  shown = $state.raw<Shown | null>(null);
  answer = $state.raw<{ of: Shown; answer: Answer } | null>(null);
  /** The server's gradient at the input for the outputs up to a position. */
  back = $state.raw<{ of: Shown; position: number; gradient: Volume } | null>(null);
  /** Cell under the pointer. */
  pointed = $state.raw<{ at: 'input' | 'output'; cell: Cell } | null>(null);

  /** Weights of the kernel before the pooling; null until loaded. */
  #kernel = $state.raw<{ of: string; rows: number[][] } | null>(null);
  /** A file or new drawing, which no attribute can hold. */
  #chosen = $state.raw<{ source: Source; text: string; turn: number } | null>(null);

  /** Players: one for outputs, one for the movement. */
  readonly player = new Player({ length: 1 });
  readonly mover = new Player({ length: 1 });
  #last: Given = {};
  /** Position requested before the player had a length. */
  #awaited: number | null = null;
  #picture: { of: string; volume: Volume } | null = null;

  /** Applies the attributes that have changed since the last call. */
  setAttributes(given: Given): void {
    const first = Object.keys(this.#last).length === 0;
    const changed: Given = {};
    for (const name of NAMES) if (given[name] !== this.#last[name]) changed[name] = given[name];
    this.#last = { ...given };
    this.setup = read(changed, first ? USUAL : this.setup);
    if (changed.model !== undefined) this.kernels.selection.select(changed.model);
    this.settle();
    this.#showAmount();
    if (changed.position === undefined) return;
    this.#awaited = this.setup.position;
    if (this.player.length > 1) this.sized(this.player.length);
  }

  /** State as attributes; the position is not written while playing. */
  get attributes(): Record<string, string> {
    const { position: at, end, playing } = this.player;
    const position = at < end && !playing ? at : this.#awaited;
    const source = this.setup.source === null ? null : this.source;
    return write({ ...this.setup, source, kernel: this.kernel, position, amount: this.amount });
  }

  get view(): View {
    return this.setup.view;
  }

  /** The source; for a network's map with its valid layer. */
  get source(): string {
    const said = sourceOf(this.setup);
    const named = readMap(said);
    const found = named === null || !this.mapped.ready ? null : mapOf(named, this.mapped.network);
    return found === null ? said : writeMap(found);
  }

  get kernel(): string {
    return kernelIn(this.kernels.firstKernels, this.setup.kernel);
  }

  /** Network of the pooled map. */
  get mapNetwork(): NetworkSelection {
    return readMap(this.source) === null ? this.kernels.selection : this.mapped;
  }

  /** True if a map is selected of a network without maps. */
  get mapless(): boolean {
    const named = readMap(this.source);
    return named !== null && this.mapped.ready && mapOf(named, this.mapped.network) === null;
  }

  /** Input to fetch; null for numbers, or until the map's network is loaded. */
  get wanted(): { source: string; size: Size; key: string; network: Network } | null {
    const { source } = this;
    const { ready, network } = this.mapped;
    if (readMap(source) !== null && (!ready || this.mapless)) return null;
    const size = inputSize(this.setup);
    const turn = this.#chosen?.text === source ? this.#chosen.turn : 0;
    return fetched(source) ? { source, size, key: `${source} ${size.height}x${size.width} ${turn}`, network } : null;
  }

  /** The selected source while the attribute agrees, else the attribute's. */
  get picture(): Source {
    if (this.#chosen?.text === this.source) return this.#chosen.source;
    const map = readMap(this.source);
    const usual = map !== null && networkFields(this.mapped.network).colour ? PHOTO : DIGIT;
    return readSource(map?.picture ?? this.source) ?? readSource(usual) ?? { kind: 'drawing' };
  }

  choose(source: Source): void {
    const own = sourceText(source) ?? 'file';
    const map = readMap(this.source);
    const text = map === null ? own : writeMap({ ...map, picture: own });
    this.#chosen = { source, text, turn: (this.#chosen?.turn ?? 0) + 1 };
    this.change({ source: text });
  }

  /** True if a convolution precedes the pooling. */
  get compares(): boolean {
    return compares(this.view);
  }

  /** Selects the network of the map; the kernel follows if it is not in use. */
  openMap(model: string): void {
    const { picture = '' } = readMap(this.source) ?? {};
    const kept = /^(digit|drawing)/.test(picture) ? picture : ''; // not every network is shown photos
    const source = writeMap({ model, layer: null, map: 0, picture: kept });
    this.change(this.compares ? { source } : { source, kernel: model });
  }

  /** The convolution before the pooling; null while something is loading. */
  convolution = $derived.by((): Problem | null => {
    const { shown } = this;
    const kernel = this.#kernel;
    return shown === null || kernel === null || !this.compares ? null : convolutionOf(shown.input, kernel.rows);
  });

  learned(of: string, rows: number[][]): void {
    this.#kernel = { of, rows };
    this.settle();
  }

  change(change: Partial<Setup>): void {
    this.setup = { ...this.setup, ...change };
    this.settle();
  }

  look(view: View): void {
    this.player.pause();
    this.mover.pause();
    this.pointed = null;
    this.change({ view });
  }

  move(motion: Motion): void {
    this.mover.pause();
    this.setup = { ...this.setup, motion, amount: motion === 'rotate' ? TURN : USUAL.amount };
    this.#showAmount();
  }

  /** Stores a loaded picture or map. */
  arrive(key: string, volume: Volume): void {
    this.#picture = { of: key, volume };
    this.settle();
  }

  answered(of: Shown, answer: Answer): void {
    if (of === this.shown) this.answer = { of, answer };
  }

  cameBack(of: Shown, position: number, gradient: Volume): void {
    if (of === this.shown) this.back = { of, position, gradient };
  }

  #showAmount(): void {
    const { motion, amount } = this.setup;
    const { amounts } = this;
    this.mover.length = amounts.length;
    this.mover.scrub(amounts.indexOf(nearest(motion, amount, amounts.at(-1))));
  }

  /** Input of the settings; null while loading. */
  #input(): Volume | null {
    const { setup, source, wanted } = this;
    if (fetched(source)) return wanted !== null && this.#picture?.of === wanted.key ? this.#picture.volume : null;
    if (source === 'numbers') return fromNested(setup.values);
    const { height, width } = inputSize(setup);
    return pattern(source as Pattern, 1, height, width, setup.seed);
  }

  /** Displays the settings as far as they are loaded. */
  settle(): void {
    const { model } = readKernel(this.setup.kernel) ?? {};
    if (model !== undefined) this.kernels.selection.select(model);
    this.mapped.select(readMap(sourceOf(this.setup))?.model);
    const { setup, source, shown } = this;
    const input = this.#input();
    if (input === null) return;
    const { kind, window, stride, padding, ceil, coefficient, bias } = setup;
    let pooling: Pooling = { kind, window, stride, padding, ceil, coefficient, bias };
    let pooled: Size = input;
    if (this.compares) {
      const size = kernelSize(setup.kernel, this.kernels.firstKernels);
      if (size === null) return;
      pooled = { height: input.height - size.height + 1, width: input.width - size.width + 1 };
      // What a larger stride or a movement is compared with has nothing to learn and no padding.
      pooling = { ...pooling, kind: kind === 'subsampling' ? 'average' : kind, padding: [0, 0], ceil: false };
    }
    this.wrong = settingProblem(pooling, pooled);
    if (this.wrong !== null) {
      // The very first picture needs some setting that fits.
      if (shown === null && Math.min(pooled.height, pooled.width) > 0)
        this.#show({ input, pooling: { ...pooling, ...fitting(pooled) }, source });
      return;
    }
    const same = shown !== null && shown.source === source && sameVolume(shown.input, input);
    if (same && JSON.stringify(shown.pooling) === JSON.stringify(pooling)) return;
    this.#show({ input: same ? shown.input : input, pooling, source });
  }

  #show(shown: Shown): void {
    const amount = this.shown === null ? this.setup.amount : this.amount;
    this.shown = shown;
    this.pointed = null;
    if (this.mover.length !== this.amounts.length) {
      this.setup = { ...this.setup, amount };
      this.#showAmount();
    }
    if (this.compares) return;
    this.sized(this.count);
  }

  /** Sets the player's length; the position is kept, the end stays the end, a requested position is applied. */
  sized(count: number): void {
    const { length, position } = this.player;
    const awaited = this.#awaited;
    this.#awaited = null;
    if (count === length && awaited === null) return;
    this.player.pause();
    this.player.length = count;
    this.player.scrub(Math.min(awaited ?? (position >= length - 1 ? count - 1 : position), count - 1));
  }

  get size(): Size {
    return this.shown === null ? { height: 0, width: 0 } : pooledSize(this.shown.pooling, this.shown.input);
  }

  /** Number of outputs of the displayed channel. */
  get count(): number {
    return this.size.height * this.size.width;
  }

  #preview = $derived.by((): Pooled | null => this.shown && pool(this.shown.input, this.shown.pooling));

  /** The output: the server's, or the preview until it answers. */
  pooled = $derived.by((): Pooled | null => {
    const preview = this.#preview;
    if (preview === null || this.answer === null || this.answer.of !== this.shown) return preview;
    return { ...preview, ...this.answer.answer };
  });

  /** True if the server's answer is displayed. */
  get confirmed(): boolean {
    return this.answer !== null && this.answer.of === this.shown;
  }

  /** Gradient at the input of the outputs up to the position. */
  gradient = $derived.by((): Volume | null => {
    const { shown, back } = this;
    const { position } = this.player;
    if (shown === null) return null;
    if (back !== null && this.cameBackTo(position)) return back.gradient;
    return gradientOf(shown.input, shown.pooling, upTo(position, this.count));
  });

  /** True if the gradient of this position is the server's. */
  cameBackTo(position: number): boolean {
    return this.back !== null && this.back.of === this.shown && this.back.position === position;
  }

  /** Output cell whose window is drawn: under the pointer, else at the player's position. */
  get followed(): Cell {
    if (this.pointed?.at === 'output') return this.pointed.cell;
    const { position } = this.player;
    const { width } = this.size;
    return { row: Math.floor(position / Math.max(1, width)), col: position % Math.max(1, width) };
  }

  point(at: 'input' | 'output', cell: Cell | null): void {
    this.pointed = cell === null ? null : { at, cell: { row: cell.row, col: cell.col } };
  }

  /** Moves the player to the selected output. */
  pick({ row, col }: Cell): void {
    this.player.scrub(row * this.size.width + col);
  }

  /** All amounts of the movement. */
  get amounts(): number[] {
    return amounts(this.setup.motion, this.shown?.input ?? LARGE);
  }

  get amount(): number {
    return this.amounts[this.mover.position] ?? 0;
  }

  /** Error message of a control. */
  wrongWith(field: Field): SettingProblem | null {
    return this.wrong?.field === field ? this.wrong : null;
  }
}

/** The largest default window that fits the input. */
function fitting({ height, width }: Size): Pick<Pooling, 'window' | 'stride' | 'padding' | 'coefficient' | 'bias'> {
  const window: [number, number] = [Math.min(2, height), Math.min(2, width)];
  return { window, stride: window, padding: [0, 0], coefficient: USUAL.coefficient, bias: USUAL.bias };
}

function sameVolume(a: Volume, b: Volume): boolean {
  return a.height === b.height && a.width === b.width && a.data.every((value, index) => value === b.data[index]);
}
