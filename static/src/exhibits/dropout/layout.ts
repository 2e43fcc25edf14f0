/** Layout of the dropout figure, wide and narrow. */

import { columnsOf, grid, mapCount, type Grid, type Shape } from '../../scene/flatten';
import { labelWidth } from '../../scene/names';

export const HEAD = 26; // user units for a title
const WIDE = 760; // from here on the scores stand beside the layer
const LEGEND = 52;
const MOST_CELLS = 8192; // of a layer, in each of its grids
const LARGEST_CELL = 30;

export interface Plan {
  /** Width of one of the three grids, and the gap between them. */
  room: number;
  gap: number;
  left: number;
  /** Side of the drawing; 0 if it does not fit. */
  picture: number;
  stacked: boolean;
  /** `names`: width of the class labels. */
  scores: { x: number; width: number; row: number; names: number };
}

export function layout(width: number, classes: readonly string[]): Plan {
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
    picture,
    stacked,
    scores: {
      x: stacked ? 0 : width - scores,
      width: scores,
      row: stacked ? 22 : 26,
      names: labelWidth(classes, 20, Math.round(scores * 0.42)),
    },
  };
}

/** Number of displayed maps; all units of a vector. */
export function displayedMaps(shape: Shape): number {
  return mapCount(shape, MOST_CELLS);
}

export function gridOf(shape: Shape, room: number): Grid {
  return grid(shape, room, columnsOf(shape, room), LARGEST_CELL);
}

/** Height of the figure for a mask of this shape and this many rows. */
export function maskHeight(width: number, shape: Shape, rows: number): number {
  const plan = layout(width, []);
  const at = gridOf(shape, plan.room);
  const scores = HEAD + rows * plan.scores.row + 48;
  return plan.stacked ? HEAD + at.height + 64 + scores : Math.max(HEAD + at.height + LEGEND, scores);
}

/** Rows of the view with many draws. */
export const DRAWS = { head: 28, row: 30, foot: 56, narrowFoot: 96 };

export function drawsHeight(width: number, rows: number): number {
  return DRAWS.head + rows * DRAWS.row + (width < 600 ? DRAWS.narrowFoot : DRAWS.foot);
}
