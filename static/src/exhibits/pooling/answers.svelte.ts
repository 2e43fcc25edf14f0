/** Requests of the pooling exhibit: pictures, kernels, outputs, gradients, movements, and downsampling by stride. */

import { featureMaps } from '../../wire/maps';
import {
  LatestRequest,
  RequestError,
  toVolume,
  type FloatTensor,
  type Problem as RequestProblem,
} from '../../wire/request';
import { pixels } from '../../ink/source';
import type { Problem } from '../../scene/convolution';
import { readMap } from '../../scene/learned';
import { networkFields } from '../../scene/network';
import { upTo, type Pooling } from '../../scene/pooling';
import { channel, type Volume } from '../../scene/volume';
import { Fork } from './fork.svelte';
import { Movement, type Curve } from './movement.svelte';
import { invarianceFields, kernelTensor, poolingFields } from './requests';
import type { Motion } from './setup';
import type { PoolingState, Shown } from './state.svelte';

interface PoolingAnswer {
  tensors: { output: FloatTensor; indices?: FloatTensor; before?: FloatTensor; gradient?: FloatTensor };
}

interface InvarianceAnswer {
  tensors: { input: FloatTensor; convolution: FloatTensor; pooled: FloatTensor };
  curve: Record<keyof Curve, (number | null)[]>;
}

interface ConvolutionAnswer {
  tensors: { output: FloatTensor };
}

/** Context of a request, not sent. */
type About<T> = WeakMap<object, T>;

interface Pair {
  problem: Problem;
  pooling: Pooling;
}

export class Answers {
  problem = $state.raw<RequestProblem | null>(null);
  readonly movement = new Movement();
  readonly fork: Fork;
  #pooled: About<Shown> = new WeakMap();
  #backs: About<{ of: Shown; position: number }> = new WeakMap();
  #moves: About<{ of: string; amount: number }> = new WeakMap();
  #pairs: About<Pair> = new WeakMap();
  #maps: { of: Pair; map?: Volume; strided?: Volume } | null = null;
  readonly #askers: { close(): void }[] = [];
  readonly #pool;
  readonly #back;
  readonly #rest;
  readonly #go;
  readonly #convolve;
  readonly #stride;
  readonly #poolMap;

