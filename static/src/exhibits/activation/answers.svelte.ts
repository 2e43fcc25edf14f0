/** Requests of the activation exhibit: curves, feature maps before and after, gradients of chains. */

import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';

import type { Source } from '../../ink/source';
import { ARGUMENTS, sampled, type Kind, type Sampled } from '../../scene/activation';
import type { Initialization } from '../../scene/chain';
import type { Network } from '../../scene/network';
import type { Volume } from '../../scene/volume';
import { LatestRequest, RequestError, toVolume, type FloatTensor, type Problem } from '../../wire/request';
import { isBlank, maps } from '../parts/loading';

const PATH = 'operations/activation';

/** Units of each layer of a chain, and examples that pass it. */
export const WIDTH = 64;
export const EXAMPLES = 64;

export interface Chain {
  /** The norm of the gradient at every layer, the one next to the input first. */
  gradients: number[];
  /** The standard deviation of every layer's values. */
  activations: number[];
}

export interface ChainSettings {
  depth: number;
  initialization: Initialization;
  seed: number;
  slope: number;
}

/** Chains of one setting that are all there, so that a picture never mixes two. */
export interface Chains {
  settings: ChainSettings;
  of: Partial<Record<Kind, Chain>>;
}

export interface Applied {
  kind: Kind;
  slope: number;
  before: Volume;
  after: Volume;
  derivative: Float32Array;
  /** The share of zeros in the whole layer. */
  zeros: number;
}

interface FunctionQuestion {
  kind: Kind;
  slope: number;
}

type CurvePayload = FunctionQuestion & { input: number[] };
type MapPayload = FunctionQuestion & { tensors: { input: Volume } };
type ChainQuestion = FunctionQuestion & ChainSettings & { width: number; batch: number };

interface CurveAnswer {
  output: number[];
  derivative: number[];
}

interface MapAnswer {
  tensors: { output: FloatTensor; derivative: FloatTensor };
  zeros: number;
}

interface ChainAnswer {
  gradients: (number | null)[];
  activations: (number | null)[];
}

const ARGUMENT_LIST = Array.from(ARGUMENTS);

/** The slope says something of leaky ReLU only. */
function keyOf(kind: Kind, slope: number, ...more: (string | number)[]): string {
  return [kind, kind === 'leaky-relu' ? slope : '', ...more].join(' ');
}

function chainKey({ depth, initialization, seed, slope }: ChainSettings, kind: Kind): string {
  return keyOf(kind, slope, depth, initialization, seed);
}

export class ActivationAnswers {
  readonly #server: string | undefined;
  #curves = new SvelteMap<string, Sampled>();
  #previews: Record<string, Sampled> = {};
  #curveAskers: Partial<Record<Kind, LatestRequest<CurvePayload, CurveAnswer>>> = {};
  #chainAskers: Partial<Record<Kind, LatestRequest<ChainQuestion, ChainAnswer>>> = {};
  #chains: Record<string, Chain> = {};
  #chainsWanted: { kinds: readonly Kind[]; settings: ChainSettings } | null = null;
  #mapAsker: LatestRequest<MapPayload, MapAnswer>;
  #before = $state.raw<Volume | null>(null);
  #turn = 0;

  chains = $state.raw<Chains | null>(null);
  applied = $state.raw<Applied | null>(null);
  problem = $state.raw<string | null>(null);
  /** Reason why the picture's maps are missing; other answers do not clear it. */
  missing = $state.raw<string | null>(null);
  /** True if there is nothing to show because the visitor has drawn nothing yet. */
  blank = $state(false);

  constructor(server: string | undefined) {
    this.#server = server;
    this.#mapAsker = new LatestRequest<MapPayload, MapAnswer>(
      PATH,
      server,
      ({ tensors, zeros }, { kind, slope, tensors: { input } }) => {
        const { output, derivative } = tensors;
        this.applied = { kind, slope, before: input, after: toVolume(output), derivative: derivative.data, zeros };
      },
      this.#complain,
    );
  }

  #complain = (problem: Problem | null) => {
    this.problem = problem?.detail ?? null;
  };

  /** A function's values and slopes at every argument: the server's, and until they are there the browser's. */
  curve(kind: Kind, slope: number): Sampled {
    const key = keyOf(kind, slope);
    const curve = this.#curves.get(key);
    if (curve !== undefined) return curve;
    return (this.#previews[key] ??= sampled(kind, slope));
  }

  /** True if a curve is the server's. */
  has(kind: Kind, slope: number): boolean {
    return this.#curves.has(keyOf(kind, slope));
  }

  askCurves(kinds: readonly Kind[], slope: number): void {
    for (const kind of kinds) {
      if (!untrack(() => this.has(kind, slope))) this.#curveAsker(kind).send({ input: ARGUMENT_LIST, kind, slope });
    }
  }

  #curveAsker(kind: Kind): LatestRequest<CurvePayload, CurveAnswer> {
    return (this.#curveAskers[kind] ??= new LatestRequest<CurvePayload, CurveAnswer>(
      PATH,
      this.#server,
      ({ output, derivative }, question) => {
        const values = { output: Float32Array.from(output), derivative: Float32Array.from(derivative) };
        this.#curves.set(keyOf(kind, question.slope), values);
      },
      this.#complain,
    ));
  }

  /** Loads a layer's maps before the function; the last ones stay until they are there. */
  async load(source: Source, layer: string, network: Network): Promise<void> {
    const turn = ++this.#turn;
    const isCurrent = () => turn === this.#turn;
    try {
      const before = await maps(source, layer, network, this.#server, isCurrent, (problem) => (this.missing = problem));
      if (before === null) return;
      this.missing = null;
      this.blank = false;
      this.#before = before;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (!isCurrent()) return;
      this.blank = isBlank(error.problem, source);
      this.missing = this.blank ? null : error.problem.detail;
    }
  }

  /** Puts the loaded maps through a function. */
  askMap(kind: Kind, slope: number): void {
    if (this.#before !== null) this.#mapAsker.send({ kind, slope, tensors: { input: this.#before } });
  }

  askChains(kinds: readonly Kind[], settings: ChainSettings): void {
    this.#chainsWanted = { kinds, settings };
    for (const kind of kinds) {
      if (this.#chains[chainKey(settings, kind)] !== undefined) continue;
      this.#chainAsker(kind).send({ kind, ...settings, width: WIDTH, batch: EXAMPLES });
    }
    this.#publish();
  }

  #chainAsker(kind: Kind): LatestRequest<ChainQuestion, ChainAnswer> {
    return (this.#chainAskers[kind] ??= new LatestRequest<ChainQuestion, ChainAnswer>(
      `${PATH}/chain`,
      this.#server,
      ({ gradients, activations }, question) => {
        const numbers = (values: (number | null)[]) => values.map((value) => value ?? NaN);
        const chain = { gradients: numbers(gradients), activations: numbers(activations) };
        this.#chains[chainKey(question, kind)] = chain;
        this.#publish();
      },
      this.#complain,
    ));
  }

  /** Shows the chains that are wanted as soon as all of them are there. */
  #publish(): void {
    if (this.#chainsWanted === null) return;
    const { kinds, settings } = this.#chainsWanted;
    const of: Chains['of'] = {};
    for (const kind of kinds) {
      const chain = this.#chains[chainKey(settings, kind)];
      if (chain === undefined) return;
      of[kind] = chain;
    }
    this.chains = { settings, of };
  }

  close(): void {
    this.#turn += 1;
    for (const asker of [this.#mapAsker, ...Object.values(this.#curveAskers), ...Object.values(this.#chainAskers)])
      asker.close();
  }
}
