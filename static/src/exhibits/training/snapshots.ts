/** Cache of a run's snapshots: each is fetched once, the newest request first, old ones are dropped. */

import type { Tensor } from '../../wire/safetensors';
import { snapshot, type Server } from '../../wire/runs';

const MOST_BYTES = 96_000_000; // of a history that is kept in the browser

type Weights = ReadonlyMap<string, Tensor>;

export class Snapshots {
  readonly #run: string;
  readonly #server: Server;
  readonly #kept = new Map<number, Weights>();
  #wanted: number | null = null;
  #asking = false;
  readonly #onarrive: (step: number, weights: Weights) => void;

  constructor(run: string, server: Server, onarrive: (step: number, weights: Weights) => void) {
    this.#run = run;
    this.#server = server;
    this.#onarrive = onarrive;
  }

  /** Calls back at once for a cached snapshot, else on arrival unless another is requested meanwhile. */
  want(step: number): void {
    const here = this.#kept.get(step);
    if (here !== undefined) {
      this.#wanted = null;
      this.#onarrive(step, here);
      return;
    }
    this.#wanted = step;
    if (!this.#asking) void this.#ask();
  }

  close(): void {
    this.#wanted = null;
    this.#kept.clear();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    while (this.#wanted !== null) {
      const step: number = this.#wanted;
      this.#wanted = null;
      try {
        const { tensors } = await snapshot(this.#run, step, this.#server);
        this.#keep(step, tensors);
        this.#onarrive(step, tensors);
      } catch {
        // it is asked for again when the hand or the run moves on
      }
    }
    this.#asking = false;
  }

  #keep(step: number, weights: Weights): void {
    let each = 0;
    for (const { data } of weights.values()) each += data.byteLength;
    while (this.#kept.size * each > MOST_BYTES) this.#kept.delete(this.#kept.keys().next().value ?? step);
    this.#kept.set(step, weights);
  }
}
