/** Where an exhibit's picture comes from: a handwritten digit, the visitor's drawing, a photo, a file; and its values. */

import { volume, type Volume } from '../scene/volume';
import { at } from '../state/url';
import { serverRoot } from '../wire/server';
import type { Raster } from '../wire/stroke';
import { stored } from './drawing.svelte';
import { line } from './demonstration';
import { blobOf, inked, ofTray } from './pictures';
import { WIDTHS, type Mark } from './strokes';
import { RASTER_SIDE, Surface } from './surface';

export type Source =
  | { kind: 'digit'; id: number }
  /** The one that this browser keeps; `raster` where it has just been drawn. */
  | { kind: 'drawing'; raster?: Raster }
  | { kind: 'photo'; name: string }
  /** A square cut out of a visitor's own file, as a data URL; no address can carry it. */
  | { kind: 'file'; picture: string };

export interface Size {
  height: number;
  width: number;
  channels: number;
}

export const PHOTOS = ['china', 'flower'];

/** The source that an attribute names, as in `digit:7`, `drawing`, `photo:china`; null for any other text. */
export function readSource(text: string): Source | null {
  const [kind, name] = text.split(':');
  if (text === 'drawing') return { kind: 'drawing' };
  if (kind === 'digit' && name !== undefined && /^\d{1,3}$/.test(name)) return { kind: 'digit', id: Number(name) };
  if (kind === 'photo' && name !== undefined && /^[a-z][a-z-]*$/.test(name)) return { kind: 'photo', name };
  return null;
}

/** What an attribute says of a source; null for a visitor's file, which stays in this browser. */
export function sourceText(source: Source): string | null {
  if (source.kind === 'digit') return `digit:${source.id}`;
  if (source.kind === 'photo') return `photo:${source.name}`;
  return source.kind === 'drawing' ? 'drawing' : null;
}

/** Whether it is ink on paper, whose values count up from the paper. */
export function isInk(source: Source): boolean {
  return source.kind === 'digit' || source.kind === 'drawing';
}

/** The source's values at this size, 0 to 1: ink is 1 and paper 0; of photos and files, white is 1. Averages areas. */
export async function pixels(source: Source, size: Size, server?: string | URL): Promise<Volume> {
  const whole = await original(source, size.channels, server);
  return resampled(whole, size.height, size.width);
}

/** The source as grey bytes, black ink on white, as the networks are asked. */
export async function greys(source: Source, server?: string | URL): Promise<Raster> {
  if (source.kind === 'drawing') return source.raster ?? (await drawing(server));
  const { height, width, data } = await original(source, 1, server);
  const ink = isInk(source);
  return { width, height, data: Uint8Array.from(data, (value) => Math.round(255 * (ink ? 1 - value : value))) };
}

/** A picture as a network is asked about it: grey values in rows, or what has colours as a file of them. */
export type PictureFields = { pixels: number[][] } | { image: string };

/** The source as a network is asked about it; `colour`: one that reads colours, and is told those of photos and files. */
export async function pictureFields(source: Source, colour: boolean, server?: string | URL): Promise<PictureFields> {
  if (colour && (source.kind === 'photo' || source.kind === 'file')) {
    return { image: file(await imageOf(source, serverRoot(server))) };
  }
  const { width, height, data } = await greys(source, server);
  return { pixels: Array.from({ length: height }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]) };
}

/** The mean of the area that each new cell covers of the old ones, so that no pixel is skipped or counted twice. */
export function resampled(of: Volume, height: number, width: number): Volume {
  if (of.height === height && of.width === width) return of;
  const down = shares(of.height, height);
  const across = shares(of.width, width);
  const out = volume(of.channels, height, width);
  for (let channel = 0; channel < of.channels; channel += 1) {
    for (let row = 0; row < height; row += 1) {
      for (let col = 0; col < width; col += 1) {
        let sum = 0;
        for (const [y, high] of down[row] ?? []) {
          for (const [x, wide] of across[col] ?? []) {
            sum += high * wide * (of.data[(channel * of.height + y) * of.width + x] ?? 0);
          }
        }
        out.data[(channel * height + row) * width + col] = sum;
      }
    }
  }
  return out;
}

