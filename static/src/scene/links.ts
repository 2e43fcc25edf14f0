/** Links between a map, its inputs and its consumers. */

import type { Scene, Tile } from './arrange';
import { clip, type Box } from './box';
import type { Column } from './column';
import { fieldOf, inputsOf, readersOf, windowOf, type Place } from './reads';

/** More links than this are drawn as a single one to the whole column. */
const MOST = 16;

function middle(box: Box): number {
  return box.y + box.height / 2;
}

/** A curve from the right side of one box to the left side of another, CSS pixels. */
export function curve(from: Box, to: Box, ratio: number): string {
  const round = (length: number) => Math.round((length / ratio) * 10) / 10;
  const [x0, y0, x1, y1] = [from.x + from.width, middle(from), to.x, middle(to)].map(round) as [
    number,
    number,
    number,
    number,
  ];
  const bend = round(Math.max(8 * ratio, (to.x - from.x - from.width) / 2));
  return `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
}

/** Boxes of the maps; the box of the whole column if there are too many. */
function boxes(scene: Scene, maps: readonly Place[]): Box[] {
  const first = maps[0];
  if (first === undefined) return [];
  if (first.layer === 'input') return maps.flatMap(({ map }) => scene.input.tiles[map]?.box ?? []);
  const block = scene.blocks.find((candidate) => candidate.column.output === first.layer);
  if (block === undefined) return [];
  if (maps.length > MOST) return [block.box];
  return maps.map((place) => block.tiles[place.map]?.box).filter((box) => box !== undefined);
}

export function tileOf(scene: Scene, place: Place): Tile | undefined {
  if (place.layer === 'input') return scene.input.tiles[place.map];
  return scene.blocks.find((block) => block.column.output === place.layer)?.tiles[place.map];
}

export interface Links {
  curves: string[];
  /** Boxes at the other end of each curve. */
  ends: Box[];
}

/** Input maps of a map. */
function readBy(scene: Scene, all: readonly Column[], column: Column, map: number): Place[] {
  const source = all.find((candidate) => candidate.output === column.from);
  const count = source?.count ?? scene.input.tiles.length;
  return inputsOf(column, map, count).map((input) => ({ layer: column.from, map: input }));
}

/** Left end of the figure line that contains a map; the picture is in the first. */
function lineOf(scene: Scene, { layer }: Place): number {
  return scene.blocks.find(({ column }) => column.output === layer)?.head.y ?? 0;
}

/** All links of a map; if the layers run downwards only the boxes are marked. */
export function links(scene: Scene, all: readonly Column[], place: Place): Links {
  const tile = tileOf(scene, place);
  const column = all.find((candidate) => candidate.output === place.layer);
  const read = column === undefined ? [] : readBy(scene, all, column, place.map);
  const readers = readersOf(all, place);
  const [before, after] = [boxes(scene, read), boxes(scene, readers)];
  // A curve to another line of the figure would cross everything between.
  const inLine = ([first]: readonly Place[]) => first !== undefined && lineOf(scene, first) === lineOf(scene, place);
  const curves =
    scene.mode === 'wide' && tile !== undefined
      ? [
          ...(inLine(read) ? before : []).map((box) => curve(box, tile.box, scene.ratio)),
          ...(inLine(readers) ? after : []).map((box) => curve(tile.box, box, scene.ratio)),
        ]
      : [];
  return { curves, ends: [...before, ...after] };
}

/** Box of a window of cells on the figure, clipped to the map. */
export function marked(scene: Scene, place: Place, window: Box): Box | null {
  const tile = tileOf(scene, place);
  if (tile === undefined) return null;
  const block = scene.blocks.find((candidate) => candidate.column.output === place.layer);
  const cell = block?.cell ?? scene.input.cell;
  const box = {
    x: tile.box.x + window.x * cell,
    y: tile.box.y + window.y * cell,
    width: window.width * cell,
    height: window.height * cell,
  };
  const inside = clip(box, tile.box);
  return inside.width > 0 && inside.height > 0 ? inside : null;
}

/** The value at (row, col) of a map, its window on each input map, and its receptive field on the picture. */
export function marks(scene: Scene, all: readonly Column[], place: Place, row: number, col: number): Box[] {
  const one = marked(scene, place, { x: col, y: row, width: 1, height: 1 });
  const column = all.find((candidate) => candidate.output === place.layer);
  if (column === undefined) return one === null ? [] : [one];
  const window = windowOf(column, row, col);
  const read = window === null ? [] : readBy(scene, all, column, place.map);
  const { tiles, cell } = scene.input;
  const [first] = tiles;
  const picture = { x: 0, y: 0, width: (first?.box.width ?? 0) / cell, height: (first?.box.height ?? 0) / cell };
  const field = fieldOf(all, place.layer, row, col, picture);
  return [
    one,
    ...read.map((place) => marked(scene, place, window ?? field)),
    ...(column.from === 'input' ? [] : tiles.map(({ layer, map }) => marked(scene, { layer, map }, field))),
  ].filter((box) => box !== null);
}
