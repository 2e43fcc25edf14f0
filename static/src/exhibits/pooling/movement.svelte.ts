/** The input moved by a slider, and the relative change of input, feature map and pooled map. */

import type { Volume } from '../../scene/volume';

export interface Stages {
  input: Volume;
  convolution: Volume;
  pooled: Volume;
}

/** Relative changes, one per amount of the slider; NaN for a change from zero. */
export type Curve = Record<keyof Stages, number[]>;

export class Movement {
  /** Key of the scene; answers for another scene are late. */
  #of = '';
  #restedOf = '';
  #ahead: { of: string; amount: number; stages: Stages } | null = null;
  still = $state.raw<Stages | null>(null);
  moved = $state.raw<Stages | null>(null);
  curve = $state.raw<Curve | null>(null);
  /** Amount of `moved`. */
  amount = $state(0);

  /** True for another scene than before; the previous pictures stay until the first answer. */
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

/** A relative change as text. */
export function share(change: number | undefined): string {
  return change === undefined || Number.isNaN(change) ? '–' : `${(100 * change).toFixed(0)} %`;
}
