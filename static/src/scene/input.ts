/** From pixel to network input: paper 0 and ink 1, shifted and scaled as in training. */

import { minus } from './format';

const LEVELS = 255;
const FIGURES = 6;

/** Grey level, 0 (paper) to 255 (ink), of a value of the input. */
export function levelOf(value: number, mean: number, std: number): number {
  return Math.max(0, Math.round((value * std + mean) * LEVELS));
}

/** A constant with as many digits as the displayed sum needs to be exact. */
export function constant(value: number): string {
  return minus(Number(value.toPrecision(FIGURES)));
}
