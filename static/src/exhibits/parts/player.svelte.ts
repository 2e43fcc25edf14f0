/** A position that can be played, paused, stepped both ways and scrubbed. */

import { prefersReducedMotion } from './reduced-motion.svelte';

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 16];

export interface Options {
  /** Number of positions; the last one is `length - 1`. */
  length: number;
  position?: number;
  /** Positions per second at speed 1. */
  rate?: number;
}

export class Player {
  length = $state(1);
  playing = $state(false);
  speed = $state(1);
  readonly rate: number;
  #at = $state(0);
  #request = 0;

  constructor({ length, position = 0, rate = 3 }: Options) {
    this.length = length;
    this.rate = rate;
    this.#at = position;
  }

  /** Position including the fraction to the next one. */
  protected get at(): number {
    return this.#at;
  }

  protected set at(to: number) {
    this.#at = to;
  }

  /** Displayed position, clamped to a line that has become shorter. */
  get position(): number {
    return Math.floor(Math.min(this.at, this.end));
  }

  set position(to: number) {
    this.at = Math.max(0, Math.min(this.end, to));
  }

  /** Fractional position while playing, for smooth motion. */
  get moment(): number {
    return Math.min(this.at, this.end);
  }

  get end(): number {
    return Math.max(0, this.length - 1);
  }

  play(): void {
    if (this.playing || prefersReducedMotion()) return;
    if (this.position >= this.end) this.at = 0;
    this.playing = true;
    let last: number | null = null;
    const step = (now: number) => {
      if (!this.playing) return;
      const seconds = last === null ? 0 : Math.max(0, now - last) / 1000;
      last = now;
      this.at = this.advanced(seconds * this.speed);
      if (this.at >= this.end) this.pause();
      else this.#request = requestAnimationFrame(step);
    };
    this.#request = requestAnimationFrame(step);
  }

  pause(): void {
    if (!this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.#request);
    this.at = Math.min(this.end, Math.floor(this.at));
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  /** Steps one position forward or back. */
  step(direction: 1 | -1): void {
    this.scrub(this.position + direction);
  }

  scrub(to: number): void {
    this.pause();
    this.position = to;
  }

  /** Position after this time (seconds) at speed 1. */
  protected advanced(seconds: number): number {
    return Math.min(this.end, this.at + seconds * this.rate);
  }
}
