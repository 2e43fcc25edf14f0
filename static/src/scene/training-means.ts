/** Running mean of a growing column: only new values are processed. */

import { GrowingArray } from './growing';

/**
 * Exponential mean, each value with weight `1 - weight`; bias-corrected as in Kingma and Ba 2014, so that the first
 * mean is the first value. A gap (NaN) is skipped and stays one.
 */
export class RunningMean {
  readonly #out = new GrowingArray();
  readonly weight: number;
  #mean = 0;
  #share = 0;

  /** `before`: known means of the first values of a long column. */
  constructor(weight: number, before: ArrayLike<number> = []) {
    this.weight = weight;
    this.#out.splice(0, 0, before);
    for (let index = before.length - 1; index >= 0 && this.#share === 0; index -= 1) {
      if (Number.isFinite(before[index])) [this.#mean, this.#share] = [before[index] ?? 0, 1];
    }
  }

  of(values: ArrayLike<number>): Float64Array {
    for (let index = this.#out.length; index < values.length; index += 1)
      this.#out.push(this.#next(values[index] ?? NaN));
    return this.#out.values;
  }

  #next(value: number): number {
    if (!Number.isFinite(value)) return NaN;
    this.#mean = this.weight * this.#mean + (1 - this.weight) * value;
    this.#share = this.weight * this.#share + (1 - this.weight);
    return this.#mean / this.#share;
  }
}

export function smoothed(values: ArrayLike<number>, weight: number): Float64Array {
  return new RunningMean(weight).of(values);
}
