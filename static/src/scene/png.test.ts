/** Map pictures, read back with zlib: sizes, colours, what is empty, and more bytes than one block holds. */

import { inflateSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { palette } from './palette';
import { colourPicture, mapPicture } from './png';

interface Picture {
  width: number;
  height: number;
  kind: number;
  chunks: Map<string, Buffer>;
  lines: Buffer;
}

function read(url: string): Picture {
  const file = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    chunks.set(file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length));
  }
  const header = chunks.get('IHDR') as Buffer;
  return {
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    kind: header[9] ?? -1,
    chunks,
    lines: inflateSync(chunks.get('IDAT') as Buffer),
  };
}

test('each value is one pixel in its colour, and what is no number is transparent', () => {
  for (const quantity of ['signed', 'activation'] as const) {
    const table = palette(quantity, 'light');
    const { width, height, kind, chunks, lines } = read(mapPicture([0, 2, 1, NaN, -2, 0.5], 3, table, 2));
    expect([width, height, kind]).toEqual([3, 2, 3]);
    const colours = chunks.get('PLTE') as Buffer;
    const at = (row: number, col: number) => lines[row * 4 + 1 + col] ?? 0;
    const rgb = (row: number, col: number) => [...colours.subarray(3 * at(row, col), 3 * at(row, col) + 3)];
    expect(rgb(0, 0)).toEqual([255, 255, 255]);
    expect(rgb(0, 1)).toEqual(table.colours[255]);
    const alpha = chunks.get('tRNS') as Buffer;
    expect(alpha[at(1, 0)]).toBe(0);
    expect([at(0, 0), at(0, 1), at(0, 2), at(1, 1), at(1, 2)].map((index) => alpha[index] ?? 255)).toEqual(
      Array(5).fill(255),
    );
  }
});

test('a photo as large as they come is whole', () => {
  const values = Float32Array.from({ length: 256 * 256 }, (_, index) => (index % 256) / 255);
  const { width, height, lines } = read(mapPicture(values, 256, palette('ink', 'light'), 1));
  expect([width, height, lines.length]).toEqual([256, 256, 256 * 257]);
  expect([lines[1], lines[256]]).toEqual([0, 255]);
});

test('colours are red, green and blue bytes', () => {
  const { kind, lines } = read(colourPicture(Float32Array.of(1, 0, 0, 0.5, 0, 2), 1, 2));
  expect(kind).toBe(2);
  expect([...lines]).toEqual([0, 255, 0, 0, 0, 128, 255]);
});
