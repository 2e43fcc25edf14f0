/** Encodes a map as PNG, one pixel per value: needs no canvas and gives the same bytes everywhere. */

import { indexOf, type Palette } from './palette';

/** Data URL of a map in a palette's colours; values that are not finite are transparent. */
export function mapPicture(values: ArrayLike<number>, cols: number, palette: Palette, limit: number): string {
  const rows = Math.ceil(values.length / cols);
  // Index 0 is unused in a diverging table; a sequential one spares its last but one.
  const empty = palette.diverging ? 0 : 254;
  const indices = new Uint8Array(rows * cols).fill(empty);
  const { diverging } = palette;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isNaN(value)) continue;
    const colour = indexOf(diverging, value, limit);
    indices[index] = colour === empty ? empty + 1 : colour;
  }
  const alpha = new Uint8Array(empty + 1).fill(255);
  alpha[empty] = 0;
  return `data:image/png;base64,${base64(png(cols, rows, indices, palette.colours.flat(), alpha))}`;
}

/** Data URL of red, green and blue values between 0 and 1, each (height * width). */
export function colourPicture(data: Float32Array, height: number, width: number): string {
  const size = height * width;
  const bytes = new Uint8Array(3 * size);
  for (let index = 0; index < size; index += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      const value = data[channel * size + index] ?? 0;
      bytes[3 * index + channel] = Math.round(255 * Math.min(1, Math.max(0, value)));
    }
  }
  return `data:image/png;base64,${base64(png(width, height, bytes, null, null))}`;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const INDEXED = 3;
const TRUECOLOUR = 2;

/** An uncompressed PNG (W3C, third edition): indexed if a table is given, else RGB. */
function png(
  width: number,
  height: number,
  pixels: Uint8Array,
  table: readonly number[] | null,
  alpha: Uint8Array | null,
): Uint8Array {
  const line = pixels.length / height;
  const lines = new Uint8Array(height * (line + 1)); // each line follows a byte for "no filter"
  for (let row = 0; row < height; row += 1) {
    lines.set(pixels.subarray(row * line, (row + 1) * line), row * (line + 1) + 1);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, table === null ? TRUECOLOUR : INDEXED], 8);
  return joined([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    ...(table === null ? [] : [chunk('PLTE', Uint8Array.from(table))]),
    ...(alpha === null ? [] : [chunk('tRNS', alpha)]),
    chunk('IDAT', stored(lines)),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  for (let index = 0; index < 4; index += 1) out[4 + index] = kind.charCodeAt(index);
  out.set(data, 8);
  view.setUint32(8 + data.length, crc(out.subarray(4, 8 + data.length)));
  return out;
}

const LARGEST_BLOCK = 65_535;
const LONGEST_SUM = 5552; // bytes for which both sums of Adler-32 stay below 2^32, as in zlib

/** A zlib stream (RFC 1950) of stored blocks (RFC 1951, section 3.2.4). */
function stored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let at = 0; at < data.length; at += LARGEST_BLOCK) {
    const block = data.subarray(at, at + LARGEST_BLOCK);
    const last = at + LARGEST_BLOCK >= data.length ? 1 : 0;
    const [low, high] = [block.length & 255, block.length >> 8];
    parts.push(Uint8Array.of(last, low, high, low ^ 255, high ^ 255), block);
  }
  let [a, b] = [1, 0];
  for (let at = 0; at < data.length; at += LONGEST_SUM) {
    const end = Math.min(data.length, at + LONGEST_SUM);
    for (let index = at; index < end; index += 1) {
      a += data[index] ?? 0;
      b += a;
    }
    a %= 65_521;
    b %= 65_521;
  }
  parts.push(Uint8Array.of(b >> 8, b & 255, a >> 8, a & 255));
  return joined(parts);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (CRC_TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function base64(bytes: Uint8Array): string {
  const STEP = 8192; // arguments that any engine accepts in a call
  let text = '';
  for (let at = 0; at < bytes.length; at += STEP) {
    const some = bytes.subarray(at, at + STEP) as unknown as number[];
    // Spreading would iterate, which is ten times slower.
    text += String.fromCharCode.apply(null, some);
  }
  return btoa(text);
}
