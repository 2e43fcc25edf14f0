/** Layout of the preprocessing steps: size of each small picture and the marks on it. */

import type { Frame, Picture, StepName } from '../wire/frame';
import type { Box } from '../wire/types';

const ROOM = 64; // CSS pixels: side of the largest small picture

export interface Arrow {
  from: { x: number; y: number };
  to: { x: number; y: number };
}

/** One small picture; boxes, cross and arrow in its own pixels. */
export interface StepTile {
  name: StepName;
  picture: Picture;
  /** Meaning of its values: grey (black to white) before ink is extracted, then ink counted up from zero. */
  of: 'paper' | 'ink' | 'photo';
  width: number; // device pixels on screen
  height: number;
  /** Device pixels per pixel of the picture; whole if drawn crisp. */
  cell: number;
  box: Box | null;
  cross: { x: number; y: number } | null;
  arrow: Arrow | null;
}

const NETWORK_SIZED: readonly StepName[] = ['fit', 'centre', 'pad', 'resize']; // drawn at one scale

/** Tiles of a frame in order, for a device pixel ratio. */
export function stepTiles(frame: Frame, density: number): StepTile[] {
  const { steps } = frame.header;
  const inked = steps.findIndex(({ name }) => name === 'ink');
  const last = steps.at(-1);
  const largest = Math.max(last?.width ?? 0, last?.height ?? 0);
  return steps.flatMap(({ name }, index) => {
    const picture = frame.step(name, steps.slice(0, index + 1).filter((step) => step.name === name).length);
    if (picture === null) return [];
    const cell = cellOf(name, picture, largest, density);
    const next = steps[index + 1];
    const tile: StepTile = {
      name,
      picture,
      of: inked < 0 ? 'photo' : index < inked ? 'paper' : 'ink',
      width: Math.round(picture.width * cell),
      height: Math.round(picture.height * cell),
      cell,
      box: null,
      cross: null,
      arrow: null,
    };
    // The crop's box belongs to the picture before the crop.
    if (name === 'ink' && next?.name === 'crop') tile.box = next.box;
    if (name === 'pad') tile.box = steps[index]?.box ?? null;
    if (name === 'centre') {
      tile.cross = centreOfMass(picture);
      const shift = steps[index]?.shift ?? null;
      if (shift !== null && tile.cross !== null) tile.arrow = arrowTo(tile.cross, shift);
    }
    return [tile];
  });
}

function cellOf(name: StepName, { width, height }: Picture, largest: number, density: number): number {
  const side = Math.max(width, height, NETWORK_SIZED.includes(name) ? largest : 0);
  const cell = (ROOM * density) / side;
  return cell >= 1 ? Math.floor(cell) : cell;
}

/** Centre of mass of the ink, in pixels from the upper left corner; null without ink. */
export function centreOfMass({ width, height, data }: Picture): { x: number; y: number } | null {
  let [mass, x, y] = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const ink = data[row * width + column] ?? 0;
      mass += ink;
      x += ink * (column + 0.5);
      y += ink * (row + 0.5);
    }
  }
  return mass === 0 ? null : { x: x / mass, y: y / mass };
}

function arrowTo(to: { x: number; y: number }, [x, y]: readonly [number, number]): Arrow | null {
  return x === 0 && y === 0 ? null : { from: { x: to.x - x, y: to.y - y }, to };
}
