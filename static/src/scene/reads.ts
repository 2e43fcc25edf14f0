/** Input maps, windows, receptive fields and consumers of a map. */

import { clip, type Box } from './box';
import type { Column } from './column';

export interface Place {
  layer: string;
  map: number;
}

/** Indices of the input maps of a map: by Table I if there is one, itself for pooling, otherwise all. */
export function inputsOf(column: Column, map: number, sourceCount: number): number[] {
  const listed = column.facts.feeds?.[map];
  if (listed !== undefined) return listed;
  if (readsOneMap(column)) return [map];
  return Array.from({ length: sourceCount }, (_, index) => index);
}

/** True if an input map feeds a map. */
function reads(column: Column, map: number, input: number): boolean {
  const listed = column.facts.feeds?.[map];
  return listed === undefined ? !readsOneMap(column) || map === input : listed.includes(input);
}

/** True if each map reads only the input map of its own index, as in pooling and subsampling. */
export function readsOneMap(column: Column): boolean {
  return /pooling$|^subsampling$/.test(column.kind);
}

/** Maps that read this map. */
export function readersOf(all: readonly Column[], place: Place): Place[] {
  return all
    .filter((column) => column.from === place.layer)
    .flatMap((column) =>
      Array.from({ length: column.count }, (_, map) => map)
        .filter((map) => reads(column, map, place.map))
        .map((map) => ({ layer: column.output, map })),
    );
}

/** Window of the value at (row, col) on its input maps, in cells; may reach into the padding. */
export function windowOf(column: Column, row: number, col: number): Box | null {
  const { kernel, stride, padding } = column.facts;
  if (!kernel) return null;
  const [high = 1, wide = high] = kernel;
  const [down = 1, right = down] = stride ?? [1];
  const [top = 0, left = top] = padding ?? [0];
  return { x: col * right - left, y: row * down - top, width: wide, height: high };
}

/** Receptive field of the value at (row, col), in pixels of the picture and clipped to it. */
export function fieldOf(all: readonly Column[], layer: string, row: number, col: number, picture: Box): Box {
  let box: Box = { x: col, y: row, width: 1, height: 1 };
  let name = layer;
  while (name !== 'input') {
    const column = all.find((candidate) => candidate.output === name);
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