  constructor(
    readonly exhibit: PoolingState,
    readonly server?: string,
  ) {
    this.fork = new Fork(exhibit.player, (count) => exhibit.sized(count));
    this.#pool = this.#asker<PoolingAnswer>('pooling', (answer, question) => this.#tellPooled(answer, question));
    this.#back = this.#asker<PoolingAnswer>('pooling', ({ tensors }, question) => {
      const about = this.#backs.get(question);
      if (about && tensors.gradient) exhibit.cameBack(about.of, about.position, toVolume(tensors.gradient));
    });
    this.#rest = this.#asker<InvarianceAnswer>('invariance', ({ tensors, curve }, question) => {
      const about = this.#moves.get(question);
      if (about) this.movement.rested(about.of, stages(tensors), numbers(curve));
    });
    this.#go = this.#asker<InvarianceAnswer>('invariance', ({ tensors }, question) => {
      const about = this.#moves.get(question);
      if (about) this.movement.went(about.of, about.amount, stages(tensors));
    });
    this.#convolve = this.#asker<ConvolutionAnswer>('convolution', ({ tensors }, question) => {
      const of = this.#pairs.get(question);
      if (of === undefined || of !== this.#maps?.of) return;
      this.#maps.map = toVolume(tensors.output);
      this.#ask(this.#poolMap, { ...poolingFields(of.pooling), tensors: { input: this.#maps.map } }, this.#pairs, of);
    });
    this.#stride = this.#asker<ConvolutionAnswer>('convolution', ({ tensors }, question) => {
      const of = this.#pairs.get(question);
      if (of === undefined || of !== this.#maps?.of) return;
      this.#maps.strided = toVolume(tensors.output);
      if (this.#maps.map) this.#ask(this.#poolMap, { ...poolingFields(of.pooling), tensors: { input: this.#maps.map } }, this.#pairs, of); // prettier-ignore
    });
    this.#poolMap = this.#asker<PoolingAnswer>('pooling', ({ tensors }, question) => {
      const of = this.#pairs.get(question);
      const { map, strided } = this.#maps ?? {};
      if (of === undefined || of !== this.#maps?.of || map === undefined || strided === undefined) return;
      const pooled = toVolume(tensors.output);
      this.fork.answered(of.problem, of.pooling, { map, strided, pooled, indices: indicesOf(tensors.indices) });
    });
  }

  close(): void {
    for (const asker of this.#askers) asker.close();
  }

  /** Requests the output. */
  askPooled(shown: Shown): void {
    this.#ask(this.#pool, { ...poolingFields(shown.pooling), tensors: { input: shown.input } }, this.#pooled, shown);
  }

  /** Requests the gradient of the outputs up to a position. */
  askBack(shown: Shown, position: number): void {
    const { height, width } = this.exhibit.size;
    const upstream: Volume = { channels: 1, height, width, data: upTo(position, height * width) };
    const question = {
      ...poolingFields(shown.pooling),
      gradient: true,
      tensors: { input: shown.input, upstream },
    };
    this.#ask(this.#back, question, this.#backs, { of: shown, position });
  }

  /** Requests the stages at rest with the whole curve, if missing, and the moved stages. */
  askMoved(problem: Problem, shown: Shown, motion: Motion, amount: number): void {
    const of = `${identity(problem)} ${identity(shown.pooling)} ${motion}`;
    const tensors = { input: problem.input, kernel: kernelTensor(problem) };
    if (this.movement.begin(of))
      this.#ask(this.#rest, { ...invarianceFields(shown.pooling, problem, motion, 0, true), tensors }, this.#moves, { of, amount: 0 }); // prettier-ignore
    this.#ask(this.#go, { ...invarianceFields(shown.pooling, problem, motion, amount, false), tensors }, this.#moves, { of, amount }); // prettier-ignore
  }

  /** Requests the feature map, pooled, and with the larger stride. */
  askPair(problem: Problem, shown: Shown): void {
    const { pooling } = shown;
    this.fork.set(problem, pooling, shown.source !== 'numbers' && /^(digit|drawing)/.test(shown.source));
    const of = { problem, pooling };
    this.#maps = { of };
    const tensors = { input: problem.input, kernel: kernelTensor(problem) };
    this.#ask(this.#convolve, { stride: [1, 1], tensors }, this.#pairs, of);
    this.#ask(this.#stride, { stride: pooling.stride, tensors }, this.#pairs, of);
  }

  /** Fetches the picture or map. */
  async fetchInput(wanted: NonNullable<PoolingState['wanted']>): Promise<void> {
    try {
      const volume = await this.#input(wanted);
      this.exhibit.arrive(wanted.key, volume);
      this.problem = null;
    } catch (error) {
      this.#complain(error);
    }
  }

  async #input({ source, size, network }: NonNullable<PoolingState['wanted']>): Promise<Volume> {
    const { picture } = this.exhibit;
    const { layer = null, map = 0 } = readMap(source) ?? {};
    if (layer === null) return pixels(picture, { ...size, channels: 1 }, this.server);
    const maps = (await featureMaps(picture, [layer], networkFields(network), this.server)).get(layer);
    if (maps === undefined) throw new RangeError(layer);
    return { channels: 1, height: maps.height, width: maps.width, data: channel(maps, map).slice() };
  }

  #tellPooled({ tensors }: PoolingAnswer, question: object): void {
    const of = this.#pooled.get(question);
    if (of === undefined) return;
    this.exhibit.answered(of, {
      output: toVolume(tensors.output),
      before: tensors.before ? toVolume(tensors.before) : null,
      indices: indicesOf(tensors.indices),
    });
  }

  #asker<Answer>(name: string, onanswer: (answer: Answer, question: object) => void): LatestRequest<object, Answer> {
    const asker = new LatestRequest<object, Answer>(
      `operations/${name}`,
      this.server,
      onanswer,
      (problem) => (this.problem = problem),
    );
    this.#askers.push(asker);
    return asker;
  }

  #ask<T>(
    asker: LatestRequest<object, unknown> | { send(question: object): void },
    question: object,
    about: About<T>,
    of: T,
  ) {
    about.set(question, of);
    asker.send(question);
  }

  #complain(error: unknown): void {
    if (!(error instanceof RequestError)) throw error;
    this.problem = error.problem;
  }
}

function indicesOf(indices: FloatTensor | undefined): Int32Array | null {
  return indices ? Int32Array.from(indices.data) : null;
}

function stages({ input, convolution, pooled }: InvarianceAnswer['tensors']) {
  return { input: toVolume(input), convolution: toVolume(convolution), pooled: toVolume(pooled) };
}

function numbers(curve: InvarianceAnswer['curve']): Curve {
  const list = (values: (number | null)[]) => values.map((value) => value ?? NaN);
  return { input: list(curve.input), convolution: list(curve.convolution), pooled: list(curve.pooled) };
}

const names = new WeakMap<object, number>();
let named = 0;

/** Key of an object that is replaced whenever it changes. */
function identity(of: object): number {
  const name = names.get(of) ?? (named += 1);
  names.set(of, name);
  return name;
}
