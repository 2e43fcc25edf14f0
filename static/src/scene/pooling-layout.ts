/** Layout of the maps of the pooling exhibit: side by side, or stacked on a phone. */

import type { Box } from './box';
import { pooledSize, settled, type Pooling, type Size } from './pooling';

export const STACKED = 560; // CSS pixels; below this width the figure runs downwards
export const HEAD = 28; // CSS pixels above each map, for its name
export const FOOT = 56; // CSS pixels below each map, for its scale

const LARGEST = 44; // CSS pixels; largest cell
const GAP = 84; // CSS pixels between two maps, for the arrow
const NARROW = 36; // the same on a phone
const LEGIBLE = 26; // CSS pixels; the least cell that holds its number
const AISLE = 20; // CSS pixels between two maps without an arrow
export const TALL = 460; // CSS pixels of cells visible beside the controls on a laptop
const TALLER = 460; // the same for three rows
const CURVE = 250; // height of the curve, CSS pixels

/** The input with everything a window may cover: its padding, and the overhang of ceil mode. */
export interface Ground extends Size {
  top: number;
  left: number;
}

export interface Place {
  box: Box;
  cell: number;
}

export interface Pair {
  width: number;
  height: number;
  stacked: boolean;
  /** The input with its padding. */
  input: Place;
  output: Place;
  /** Start and end of the arrow. */
  arrow: { x1: number; y1: number; x2: number; y2: number };
}

export interface Trio {
  width: number;
  height: number;
  stacked: boolean;
  /** Three rows (original, moved, difference) of three maps (input, convolution, pooled). */
  rows: { y: number; maps: Place[] }[];
  curve: Box;
}

export interface Fork {
  width: number;
  height: number;
  stacked: boolean;
  input: Place;
  map: Place;
  pooled: Place;
  strided: Place;
}

export function groundOf(pooling: Pooling, size: Size): Ground {
  const { window, stride, padding } = settled(pooling, size);
  const output = pooledSize(pooling, size);
  const reach = (length: number, count: number, axis: 0 | 1) =>
    Math.max(length + 2 * padding[axis], (count - 1) * stride[axis] + window[axis]);
  return {
    top: padding[0],
    left: padding[1],
    height: reach(size.height, output.height, 0),
    width: reach(size.width, output.width, 1),
  };
}

/** Box of the input's own cells within its padding. */
export function insideOf({ box, cell }: Place, ground: Ground, size: Size): Place {
  const [x, y] = [box.x + ground.left * cell, box.y + ground.top * cell];
  return { cell, box: { x, y, width: size.width * cell, height: size.height * cell } };
}

/** Whole pixels, or halves and quarters for more cells than pixels. */
export function snapped(side: number): number {
  const most = Math.min(LARGEST, side);
  return most >= 1 ? Math.floor(most) : most >= 0.5 ? 0.5 : 0.25;
}

function place(x: number, y: number, size: Size, cell: number): Place {
  return { cell, box: { x: Math.round(x), y: Math.round(y), width: size.width * cell, height: size.height * cell } };
}

/** Input and output with an arrow; stacked only if that makes them legible. */
export function arrangePair(width: number, input: Size, output: Size, tall = TALL, beside = false): Pair {
  const gap = width < STACKED ? NARROW : GAP;
  const across = snapped((width - gap) / (input.width + output.width));
  if (!beside && width < STACKED && across < LEGIBLE) return stackedPair(width, input, output);
  const cell = snapped(Math.min(across, tall / Math.max(input.height, output.height)));
  const body = Math.max(input.height, output.height) * cell;
  const used = (input.width + output.width) * cell + gap;
  const left = Math.max(0, (width - used) / 2);
  const from = place(left, HEAD + (body - input.height * cell) / 2, input, cell);
  const to = place(left + input.width * cell + gap, HEAD + (body - output.height * cell) / 2, output, cell);
  const y = HEAD + body / 2;
  const air = gap / 6;
  const arrow = { x1: from.box.x + from.box.width + air, y1: y, x2: to.box.x - air, y2: y };
  return { width, height: HEAD + body + FOOT, stacked: false, input: from, output: to, arrow };
}

