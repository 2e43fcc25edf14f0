/** What the classifier asks of the server: one drawing's activations, the weights, the layer both ways, and the loss. */

import type { Volume } from '../../scene/volume';
import { Asker, AskError, type Answered, type Problem } from '../../wire/ask';
import { featureMaps, weights } from '../../wire/maps';
import type { Sendable } from '../../wire/safetensors';
import type { SoftmaxAnswer } from '../../wire/types';
import { Sourced } from '../parts/sourced.svelte';
import { LAYERS, NEEDED, type ClassifierState, type Layer } from './state.svelte';

const MODEL = 'lenet5';

interface LinearQuestion {
  tensors: { input: Volume | Sendable; weight: Sendable; bias: Sendable };
}

interface LinearAnswered {
  difference: number;
  tensors: { output: Answered; convolution: Answered };
}

interface SoftmaxQuestion {
  logits: number[];
  temperature: number;
  target: number;
  label_smoothing: number;
  weights?: number[];
  penalty?: string;
  strength?: number;
}

export class Asking extends Sourced {
  problem = $state.raw<Problem | null>(null);
  readonly #linear: Asker<LinearQuestion, LinearAnswered>;
  readonly #softmax: Asker<SoftmaxQuestion, SoftmaxAnswer>;
  #asked: Partial<Record<Layer, boolean>> = {};

  constructor(
    override readonly visit: ClassifierState,
    readonly server: string | undefined,
  ) {
    super(visit);
    const problem = (told: Problem | null) => (this.problem = told);
    this.#linear = new Asker(
      'operations/linear',
      server,
      ({ difference, tensors }) => {
        const [output, convolution] = [tensors.output, tensors.convolution].map((one) => Array.from(one.data));
        visit.connected = { output: output ?? [], convolution: convolution ?? [], difference };
      },
      problem,
    );
    this.#softmax = new Asker('operations/softmax', server, (answer) => (visit.priced = priced(answer)), problem);
  }

  /** Called in an effect: asks whenever what is asked for changes; what it returns ends that. */
  open(): () => void {
    $effect(() => {
      let gone = false;
      featureMaps(this.source, NEEDED, { model: MODEL }, this.server).then(
        (maps) => {
          if (gone) return;
          this.problem = null;
          this.visit.maps = maps;
        },
        (error: unknown) => gone || this.#failed(error),
      );
      return () => (gone = true);
    });

    $effect(() => {
      const { layer, view } = this.visit;
      if (view === 'unit' || view === 'convolution') void this.#fetch(layer);
      if (view === 'prior') void this.#fetch('output');
    });

    $effect(() => {
      const { read, layerWeights: own, view } = this.visit;
      if (read === null || own === null || (view !== 'unit' && view !== 'convolution')) return;
      const units = own.bias.length;
      this.#linear.ask({
        tensors: {
          input: read,
          weight: { shape: [units, own.weight.length / units], data: own.weight },
          bias: { shape: [units], data: own.bias },
        },
      });
    });

    $effect(() => {
      const { logits, temperature, asked: target, smoothing, view, penalty, strength } = this.visit;
      if (logits.length === 0 || (view !== 'softmax' && view !== 'loss' && view !== 'prior')) return;
      const question = { logits, temperature, target, label_smoothing: smoothing };
      const own = this.visit.weights.output;
      if (view !== 'prior') this.#softmax.ask(question);
      else if (own !== undefined) this.#softmax.ask({ ...question, weights: [...own.weight], penalty, strength });
    });

    return () => {
      this.#linear.close();
      this.#softmax.close();
    };
  }

  /** Weights never change, so that each layer's are fetched once. */
  async #fetch(layer: Layer): Promise<void> {
    if (this.#asked[layer] || !LAYERS.includes(layer)) return;
    this.#asked[layer] = true;
    try {
      const [weight, bias] = await Promise.all(
        ['weight', 'bias'].map((name) => weights(MODEL, `${layer}.${name}`, this.server)),
      );
      if (weight && bias) this.visit.weights = { ...this.visit.weights, [layer]: { weight: weight.data, bias: bias.data } }; // prettier-ignore
    } catch (error) {
      this.#asked[layer] = false;
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof AskError) this.problem = error.problem;
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
