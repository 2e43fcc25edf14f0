/** Paints marks on a canvas of any size: in the ink's colour for display, as 112x112 grey bytes for the network. */

import type { Raster } from '../wire/stroke';
import { DEFAULT_PRESSURE, SIDE, visible, type Mark, type Point, type Stroke } from './strokes';

export const RASTER_SIDE = 112;

/** The loaded picture of a source, with darkness as opacity; see pictures.ts. */
export type Shelf = (source: string) => CanvasImageSource | null;

type Context = CanvasRenderingContext2D;

/** Marks on a transparent canvas; finished ones are cached, so that only the growing stroke is repainted. */
export class Surface {
  readonly side: number; // pixels
  #context: Context;
  #finished: Context;
  #painted: readonly Mark[] | null = null;
  #colour = '';

  constructor(canvas: HTMLCanvasElement, side: number, { read = false } = {}) {
    this.side = side;
    canvas.width = canvas.height = side;
    this.#context = contextOf(canvas, read);
    this.#finished = contextOf(blank(side), read);
  }

  paint(marks: readonly Mark[], growing: Stroke | null, colour: string, shelf: Shelf): void {
    if (marks !== this.#painted || colour !== this.#colour) this.#finish(marks, colour, shelf);
    const context = this.#context;
    context.clearRect(0, 0, this.side, this.side);
    context.drawImage(this.#finished.canvas, 0, 0);
    if (growing !== null) paintMark(context, growing, colour, shelf);
  }

  /** Drops the cache after a picture has been loaded. */
  forget(): void {
    this.#painted = null;
  }

  /** The painted marks as black ink on white paper. */
  raster(): Raster {
    const { data: pixels } = this.#context.getImageData(0, 0, this.side, this.side);
    const data = new Uint8Array(this.side * this.side);
    for (let index = 0; index < data.length; index++) data[index] = 255 - (pixels[4 * index + 3] ?? 0);
    return { width: this.side, height: this.side, data };
  }

  #finish(marks: readonly Mark[], colour: string, shelf: Shelf): void {
    const painted = this.#painted;
    const extended =
      painted !== null && colour === this.#colour && painted.every((mark, index) => mark === marks[index]);
    const newMarks = extended ? marks.slice(painted.length) : marks;
    const context = this.#finished;
    if (!extended || newMarks.length !== visible(newMarks).length) context.clearRect(0, 0, this.side, this.side);
    for (const mark of visible(newMarks)) paintMark(context, mark, colour, shelf);
    this.#painted = marks;
    this.#colour = colour;
  }
}

function paintMark(context: Context, mark: Mark, colour: string, shelf: Shelf): void {
  context.save();
  context.scale(context.canvas.width / SIDE, context.canvas.width / SIDE);
  context.strokeStyle = context.fillStyle = colour;
  if (mark.kind === 'picture') {
    const picture = shelf(mark.source);
    context.clearRect(0, 0, SIDE, SIDE);
    if (picture !== null) context.drawImage(tinted(picture, context.canvas.width, colour), 0, 0, SIDE, SIDE);
  } else if (mark.kind !== 'clear') {
    if (mark.kind === 'eraser') context.globalCompositeOperation = 'destination-out';
    paintStroke(context, mark);
  }
  context.restore();
}

function tinted(picture: CanvasImageSource, side: number, colour: string): HTMLCanvasElement {
  const canvas = blank(side);
  const context = contextOf(canvas, false);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, side, side);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = colour;
  context.fillRect(0, 0, side, side);
  return canvas;
}

/** One shape per stroke: painted in pieces, their soft edges would add up to a rough one. */
function paintStroke(context: Context, { width, points }: Stroke): void {
  const [first] = points;
  if (first === undefined) return;
  context.beginPath();
  if (points.length === 1 || points.some(({ pressure }) => pressure !== DEFAULT_PRESSURE)) {
    traceBeads(context, width, points);
    context.fill();
  } else {
    traceLine(context, points);
    context.lineWidth = width;
    context.lineCap = context.lineJoin = 'round';
    context.stroke();
  }
}

/** Curves through the midpoints between points. */
function traceLine(context: Context, points: readonly Point[]): void {
  const [first, ...rest] = points as [Point, ...Point[]];
  context.moveTo(first.x, first.y);
  let before = first;
  for (const point of rest) {
    context.quadraticCurveTo(before.x, before.y, (before.x + point.x) / 2, (before.y + point.y) / 2);
    before = point;
  }
  context.lineTo(before.x, before.y);
}

/** A disc at each point, as wide as its pressure, and a band between each two. */
function traceBeads(context: Context, width: number, points: readonly Point[]): void {
  let before: Point | null = null;
  for (const point of points) {
    const radius = radiusAt(width, point);
    context.moveTo(point.x + radius, point.y);
    context.arc(point.x, point.y, radius, 0, 2 * Math.PI);
    if (before !== null) traceBand(context, before, radiusAt(width, before), point, radius);
    before = point;
  }
}

function traceBand(context: Context, from: Point, fromRadius: number, to: Point, toRadius: number): void {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return;
  const [acrossX, acrossY] = [-(to.y - from.y) / length, (to.x - from.x) / length];
  context.moveTo(from.x - acrossX * fromRadius, from.y - acrossY * fromRadius);
  context.lineTo(to.x - acrossX * toRadius, to.y - acrossY * toRadius);
  context.lineTo(to.x + acrossX * toRadius, to.y + acrossY * toRadius);
  context.lineTo(from.x + acrossX * fromRadius, from.y + acrossY * fromRadius);
  context.closePath();
}

function radiusAt(width: number, { pressure }: Point): number {
  return (width / 2) * (0.4 + (0.6 * pressure) / DEFAULT_PRESSURE);
}

function blank(side: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement, readable: boolean): Context {
  const context = canvas.getContext('2d', { willReadFrequently: readable });
  if (context === null) throw new Error('this browser paints no 2D canvas');
  return context;
}
