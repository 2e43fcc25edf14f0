/** Requests of the classifier: activations, weights, the layer computed both ways, and the loss. */

import { untrack } from 'svelte';

import { answering, networkFields, versionOf, type Network } from '../../scene/network';
import type { Volume } from '../../scene/volume';
import { LatestRequest, RequestError, type FloatTensor, type Problem } from '../../wire/request';
import { featureMaps, weights } from '../../wire/maps';
import type { Sendable } from '../../wire/safetensors';
import type { SoftmaxAnswer } from '../../wire/types';
import { SourceSelection } from '../parts/source-selection.svelte';
import type { ClassifierState, Weights } from './state.svelte';

interface LinearPayload {
  tensors: { input: Volume | Sendable; weight: Sendable; bias: Sendable };
}

interface LinearAnswer {
  difference: number;
  tensors: { output: FloatTensor; convolution: FloatTensor };
}

interface SoftmaxPayload {
  logits: number[];
  temperature: number;
  target: number;
  label_smoothing: number;
  weights?: number[];
  penalty?: string;
  strength?: number;
}

export class ClassifierRequests extends SourceSelection {
  problem = $state.raw<Problem | null>(null);
  readonly #linear: LatestRequest<LinearPayload, LinearAnswer>;
  readonly #softmax: LatestRequest<SoftmaxPayload, SoftmaxAnswer>;
  /** Weights of the displayed layers per network version. */
  #weights: Partial<Record<string, Partial<Record<string, Weights>>>> = {};
  #requested: Partial<Record<string, boolean>> = {};
  /** Context of a request, to detect a late answer. */
  readonly #about = new WeakMap<object, string>();

  constructor(
    override readonly visit: ClassifierState,
    readonly server: string | undefined,
  ) {
    super(visit);
    const problem = (newProblem: Problem | null) => (this.problem = newProblem);
    this.#linear = new LatestRequest(
      'operations/linear',
      server,
      ({ difference, tensors }, question) => {
        if (this.#about.get(question) !== this.#layer) return;
        const [output, convolution] = [tensors.output, tensors.convolution].map((one) => Array.from(one.data));
        visit.connected = {
          from: visit.page?.from ?? 0,
          output: output ?? [],
          convolution: convolution ?? [],
          difference,
        };
      },
      problem,
    );
    this.#softmax = new LatestRequest(
      'operations/softmax',
      server,
      (answer, question) => this.#about.get(question) === visit.selection.model && (visit.priced = priced(answer)),
      problem,
    );
  }

  /** Requests the layer and the displayed units. */
  get #layer(): string {
    const { selection: opened, layer, page } = this.visit;
    return `${opened.model} ${layer} ${page?.from}`;
  }

  /** Sends requests whenever their inputs change (called in an effect); returns a function that stops this. */
  open(): () => void {
    const { visit } = this;
    const { selection: opened } = visit;

    // What another network said is not true of this one.
    $effect(() => {
      void opened.model;
      untrack(() => {
        visit.maps = null;
        visit.connected = null;
        visit.priced = null;
        this.problem = null;
      });
    });

    $effect(() => {
      const loaded = opened.ready ? this.#weights[versionOf(opened.network)] : undefined;
      visit.weights = loaded ?? {};
    });

    $effect(() => {
      let closed = false;
      const { network, ready } = opened;
      if (!ready) return;
      featureMaps(this.source, answering(network), networkFields(network), this.server).then(
        (maps) => {
          if (closed) return;
          this.problem = null;
          visit.maps = maps;
        },
        (error: unknown) => closed || this.#failed(error),
      );
      return () => (closed = true);
    });

    $effect(() => {
      const { layer, view } = visit;
      if (!opened.ready) return;
      if (view === 'unit' || view === 'convolution') void this.#fetch(opened.network, layer);
      if (view === 'prior') void this.#fetch(opened.network, 'output');
    });

    $effect(() => {
      const { read, layerWeights: own, page, view } = visit;
      if (read === null || own === null || page === null || (view !== 'unit' && view !== 'convolution')) return;
      const { from, to } = page;
      const inputs = read.data.length;
      const payload = {
        tensors: {
          input: read,
          weight: { shape: [to - from, inputs], data: own.weight.subarray(from * inputs, to * inputs) },
          bias: { shape: [to - from], data: own.bias.subarray(from, to) },
        },
      };
      this.#about.set(payload, this.#layer);
      this.#linear.send(payload);
    });

    $effect(() => {
      const { logits, temperature, targetClass: target, smoothing, view, penalty, strength } = visit;
      if (logits.length === 0 || (view !== 'softmax' && view !== 'loss' && view !== 'prior')) return;
      const own = visit.weights.output;
      if (view === 'prior' && own === undefined) return;
      const priced = view === 'prior' && own !== undefined ? { weights: [...own.weight], penalty, strength } : {};
      const question = { logits, temperature, target, label_smoothing: smoothing, ...priced };
      this.#about.set(question, opened.model);
      this.#softmax.send(question);
    });

    return () => {
      this.#linear.close();
      this.#softmax.close();
    };
  }

  #shows(version: string): boolean {
    const { selection: opened } = this.visit;
    return opened.ready && versionOf(opened.network) === version;
  }

  /** Fetches the weights of a layer once per version. */
  async #fetch(network: Network, layer: string): Promise<void> {
    const { name: model, layers } = network;
    const version = versionOf(network);
    const key = `${version} ${layer}`;
    if (this.#requested[key]) return;
    this.#requested[key] = true;
    try {
      const { weights: names = [], output_shape: [units = 1] = [] } = layers.find(({ name }) => name === layer) ?? {};
      const [weight, bias] = await Promise.all(
        ['weight', 'bias'].map((name) =>
          names.includes(`${layer}.${name}`) ? weights(model, `${layer}.${name}`, this.server) : null,
        ),
      );
      // A layer that is normalized afterwards has no bias of its own.
      const own = weight && { weight: weight.data, bias: bias?.data ?? new Float32Array(units) };
      const all = { ...this.#weights[version], ...(own && { [layer]: own }) };
      this.#weights[version] = all;
      if (this.#shows(version)) this.visit.weights = all;
    } catch (error) {
      this.#requested[key] = false;
      if (this.#shows(version)) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof RequestError) this.problem = error.problem;
    else throw error;
  }
}

function priced(answer: SoftmaxAnswer): NonNullable<ClassifierState['priced']> {
  return {
    probabilities: answer.probabilities,
    logProbabilities: answer.log_probabilities,
    targets: answer.targets ?? [],
    loss: answer.loss ?? 0,
    gradient: answer.gradient ?? [],
    penalty: answer.penalty,
    constant: answer.constant,
    logPrior: answer.log_prior,
    posterior: answer.posterior,
  };
}
