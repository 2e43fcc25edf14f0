/** Numbers that grow at their end without being copied each time, and can be written anew in between. */

const FIRST_ROOM = 1024;

export class Growing {
  #data = new Float64Array(FIRST_ROOM);
  length = 0;

  push(value: number): void {
    if (this.length === this.#data.length) this.#room(this.length + 1);
    this.#data[this.length++] = value;
  }

  at(index: number): number {
    return index >= 0 && index < this.length ? (this.#data[index] ?? NaN) : NaN;
  }

  get last(): number {
    return this.at(this.length - 1);
  }

  /** Others in the place of those from `from` up to `to`. */
  splice(from: number, to: number, others: ArrayLike<number>): void {
    const rest = this.#data.slice(to, this.length);
    const length = from + others.length + rest.length;
    this.#room(length);
    this.#data.set(others, from);
    this.#data.set(rest, from + others.length);
    this.length = length;
  }

  /** The first index whose value is `wanted` or more, where they never fall; `length` where there is none. */
  search(wanted: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.at(middle) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What is there, without a copy; good until the next change. */
  get values(): Float64Array {
    return this.#data.subarray(0, this.length);
  }

  #room(wanted: number): void {
    if (wanted <= this.#data.length) return;
    const larger = new Float64Array(Math.max(wanted, 2 * this.#data.length));
    larger.set(this.#data.subarray(0, this.length));
    this.#data = larger;
  }
}
