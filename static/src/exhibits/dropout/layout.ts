/** Where the parts of the dropout figure stand, wide and narrow. */

import { grid, type Shape } from '../../scene/flatten';
import type { Layer } from './state.svelte';

export const HEAD = 26; // user units for a title
const WIDE = 760; // from here on the scores stand beside the layer
const LEGEND = 52;

/** Tiles in a row of each layer. */
export const COLUMNS: Record<Layer, number> = { s2: 3, s4: 4, c5_relu: 8, f6_relu: 7 };

export interface Plan {
  /** The room of one of the three grids, and the gap between them. */
  room: number;
  gap: number;
  left: number;
  largest: number;
  /** The side of the drawing; 0 where there is no room for it. */
  picture: number;
  stacked: boolean;
  scores: { x: number; width: number; row: number };
}

export function layout(width: number): Plan {
  const stacked = width < WIDE;
  const picture = width >= 1000 ? 112 : 0;
  const left = picture > 0 ? picture + 40 : 0;
  const scores = stacked ? width : Math.min(320, Math.round(width * 0.26));
  const free = width - left - (stacked ? 0 : scores + 40);
  const gap = stacked ? 16 : 56;
  const room = Math.floor((free - 2 * gap) / 3);
  return {
    room,
    gap,
    left,
    largest: 30,
    picture,
    stacked,
    scores: { x: stacked ? 0 : width - scores, width: scores, row: stacked ? 22 : 26 },
  };
}

/** How high the figure is with a mask in it. */
export function maskHeight(width: number, shape: Shape, layer: Layer): number {
  const plan = layout(width);
  const at = grid(shape, plan.room, COLUMNS[layer], plan.largest);
  const scores = HEAD + 10 * plan.scores.row + 48;
  return plan.stacked ? HEAD + at.height + 64 + scores : Math.max(HEAD + at.height + LEGEND, scores);
}

/** The rows of many draws. */
export const DRAWS = { head: 28, row: 30, foot: 56, narrowFoot: 96 };

export function drawsHeight(width: number): number {
  return DRAWS.head + 10 * DRAWS.row + (width < 600 ? DRAWS.narrowFoot : DRAWS.foot);
}