/** For every new cell, the old ones that it covers and the share of it that each has; shares add up to one. */
function shares(from: number, to: number): [number, number][][] {
  const ratio = from / to;
  return Array.from({ length: to }, (_, index) => {
    const [begin, end] = [index * ratio, (index + 1) * ratio];
    const covered: [number, number][] = [];
    for (let old = Math.floor(begin); old < Math.min(from, Math.ceil(end - 1e-9)); old += 1) {
      covered.push([old, (Math.min(end, old + 1) - Math.max(begin, old)) / ratio]);
    }
    return covered;
  });
}

const read = new Map<string, Promise<ImageData>>(); // by address: a picture of the server's is fetched once

async function original(source: Source, channels: number, server: string | URL | undefined): Promise<Volume> {
  if (source.kind === 'drawing') {
    const { width, height, data } = source.raster ?? (await drawing(server));
    const ink = Float32Array.from(data, (grey) => 1 - grey / 255);
    return spread(volume(1, height, width, ink), channels);
  }
  const image = await imageOf(source, serverRoot(server));
  const values = channels === 3 && !isInk(source) ? colours(image) : grey(image);
  if (isInk(source)) values.data.forEach((value, index) => (values.data[index] = 1 - value));
  return spread(values, channels);
}

function imageOf(source: Exclude<Source, { kind: 'drawing' }>, server: URL): Promise<ImageData> {
  if (source.kind === 'file') return imageData(source.picture, server);
  const path = source.kind === 'digit' ? ofTray(source.id) : `samples/photos/${source.name}.png`;
  const { href } = at(server, path);
  const found = read.get(href) ?? imageData(path, server);
  read.set(href, found);
  found.catch(() => read.delete(href));
  return found;
}

/** A PNG of it, as a data URL. */
function file(image: ImageData): string {
  const context = blank(image);
  context.putImageData(image, 0, 0);
  return context.canvas.toDataURL('image/png');
}

function blank({ width, height }: { width: number; height: number }): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser paints no 2D canvas');
  return context;
}

async function imageData(source: string, server: URL): Promise<ImageData> {
  const image = await createImageBitmap(await blobOf(source, server));
  const context = blank(image);
  const { canvas } = context;
  context.fillStyle = '#fff'; // what is transparent lies on white paper
  context.fillRect(0, 0, image.width, image.height);
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function colours({ width, height, data }: ImageData): Volume {
  const out = volume(3, height, width);
  for (let index = 0; index < width * height; index += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      out.data[channel * width * height + index] = (data[4 * index + channel] ?? 0) / 255;
    }
  }
  return out;
}

/** Luma by the weights of ITU-R BT.601, as Pillow's grey has them. */
function grey({ width, height, data }: ImageData): Volume {
  const out = volume(1, height, width);
  for (let index = 0; index < width * height; index += 1) {
    const [red, green, blue] = [data[4 * index] ?? 0, data[4 * index + 1] ?? 0, data[4 * index + 2] ?? 0];
    out.data[index] = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  }
  return out;
}

/** As many channels as are wanted, where there is one: the same in each. */
function spread(of: Volume, channels: number): Volume {
  if (of.channels === channels) return of;
  const size = of.height * of.width;
  const out = volume(channels, of.height, of.width);
  for (let channel = 0; channel < channels; channel += 1) {
    const from = Math.min(channel, of.channels - 1) * size;
    out.data.set(of.data.subarray(from, from + size), channel * size);
  }
  return out;
}

/** What this browser keeps of the visitor's drawing; the seven that draws itself where there is nothing. */
async function drawing(server: string | URL | undefined): Promise<Raster> {
  const kept = stored();
  const marks: readonly Mark[] =
    kept === null || kept.length === 0 ? [{ kind: 'pen', width: WIDTHS.usual, points: line() }] : kept;
  const pictures = new Map<string, CanvasImageSource>();
  for (const mark of marks) {
    if (mark.kind === 'picture') pictures.set(mark.source, await inked(mark.source, serverRoot(server)));
  }
  const surface = new Surface(document.createElement('canvas'), RASTER_SIDE, { read: true });
  surface.paint(marks, null, '#000', (source) => pictures.get(source) ?? null);
  return surface.raster();
}
