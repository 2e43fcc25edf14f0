/** Numeric arrays that grow at the end without copying and can be replaced in parts. */

const FIRST_ROOM = 1024;

export class GrowingArray {
  #data = new Float64Array(FIRST_ROOM);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) this.#reserve(this.length + 1);
    this.#data[this.length++] = value;
  }

  at(index: number): number {
    return index >= 0 && index < this.length ? (this.#data[index] ?? NaN) : NaN;
  }

  get last(): number {
    return this.at(this.length - 1);
  }

  /** Replaces the numbers from `from` up to `to`. */
  splice(from: number, to: number, replacement: ArrayLike<number>): void {
    const tail = this.#data.slice(to, this.length);
    const length = from + replacement.length + tail.length;
    this.#reserve(length);
    this.#data.set(replacement, from);
    this.#data.set(tail, from + replacement.length);
    this.length = length;
  }

  /** First index with a value of at least `target` in ascending numbers; `length` if there is none. */
  search(target: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle) < target) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** View on the numbers, valid until the next change. */
  get values(): Float64Array {
    return this.#data.subarray(0, this.length);
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#data.length) return;
    const larger = new Float64Array(Math.max(capacity, 2 * this.#data.length));
    larger.set(this.#data.subarray(0, this.length));
    this.#data = larger;
  }
}
