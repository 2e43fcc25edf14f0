/** Reads pictures: a visitor's file reduced to the sheet's size, any source as ink. */

import { RequestError, problemOf } from '../wire/request';
import { say } from '../words/words';

export const ALLOWED = ['image/png', 'image/jpeg', 'image/webp'];
const MAX_SIZE = 20; // MB

const ABSENT = 404; // status of a missing picture
const SIDE = 256; // side to which a picture is reduced before it is stored, pixels

/** A file that cannot be used as a picture; its message is a message key. */
export class PictureError extends Error {}

/** Decodes a file, upright by its EXIF orientation; throws PictureError. */
export async function decodeImage(file: Blob): Promise<ImageBitmap> {
  if (!ALLOWED.includes(file.type)) throw new PictureError('ink.wrong_kind');
  if (file.size > MAX_SIZE * 1e6) throw new PictureError('ink.too_large');
  return createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {
    throw new PictureError('ink.unreadable');
  });
}

/** The file as a data URL of a square grey PNG, with margins in its edge colour; throws PictureError. */
export async function squareDataUrl(file: Blob): Promise<string> {
  const image = await decodeImage(file);
  const scale = SIDE / Math.max(image.width, image.height);
  const [width, height] = [Math.max(1, image.width * scale), Math.max(1, image.height * scale)];
  const context = square();
  context.fillStyle = edgeColour(image);
  context.fillRect(0, 0, SIDE, SIDE);
  context.fillStyle = '#fff'; // transparency is white paper
  context.fillRect((SIDE - width) / 2, (SIDE - height) / 2, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  image.close();
  const pixels = context.getImageData(0, 0, SIDE, SIDE);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data.fill(darkness(pixels.data, at) ^ 255, at, at + 3);
  context.putImageData(pixels, 0, 0);
  return context.canvas.toDataURL('image/png');
}

/** The picture of a source, with darkness as opacity. */
export async function inkImage(source: string, server: URL): Promise<CanvasImageSource> {
  const image = await createImageBitmap(await blobOf(source, server));
  const context = square();
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, SIDE, SIDE);
  image.close();
  const pixels = context.getImageData(0, 0, SIDE, SIDE);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const ink = darkness(pixels.data, at);
    pixels.data.fill(0, at, at + 3);
    pixels.data[at + 3] = ink;
  }
  context.putImageData(pixels, 0, 0);
  return context.canvas;
}

/** Bytes of a picture, the visitor's own or the server's. Throws RequestError. */
export async function blobOf(source: string, server: URL): Promise<Blob> {
  if (source.startsWith('data:')) {
    // Decoded here, because the content security policy allows no fetch of data URLs.
    const bytes = Uint8Array.from(atob(source.slice(source.indexOf(',') + 1)), (character) => character.charCodeAt(0));
    return new Blob([bytes]);
  }
  const response = await fetch(new URL(source, server));
  if (response.ok) return response.blob();
  const problem = await problemOf(response);
  const absent = {
    ...problem,
    why: null,
    detail: say('ink.absent', { name: source.replace(/^samples\/|\.png$/g, '') }),
  };
  throw new RequestError(response.status === ABSENT ? absent : problem);
}

/** Median grey of a picture's edge, for the margins of one that is not square. */
function edgeColour(image: ImageBitmap): string {
  const context = square();
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(image, 0, 0, SIDE, SIDE);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const levels: number[] = [];
  for (let step = 0; step < SIDE; step++) {
    for (const index of [step, (SIDE - 1) * SIDE + step, step * SIDE, step * SIDE + SIDE - 1]) {
      levels.push(255 - darkness(data, 4 * index));
    }
  }
  const level = levels.sort((a, b) => a - b)[levels.length / 2] ?? 255;
  return `rgb(${level} ${level} ${level})`;
}

/** 255 minus the luma of a pixel (ITU-R BT.601), as in Pillow's grey conversion. */
function darkness(pixels: Uint8ClampedArray, at: number): number {
  const [red = 0, green = 0, blue = 0] = [pixels[at], pixels[at + 1], pixels[at + 2]];
  return 255 - Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}

function square(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser paints no 2D canvas');
  return context;
}

/** Path of a digit of the tray, relative to the server's root. */
export function trayPath(id: number): string {
  return `samples/${id}.png`;
}
