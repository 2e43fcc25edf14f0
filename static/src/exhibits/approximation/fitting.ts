/** A training on the server, as its events come: waits for a place where the server is busy, ends when it is told to. */

import { RefusedError, stream } from '../../wire/stream';
import type { FitEvent, Problem } from '../../wire/types';
import type { Fit } from './state.svelte';

export interface Hearer {
  fit(fit: Fit): void;
  /** Over, as far as it was asked to go. */
  done(): void;
  /** The server fits as many curves as it can; it is asked again. */
  waiting(): void;
  problem(problem: Problem): void;
  /** Nobody answers any more. */
  lost(): void;
}

const AGAIN = 1500; // milliseconds until a busy server is asked again

export class Fitting {
  #ending: AbortController | null = null;

  constructor(readonly hearer: Hearer) {}

  /** Begins anew; a training that still runs is ended first. */
  start(url: URL, question: unknown): void {
    this.stop();
    const ending = new AbortController();
    this.#ending = ending;
    void this.#run(url, question, ending.signal);
  }

  /** Ends the training, here and on the server. */
  stop(): void {
    this.#ending?.abort();
    this.#ending = null;
  }

  async #run(url: URL, question: unknown, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const { event, data } of stream(url, question, signal)) {
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

/** Where a training has diverged, the server writes null for what is no number any more. */
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
