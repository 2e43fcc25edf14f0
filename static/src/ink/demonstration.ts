/** The demonstration of a first visit: a seven drawn stroke by stroke. */

import { point, type Point } from './strokes';

const DURATION = 1200; // ms

/** The bar, then the stem, which leaves it at a corner. */
const SEVEN: [number, number][][] = [
  [
    [286, 284],
    [430, 270],
    [590, 262],
    [738, 256],
  ],
  [
    [738, 256],
    [664, 404],
    [588, 562],
    [526, 710],
    [490, 842],
  ],
];
const PIECES = 10; // points of the line between two of these

/** The line as a Catmull-Rom spline through the points of each part (1974). */
export function demonstrationLine(): Point[] {
  return SEVEN.flatMap((part) => smooth(part));
}

function smooth(part: [number, number][]): Point[] {
  const at = (index: number) => part[Math.min(part.length - 1, Math.max(0, index))] as [number, number];
  const points: Point[] = [];
  for (let index = 0; index + 1 < part.length; index++) {
    const [a, b, c, d] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    for (let piece = 0; piece < PIECES; piece++) {
      const t = piece / PIECES;
      points.push(point(between(a[0], b[0], c[0], d[0], t), between(a[1], b[1], c[1], d[1], t)));
    }
  }
  return [...points, point(...at(part.length - 1))];
}

function between(a: number, b: number, c: number, d: number, t: number): number {
  return b + (t / 2) * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Number of points drawn `elapsed` ms after the start, eased at both ends. */
export function pointsDrawn(elapsed: number, count: number): number {
  const part = Math.min(1, Math.max(0, elapsed / DURATION));
  return Math.max(1, Math.round(count * part * part * (3 - 2 * part)));
}
