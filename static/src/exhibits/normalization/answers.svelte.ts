/** Requests of the normalization exhibit: one layer across its maps, or batch after batch with running statistics. */

import type { Source } from '../../ink/source';
import type { Maps, Network } from '../../scene/network';
import type { LocalResponse } from '../../scene/normalization';
import type { Volume } from '../../scene/volume';
import { LatestRequest, RequestError, toVolume, type FloatTensor } from '../../wire/request';
import { isBlank, maps } from '../parts/loading';
import { Batches, type Batched, type BatchSettings, type Shown } from './batches';
import { PATH } from './path';

export interface Responded {
  layer: Maps;
  before: Volume;
  after: Volume;
  settings: LocalResponse;
}

type ResponseQuestion = LocalResponse & { kind: 'local-response'; tensors: { input: Volume } };

interface ResponseAnswer {
  tensors: { output: FloatTensor };
}

export class Answers {
  readonly #server: string | undefined;
  readonly #responses: LatestRequest<ResponseQuestion, ResponseAnswer>;
  readonly #batches: Batches;
  #before = $state.raw<{ layer: Maps; volume: Volume } | null>(null);
  #layers = new WeakMap<Volume, Maps>();
  #turn = 0;

  response = $state.raw<Responded | null>(null);
  batch = $state.raw<Batched | null>(null);
  problem = $state.raw<string | null>(null);
  /** Reason why the picture's maps are missing; other answers do not clear it. */
  missing = $state.raw<string | null>(null);
  /** True if the drawing is blank. */
  blank = $state(false);

  constructor(server: string | undefined) {
    this.#server = server;
    this.#responses = new LatestRequest<ResponseQuestion, ResponseAnswer>(
      PATH,
      server,
      ({ tensors }, { size, alpha, beta, k, tensors: { input } }) => {
        const layer = this.#layers.get(input);
        if (layer === undefined) return;
        const settings = { size, alpha, beta, k };
        this.response = { layer, before: input, after: toVolume(tensors.output), settings };
      },
      (problem) => (this.problem = problem?.detail ?? null),
    );
    this.#batches = new Batches(server);
  }

  /** Loads a layer's maps; the previous ones stay until then. */
  async load(source: Source, layer: Maps, network: Network): Promise<void> {
    await this.#try(source, async (wanted) => {
      const volume = await maps(source, layer.name, network, this.#server, wanted, this.#lost);
      if (volume === null) return;
      this.#layers.set(volume, layer);
      this.#before = { layer, volume };
    });
  }

  /** Requests local response normalization of the loaded maps. */
  askResponse(settings: LocalResponse): void {
    if (this.#before === null) return;
    this.#responses.send({ kind: 'local-response', ...settings, tensors: { input: this.#before.volume } });
  }

  /** Requests batches up to the displayed one; a new request cancels the one under way. */
  async askBatch(source: Source, settings: BatchSettings, shown: Shown): Promise<void> {
    await this.#try(source, async (wanted) => {
      const batch = await this.#batches.reach(source, settings, shown, wanted, this.#lost);
      if (batch !== null) this.batch = batch;
    });
  }

  #lost = (problem: string) => {
    this.missing = problem;
  };

  async #try(source: Source, work: (wanted: () => boolean) => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    const wanted = () => turn === this.#turn;
    try {
      await work(wanted);
      if (!wanted()) return;
      this.missing = null;
      this.blank = false;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (!wanted()) return;
      this.blank = isBlank(error.problem, source);
      this.missing = this.blank ? null : error.problem.detail;
    }
  }

  close(): void {
    this.#turn += 1;
    this.#responses.close();
  }
}
