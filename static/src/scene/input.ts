/** How a pixel becomes the value that the network reads: paper 0 and ink 1, shifted and scaled as in training. */

import { minus } from './format';

const LEVELS = 255;
const FIGURES = 6;

/** The grey level, 0 (paper) to 255 (ink), that a value of the input was made of. */
export function levelOf(value: number, mean: number, std: number): number {
  return Math.max(0, Math.round((value * std + mean) * LEVELS));
}

/** A constant with as many figures as the sum needs to come out as written beside it. */
export function constant(value: number): string {
  return minus(Number(value.toPrecision(FIGURES)));
}
