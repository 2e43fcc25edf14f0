/** Sources of pictures for exhibits (a digit, the visitor's drawing, a photo, a file) and their values. */

import { volume, type Volume } from '../scene/volume';
import { at } from '../state/url';
import { serverRoot } from '../wire/server';
import type { Raster } from '../wire/stroke';
import { storedMarks } from './drawing.svelte';
import { demonstrationLine } from './demonstration';
import { blobOf, inkImage, trayPath } from './pictures';
import { WIDTHS, type Mark } from './strokes';
import { RASTER_SIDE, Surface } from './surface';

export type Source =
  | { kind: 'digit'; id: number }
  /** The drawing stored in this browser; `raster` right after it was drawn. */
  | { kind: 'drawing'; raster?: Raster }
  | { kind: 'photo'; name: string }
  /** A square crop of a visitor's file, as a data URL; too long for an address. */
  | { kind: 'file'; picture: string };

export interface Size {
  height: number;
  width: number;
  channels: number;
}

export const PHOTOS = ['china', 'flower'];

/** Parses an attribute such as `digit:7`, `drawing`, `photo:china`; null for any other text. */
export function readSource(text: string): Source | null {
  const [kind, name] = text.split(':');
  if (text === 'drawing') return { kind: 'drawing' };
  if (kind === 'digit' && name !== undefined && /^\d{1,3}$/.test(name)) return { kind: 'digit', id: Number(name) };
  if (kind === 'photo' && name !== undefined && /^[a-z][a-z-]*$/.test(name)) return { kind: 'photo', name };
  return null;
}

/** Attribute text of a source; null for a visitor's file, which stays in this browser. */
export function sourceText(source: Source): string | null {
  if (source.kind === 'digit') return `digit:${source.id}`;
  if (source.kind === 'photo') return `photo:${source.name}`;
  return source.kind === 'drawing' ? 'drawing' : null;
}

/** True for ink on paper, whose values count up from the paper. */
export function isInk(source: Source): boolean {
  return source.kind === 'digit' || source.kind === 'drawing';
}

/** Values (0 to 1) at this size, averaged over areas: ink is 1 and paper 0; in photos and files white is 1. */
export async function pixels(source: Source, size: Size, server?: string | URL): Promise<Volume> {
  const volume = await original(source, size.channels, server);
  return resample(volume, size.height, size.width);
}

/** The source as grey bytes, black ink on white, as networks receive it. */
export async function greyRaster(source: Source, server?: string | URL): Promise<Raster> {
  if (source.kind === 'drawing') return source.raster ?? (await drawnRaster(server));
  const { height, width, data } = await original(source, 1, server);
  const ink = isInk(source);
  return { width, height, data: Uint8Array.from(data, (value) => Math.round(255 * (ink ? 1 - value : value))) };
}

/** A picture in a request: grey values row by row, or a colour picture as a data URL. */
export type PictureFields = { pixels: number[][] } | { image: string };

/** Request fields for the source; `colour`: photos and files keep their colours. */
export async function pictureFields(source: Source, colour: boolean, server?: string | URL): Promise<PictureFields> {
  if (colour && (source.kind === 'photo' || source.kind === 'file')) {
    return { image: pngDataUrl(await imageOf(source, serverRoot(server))) };
  }
  const { width, height, data } = await greyRaster(source, server);
  return { pixels: Array.from({ length: height }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]) };
}

/** Averages the source area under each new cell, so that no pixel is skipped or counted twice. */
export function resample(of: Volume, height: number, width: number): Volume {
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

/** For each new cell, the old cells it covers and their shares, which sum to one. */
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

const images = new Map<string, Promise<ImageData>>(); // by address, so that a picture of the server is fetched once

async function original(source: Source, channels: number, server: string | URL | undefined): Promise<Volume> {
  if (source.kind === 'drawing') {
    const { width, height, data } = source.raster ?? (await drawnRaster(server));
    const ink = Float32Array.from(data, (grey) => 1 - grey / 255);
    return withChannels(volume(1, height, width, ink), channels);
  }
  const image = await imageOf(source, serverRoot(server));
  const values = channels === 3 && !isInk(source) ? colours(image) : grey(image);
  if (isInk(source)) values.data.forEach((value, index) => (values.data[index] = 1 - value));
  return withChannels(values, channels);
}

function imageOf(source: Exclude<Source, { kind: 'drawing' }>, server: URL): Promise<ImageData> {
  if (source.kind === 'file') return imageData(source.picture, server);
  const path = source.kind === 'digit' ? trayPath(source.id) : `samples/photos/${source.name}.png`;
  const { href } = at(server, path);
  const image = images.get(href) ?? imageData(path, server);
  images.set(href, image);
  image.catch(() => images.delete(href));
  return image;
}

/** The image as a data URL of a PNG. */
function pngDataUrl(image: ImageData): string {
  const context = emptyContext(image);
  context.putImageData(image, 0, 0);
  return context.canvas.toDataURL('image/png');
}

function emptyContext({ width, height }: { width: number; height: number }): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser paints no 2D canvas');
  return context;
}

async function imageData(source: string, server: URL): Promise<ImageData> {
  const image = await createImageBitmap(await blobOf(source, server));
  const context = emptyContext(image);
  const { canvas } = context;
  context.fillStyle = '#fff'; // transparency is white paper
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

/** Luma by ITU-R BT.601, as in Pillow's grey conversion. */
function grey({ width, height, data }: ImageData): Volume {
  const out = volume(1, height, width);
  for (let index = 0; index < width * height; index += 1) {
    const [red, green, blue] = [data[4 * index] ?? 0, data[4 * index + 1] ?? 0, data[4 * index + 2] ?? 0];
    out.data[index] = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
  }
  return out;
}

/** Repeats a single channel until there are `channels`. */
function withChannels(of: Volume, channels: number): Volume {
  if (of.channels === channels) return of;
  const size = of.height * of.width;
  const out = volume(channels, of.height, of.width);
  for (let channel = 0; channel < channels; channel += 1) {
    const from = Math.min(channel, of.channels - 1) * size;
    out.data.set(of.data.subarray(from, from + size), channel * size);
  }
  return out;
}

/** The drawing stored in this browser, else the demonstration's seven. */
async function drawnRaster(server: string | URL | undefined): Promise<Raster> {
  const stored = storedMarks();
  const marks: readonly Mark[] =
    stored === null || stored.length === 0
      ? [{ kind: 'pen', width: WIDTHS.usual, points: demonstrationLine() }]
      : stored;
  const pictures = new Map<string, CanvasImageSource>();
  for (const mark of marks) {
    if (mark.kind === 'picture') pictures.set(mark.source, await inkImage(mark.source, serverRoot(server)));
  }
  const surface = new Surface(document.createElement('canvas'), RASTER_SIDE, { read: true });
  surface.paint(marks, null, '#000', (source) => pictures.get(source) ?? null);
  return surface.raster();
}