function stackedPair(width: number, input: Size, output: Size): Pair {
  const cell = snapped(width / Math.max(input.width, output.width));
  const from = place((width - input.width * cell) / 2, HEAD, input, cell);
  const below = HEAD + from.box.height + FOOT;
  const to = place((width - output.width * cell) / 2, below + HEAD, output, cell);
  const arrow = { x1: width / 2, y1: below - 12, x2: width / 2, y2: below + 8 };
  return { width, height: to.box.y + to.box.height + FOOT, stacked: true, input: from, output: to, arrow };
}

/** Three rows of three maps, with the curve beside or below. */
export function arrangeTrio(width: number, sizes: [Size, Size, Size]): Trio {
  const stacked = width < 1.4 * STACKED;
  const across = sizes.reduce((sum, size) => sum + size.width, 0);
  const high = Math.max(...sizes.map((size) => size.height));
  const room = stacked ? width : 0.54 * width;
  const cell = snapped(Math.min((room - 2 * AISLE) / across, TALLER / (3 * high)));
  const step = HEAD + high * cell;
  const wide = across * cell + 2 * AISLE;
  const left = stacked ? (width - wide) / 2 : Math.max(0, (room - wide) / 2);
  const rows = [0, 1, 2].map((row) => {
    const y = HEAD + row * step;
    let x = left;
    const maps = sizes.map((size) => {
      const at = place(x, y + HEAD, size, cell);
      x += at.box.width + AISLE;
      return at;
    });
    return { y, maps };
  });
  const bottom = HEAD + 3 * step + FOOT;
  const curve = stacked
    ? { x: 0, y: bottom + HEAD, width, height: CURVE }
    : {
        x: room + AISLE,
        y: HEAD + HEAD,
        width: width - room - AISLE,
        height: Math.max(CURVE, Math.min(1.25 * CURVE, 3 * step - HEAD)),
      };
  return { width, height: Math.max(bottom, curve.y + curve.height + HEAD), stacked, rows, curve };
}

/** The input, its feature map, and two continuations: pooled, and convolved with a larger stride. */
export function arrangeFork(width: number, input: Size, map: Size, ends: [Size, Size]): Fork {
  const [pooled, strided] = ends;
  const last = Math.max(pooled.width, strided.width);
  if (width < STACKED) {
    const cell = snapped(Math.min(width / map.width, (width - AISLE) / (pooled.width + strided.width)));
    const small = snapped(Math.min(cell / 2, width / input.width));
    const from = place((width - input.width * small) / 2, HEAD, input, small);
    const middle = place((width - map.width * cell) / 2, from.box.y + from.box.height + FOOT + HEAD, map, cell);
    const below = middle.box.y + middle.box.height + FOOT + HEAD + HEAD;
    const left = Math.max(0, (width - (pooled.width + strided.width) * cell - AISLE) / 2);
    const one = place(left, below, pooled, cell);
    const other = place(left + one.box.width + AISLE, below, strided, cell);
    const height = below + Math.max(one.box.height, other.box.height) + FOOT;
    return { width, height, stacked: true, input: from, map: middle, pooled: one, strided: other };
  }
  const across = (width - 2 * GAP) / (input.width + map.width + last);
  const down = (TALL - HEAD - FOOT) / Math.max(input.height, pooled.height + strided.height);
  const cell = snapped(Math.min(across, Math.max(down, TALL / Math.max(input.height, map.height) / 1.2)));
  const ending = (pooled.height + strided.height) * cell + HEAD + FOOT;
  const body = Math.max(input.height * cell, map.height * cell, ending);
  const used = (input.width + map.width + last) * cell + 2 * GAP;
  const left = Math.max(0, (width - used) / 2);
  const centred = (x: number, size: Size) => place(x, HEAD + (body - size.height * cell) / 2, size, cell);
  const from = centred(left, input);
  const middle = centred(left + from.box.width + GAP, map);
  const x = middle.box.x + middle.box.width + GAP;
  const one = place(x, HEAD + (body - ending) / 2, pooled, cell);
  const other = place(x, one.box.y + one.box.height + FOOT + HEAD, strided, cell);
  return {
    width,
    height: HEAD + body + FOOT,
    stacked: false,
    input: from,
    map: middle,
    pooled: one,
    strided: other,
  };
}
