/** The player of slow motion: its line is that of the layers, and whoever owns the tick is told of every move. */

import { boundary, length, moment, play, type Stage } from '../../scene/slow';
import { Player } from '../parts/player.svelte';

/** What the player reads anew whenever it is asked. */
export interface Line {
  readonly line: Stage[];
  /** Where the pass is; the end of the line is the answer. */
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

  /** To the next layer, or to the one before. */
  override step(direction: 1 | -1): void {
    this.scrub(boundary(this.#of.line, this.moment, direction));
  }

  /** Every layer takes the same length of the slider, however many values it has. */
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
