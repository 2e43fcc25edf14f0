/** What a map or one of its values reads, and what reads it. */

import { clip, type Box } from './box';
import type { Column } from './column';

export interface Place {
  layer: string;
  map: number;
}

/** The indices of the input maps that feed a map: Table I where there is one, itself for pooling, otherwise all. */
export function inputsOf(column: Column, map: number, sourceCount: number): number[] {
  const listed = column.facts.feeds?.[map];
  if (listed !== undefined) return listed;
  if (readsOneMap(column)) return [map];
  return Array.from({ length: sourceCount }, (_, index) => index);
}

/** Whether an input map is among those that feed a map. */
function reads(column: Column, map: number, input: number): boolean {
  const listed = column.facts.feeds?.[map];
  return listed === undefined ? !readsOneMap(column) || map === input : listed.includes(input);
}

/** Whether each map reads only the map of the same number, as pooling and subsampling do. */
export function readsOneMap(column: Column): boolean {
  return /pooling$|^subsampling$/.test(column.kind);
}

/** The maps that read this map. */
export function readersOf(all: readonly Column[], place: Place): Place[] {
  return all
    .filter((column) => column.from === place.layer)
    .flatMap((column) =>
      Array.from({ length: column.count }, (_, map) => map)
        .filter((map) => reads(column, map, place.map))
        .map((map) => ({ layer: column.shown, map })),
    );
}

/** The window that the value at (row, col) reads on each of its input maps, in cells; may reach into the padding. */
export function windowOf(column: Column, row: number, col: number): Box | null {
  const { kernel, stride, padding } = column.facts;
  if (!kernel) return null;
  const [high = 1, wide = high] = kernel;
  const [down = 1, right = down] = stride ?? [1];
  const [top = 0, left = top] = padding ?? [0];
  return { x: col * right - left, y: row * down - top, width: wide, height: high };
}

/** The receptive field of the value at (row, col), in pixels of the picture and clipped to it. */
export function fieldOf(all: readonly Column[], layer: string, row: number, col: number, picture: Box): Box {
  let box: Box = { x: col, y: row, width: 1, height: 1 };
  let name = layer;
  while (name !== 'input') {
    const column = all.find((candidate) => candidate.shown === name);
    if (column === undefined) return picture;
    const first = windowOf(column, box.y, box.x);
    const last = windowOf(column, box.y + box.height - 1, box.x + box.width - 1);
    if (first === null || last === null) return picture;
    box = {
      x: first.x,
      y: first.y,
      width: last.x + last.width - first.x,
      height: last.y + last.height - first.y,
    };
    name = column.from;
  }
  return clip(box, picture);
}
