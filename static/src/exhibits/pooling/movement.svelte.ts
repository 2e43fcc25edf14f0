/** The input moved by a slider, and how far it, its feature map and the pooled map are then from where they began. */

import type { Volume } from '../../scene/volume';

export interface Stages {
  input: Volume;
  convolution: Volume;
  pooled: Volume;
}

/** Relative changes, one for each amount of the slider; NaN where there was nothing before. */
export type Curve = Record<keyof Stages, number[]>;

export class Movement {
  /** What is moved, in a word: other answers are too late. */
  #of = '';
  #restedOf = '';
  #ahead: { of: string; amount: number; stages: Stages } | null = null;
  still = $state.raw<Stages | null>(null);
  moved = $state.raw<Stages | null>(null);
  curve = $state.raw<Curve | null>(null);
  /** The amount that `moved` was moved by. */
  amount = $state(0);

  /** Whether this is another scene than before; the pictures of the one before stay until the first answer. */
  begin(of: string): boolean {
    if (of === this.#of) return false;
    this.#of = of;
    return true;
  }

  rested(of: string, stages: Stages, curve: Curve): void {
    if (of !== this.#of) return;
    this.still = stages;
    this.curve = curve;
    this.#restedOf = of;
    // What moved meanwhile is shown now that there is something to compare it with.
    this.moved = this.#ahead?.of === of ? this.#ahead.stages : null;
    this.amount = this.#ahead?.of === of ? this.#ahead.amount : 0;
    this.#ahead = null;
  }

  went(of: string, amount: number, stages: Stages): void {
    if (of !== this.#of) return;
    if (this.#restedOf !== of) {
      this.#ahead = { of, amount, stages };
      return;
    }
    this.amount = amount;
    this.moved = stages;
  }
}

/** A relative change as it is said. */
export function share(change: number | undefined): string {
  return change === undefined || Number.isNaN(change) ? '–' : `${(100 * change).toFixed(0)} %`;
}
