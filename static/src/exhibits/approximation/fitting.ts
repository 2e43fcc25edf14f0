/** A training on the server, streamed as events; retries while the server is busy. */

import { RefusedError, stream } from '../../wire/stream';
import type { FitEvent, Problem } from '../../wire/types';
import type { Fit } from './state.svelte';

export interface Hearer {
  fit(fit: Fit): void;
  /** Training has ended. */
  done(): void;
  /** The server is at its limit of trainings; the request is repeated. */
  waiting(): void;
  problem(problem: Problem): void;
  /** The connection is lost. */
  lost(): void;
}

const AGAIN = 1500; // milliseconds until a busy server is asked again

export class Fitting {
  #ending: AbortController | null = null;

  constructor(readonly hearer: Hearer) {}

  /** Starts a training and stops the previous one. */
  start(url: URL, payload: unknown): void {
    this.stop();
    const ending = new AbortController();
    this.#ending = ending;
    void this.#run(url, payload, ending.signal);
  }

  /** Stops the training, here and on the server. */
  stop(): void {
    this.#ending?.abort();
    this.#ending = null;
  }

  async #run(url: URL, payload: unknown, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const { event, data } of stream(url, payload, signal)) {
          if (signal.aborted) return;
          if (event === 'fit') this.hearer.fit(read(data as FitEvent));
          else if (event === 'done') return this.hearer.done();
        }
        if (!signal.aborted) this.hearer.lost();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof RefusedError)) return this.hearer.lost();
        if (error.problem.status !== 429) return this.hearer.problem(error.problem);
        this.hearer.waiting();
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
  }
}

/** After divergence the server writes null for values that are not finite. */
function read({ step, loss, curve, offset, pieces }: FitEvent): Fit {
  const numbers = (values: readonly (number | null)[]) => values.map((value) => value ?? 0);
  return {
    step,
    loss: loss ?? Infinity,
    curve: numbers(curve),
    pieces: pieces?.map(numbers) ?? null,
    bias: offset ?? 0,
  };
}
