/** What dropout asks of the server: the masks of the visitor's own drawing, and what eval says of it. */

import { greys } from '../../ink/source';
import { volume, type Volume } from '../../scene/volume';
import { Asker, type Problem } from '../../wire/ask';
import type { Raster } from '../../wire/stroke';
import type { DropoutNetworkAnswer } from '../../wire/types';
import { Sourced } from '../parts/sourced.svelte';
import type { DropoutState } from './state.svelte';

const MODEL = 'lenet5';
const PATH = 'operations/dropout/network';
const DARK = 200; // grey values below this are ink

interface Question {
  model: string;
  pixels: number[][];
  layer: string;
  rate: number;
  seed: number;
  draws: number;
  whole_channels: boolean;
  training: boolean;
}

export class Asking extends Sourced {
  /** The drawing as it is sent; null before it is there. */
  raster = $state.raw<Raster | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly #masks: Asker<Question, DropoutNetworkAnswer>;
  readonly #whole: Asker<Question, DropoutNetworkAnswer>;

  constructor(
    override readonly visit: DropoutState,
    readonly server: string | undefined,
  ) {
    super(visit);
    const problem = (told: Problem | null) => (this.problem = told);
    this.#masks = new Asker(PATH, server, (answer) => (visit.answer = read(answer)), problem);
    this.#whole = new Asker(PATH, server, (answer) => (visit.evaluatedLogits = table(answer.logits)[0] ?? []), problem);
  }

  get blank(): boolean {
    return this.raster !== null && !this.raster.data.some((grey) => grey < DARK);
  }

  /** Called in an effect: asks whenever what is asked for changes; what it returns ends that. */
  open(): () => void {
    $effect(() => {
      let gone = false;
      greys(this.source, this.server).then(
        (raster) => gone || (this.raster = raster),
        () => undefined, // a source that cannot be read leaves the last picture
      );
      return () => (gone = true);
    });

    const pixels = $derived(this.raster === null || this.blank ? null : nested(this.raster));

    $effect(() => {
      const { layer, rate, seed, training, channels, spatial, view, draws } = this.visit;
      if (pixels === null) return;
      const count = view === 'draws' ? draws : 1;
      const whole_channels = channels && spatial;
      this.#masks.ask({ model: MODEL, pixels, layer, rate, seed, draws: count, whole_channels, training });
    });

    // Eval's logits are the same for every mask.
    $effect(() => {
      if (pixels === null) return;
      const whole = { rate: 0, seed: 0, draws: 1, whole_channels: false, training: false };
      this.#whole.ask({ model: MODEL, pixels, layer: 'f6_relu', ...whole });
    });

    return () => {
      this.#masks.close();
      this.#whole.close();
    };
  }
}

function nested({ width, height, data }: Raster): number[][] {
  return Array.from({ length: height }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}

function read(answer: DropoutNetworkAnswer): NonNullable<DropoutState['answer']> {
  return {
    layer: answer.layer,
    before: layered(answer.before, answer.shape),
    mask: layered(answer.mask, answer.shape),
    after: layered(answer.after, answer.shape),
    probabilities: table(answer.probabilities),
    logits: table(answer.logits),
    evaluated: answer.evaluated.map((value) => value ?? 0),
  };
}

/** Values nested as the shape says, as a volume; a vector's values are maps of one cell. */
function layered(values: unknown, [channels = 1, height = 1, width = 1]: readonly number[]): Volume {
  return volume(channels, height, width, (values as number[][][]).flat(3));
}

function table(values: unknown): number[][] {
  return values as number[][];
}
