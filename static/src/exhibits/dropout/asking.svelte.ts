/** What dropout asks of the server: the masks of the visitor's own picture, and what eval says of it. */

import { untrack } from 'svelte';

import { pictureFields, greys, isInk, pixels, type PictureFields } from '../../ink/source';
import { asking, droppable } from '../../scene/network';
import { colourPicture } from '../../scene/png';
import { volume, type Volume } from '../../scene/volume';
import { LatestRequest, type Problem } from '../../wire/request';
import type { Raster } from '../../wire/stroke';
import type { DropoutNetworkAnswer } from '../../wire/types';
import { Sourced } from '../parts/sourced.svelte';
import type { DropoutState } from './state.svelte';

const PATH = 'operations/dropout/network';
const SIDE = 112; // pixels of a photo, as it is shown

type Question = PictureFields & {
  model: string;
  layer: string;
  rate: number;
  seed: number;
  draws: number;
  whole_channels: boolean;
  training: boolean;
};

export class Asking extends Sourced {
  /** The picture as it is shown: strokes, or the address of a photo; null before it is there. */
  picture = $state.raw<Raster | string | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** The picture as it is sent, to networks that read colours or to the others. */
  #sent = $state.raw<{ picture: PictureFields; colour: boolean } | null>(null);
  readonly #masks: LatestRequest<Question, DropoutNetworkAnswer>;
  readonly #whole: LatestRequest<Question, DropoutNetworkAnswer>;

  constructor(
    override readonly visit: DropoutState,
    readonly server: string | undefined,
  ) {
    super(visit);
    const here = ({ model }: Question) => model === visit.opened.model;
    const problem = (told: Problem | null, question: Question) => here(question) && (this.problem = told);
    this.#masks = new LatestRequest(PATH, server, (answer, of) => here(of) && (visit.answer = read(answer)), problem);
    this.#whole = new LatestRequest(
      PATH,
      server,
      (answer, of) => here(of) && (visit.evaluatedLogits = table(answer.logits)[0] ?? []),
      problem,
    );
  }

  /** Whether there is no ink where the network reads nothing else. */
  get blank(): boolean {
    return this.problem?.why?.code === 'blank';
  }

  /** Called in an effect: asks whenever what is asked for changes; what it returns ends that. */
  open(): () => void {
    const { opened } = this.visit;
    const colour = $derived(asking(opened.network).colour);
    const sent = $derived(opened.ready && this.#sent?.colour === colour ? this.#sent.picture : null);

    // What another network answered says nothing of this one.
    $effect(() => {
      void opened.model;
      untrack(() => {
        this.visit.answer = null;
        this.problem = null;
      });
    });

    $effect(() => {
      let gone = false;
      const { source } = this;
      const inColour = colour;
      const shown = isInk(source) ? greys(source, this.server) : photo(source, inColour, this.server);
      Promise.all([pictureFields(source, inColour, this.server), shown]).then(
        ([picture, seen]) => {
          if (gone) return;
          this.#sent = { picture, colour: inColour };
          this.picture = seen;
        },
        () => undefined, // a source that cannot be read leaves the last picture
      );
      return () => (gone = true);
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
      this.#whole.send({ model: opened.model, ...sent, layer, ...whole });
    });

    return () => {
      this.#masks.close();
      this.#whole.close();
    };
  }
}

/** The address of a small photo, in the colours that the network reads. */
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

/** Values nested as the shape says, as a volume; a vector's values are maps of one cell. */
function layered(values: unknown, [channels = 1, height = 1, width = 1]: readonly number[]): Volume {
  return volume(channels, height, width, (values as number[][][]).flat(3));
}

function table(values: unknown): number[][] {
  return values as number[][];
}
