/** Player of slow motion: its length is that of the layers; `onmove` reports every tick. */

import { boundary, length, moment, play, type Stage } from '../../scene/slow';
import { Player } from '../parts/player.svelte';

/** Values that the player reads at each step. */
export interface Line {
  readonly line: Stage[];
  /** Current tick; null at the end. */
  readonly tick: number;
  readonly ontick: (tick: number) => void;
}

export class SlowPlayer extends Player {
  readonly #of: Line;

  constructor(of: Line) {
    super({ length: 1 });
    this.#of = of;
  }

  override get end(): number {
    return length(this.#of.line);
  }

  protected override get at(): number {
    return this.#of.tick;
  }

  protected override set at(tick: number) {
    this.#of.ontick(tick);
  }

  /** Moves to the next layer or the one before. */
  override step(direction: 1 | -1): void {
    this.scrub(boundary(this.#of.line, this.moment, direction));
  }

  /** Maps ticks to the slider, on which every layer has the same length. */
  toSlider(tick: number): number {
    const { line } = this.#of;
    const { stage } = moment(line, tick);
    const current = line[stage];
    return current === undefined ? line.length : stage + (tick - current.begin) / current.ticks;
  }

  fromSlider(value: number): number {
    const { line } = this.#of;
    const current = line[Math.min(line.length - 1, Math.floor(value))];
    if (current === undefined || value >= line.length) return this.end;
    return Math.round(current.begin + (value - Math.floor(value)) * current.ticks);
  }

  protected override advanced(seconds: number): number {
    return play(this.#of.line, this.#of.tick, seconds, 1);
  }
}
