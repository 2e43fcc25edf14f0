/** The seven that draws itself on a first visit, in our own hand. */

import { point, type Point } from './strokes';

const DURATION = 1200; // ms

const SEVEN: [number, number][] = [
  [286, 282],
  [400, 270],
  [520, 266],
  [640, 262],
  [742, 252],
  [702, 330],
  [648, 430],
  [596, 532],
  [548, 640],
  [512, 736],
  [488, 836],
];
const STEP = 12; // units between the points of the growing line

/** The whole line, its points evenly spaced. */
export function line(): Point[] {
  const points = [point(...(SEVEN[0] as [number, number]))];
  for (let index = 1; index < SEVEN.length; index++) {
    const [fromX, fromY] = SEVEN[index - 1] as [number, number];
    const [toX, toY] = SEVEN[index] as [number, number];
    const pieces = Math.ceil(Math.hypot(toX - fromX, toY - fromY) / STEP);
    for (let piece = 1; piece <= pieces; piece++) {
      points.push(point(fromX + ((toX - fromX) * piece) / pieces, fromY + ((toY - fromY) * piece) / pieces));
    }
  }
  return points;
}

/** How many of `count` points are drawn `elapsed` ms after the start: slow at both ends, as a hand is. */
export function drawn(elapsed: number, count: number): number {
  const part = Math.min(1, Math.max(0, elapsed / DURATION));
  return Math.max(1, Math.round(count * part * part * (3 - 2 * part)));
}
