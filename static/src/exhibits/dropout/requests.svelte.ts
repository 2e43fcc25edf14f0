/** Requests of dropout: masks for the visitor's picture, and the answer in eval mode. */

import { untrack } from 'svelte';

import { pictureFields, greyRaster, isInk, pixels, type PictureFields } from '../../ink/source';
import { networkFields, droppable } from '../../scene/network';
import { colourPicture } from '../../scene/png';
import { volume, type Volume } from '../../scene/volume';
import { LatestRequest, type Problem } from '../../wire/request';
import type { Raster } from '../../wire/stroke';
import type { DropoutNetworkAnswer } from '../../wire/types';
import { SourceSelection } from '../parts/source-selection.svelte';
import type { DropoutState } from './state.svelte';

const PATH = 'operations/dropout/network';
const SIDE = 112; // pixels of a photo, as it is shown

type MasksPayload = PictureFields & {
  model: string;
  layer: string;
  rate: number;
  seed: number;
  draws: number;
  whole_channels: boolean;
  training: boolean;
};

export class DropoutRequests extends SourceSelection {
  /** The displayed picture: a drawing, or the address of a photo; null until loaded. */
  picture = $state.raw<Raster | string | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Request fields of the picture, by whether the network reads colours. */
  #picture = $state.raw<{ picture: PictureFields; colour: boolean } | null>(null);
  readonly #masks: LatestRequest<MasksPayload, DropoutNetworkAnswer>;
  readonly #evaluation: LatestRequest<MasksPayload, DropoutNetworkAnswer>;

  constructor(
    override readonly visit: DropoutState,
    readonly server: string | undefined,
  ) {
    super(visit);
    const isCurrent = ({ model }: MasksPayload) => model === visit.selection.model;
    const problem = (newProblem: Problem | null, payload: MasksPayload) =>
      isCurrent(payload) && (this.problem = newProblem);
    this.#masks = new LatestRequest(
      PATH,
      server,
      (answer, of) => isCurrent(of) && (visit.answer = read(answer)),
      problem,
    );
    this.#evaluation = new LatestRequest(
      PATH,
      server,
      (answer, of) => isCurrent(of) && (visit.evaluatedLogits = table(answer.logits)[0] ?? []),
      problem,
    );
  }

  /** True if the drawing is blank. */
  get blank(): boolean {
    return this.problem?.why?.code === 'blank';
  }

  /** Sends requests whenever their inputs change (called in an effect); returns a function that stops this. */
  open(): () => void {
    const { selection: opened } = this.visit;
    const colour = $derived(networkFields(opened.network).colour);
    const sent = $derived(opened.ready && this.#picture?.colour === colour ? this.#picture.picture : null);

    // What another network answered says nothing of this one.
    $effect(() => {
      void opened.model;
      untrack(() => {
        this.visit.answer = null;
        this.problem = null;
      });
    });

    $effect(() => {
      let closed = false;
      const { source } = this;
      const inColour = colour;
      const shown = isInk(source) ? greyRaster(source, this.server) : photo(source, inColour, this.server);
      Promise.all([pictureFields(source, inColour, this.server), shown]).then(
        ([picture, seen]) => {
          if (closed) return;
          this.#picture = { picture, colour: inColour };
          this.picture = seen;
        },
        () => undefined, // a source that cannot be read leaves the last picture
      );
      return () => (closed = true);
    });

    $effect(() => {
      void opened.network; // others of its weights are asked anew
      const { layer, rate, seed, training, channels, spatial, view, count, mostDraws } = this.visit;
      if (mostDraws < 1) untrack(() => (this.visit.answer = null));
      if (sent === null || layer === '' || mostDraws < 1) return;
      const draws = view === 'draws' ? count : 1;
      const whole_channels = channels && spatial;
      this.#masks.send({ model: opened.model, ...sent, layer, rate, seed, draws, whole_channels, training });
    });

    // Eval's logits are the same for every mask.
    $effect(() => {
      const layer = droppable(opened.network).at(-1)?.name;
      if (sent === null || layer === undefined) return;
      const whole = { rate: 0, seed: 0, draws: 1, whole_channels: false, training: false };
      this.#evaluation.send({ model: opened.model, ...sent, layer, ...whole });
    });

    return () => {
      this.#masks.close();
      this.#evaluation.close();
    };
  }
}

/** Address of a small photo in the colours that the network reads. */
async function photo(
  source: Parameters<typeof pixels>[0],
  colour: boolean,
  server: string | undefined,
): Promise<string> {
  const { data } = await pixels(source, { height: SIDE, width: SIDE, channels: colour ? 3 : 1 }, server);
  const all = colour ? data : Float32Array.from({ length: 3 * data.length }, (_, at) => data[at % data.length] ?? 0);
  return colourPicture(all, SIDE, SIDE);
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

/** Nested values of a shape as a volume; a vector's values become maps of 1x1. */
function layered(values: unknown, [channels = 1, height = 1, width = 1]: readonly number[]): Volume {
  return volume(channels, height, width, (values as number[][][]).flat(3));
}

function table(values: unknown): number[][] {
  return values as number[][];
}
