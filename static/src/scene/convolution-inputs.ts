/** Inputs made of numbers: patterns, seeded random values, and their text form in an address. */

import type { Volume } from './volume';

export const PATTERNS = ['ramp', 'checkerboard', 'one-hot', 'random'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** A bright corner on a dark ground, with a vertical and a horizontal edge. */
export const FIRST = '9 9 8 1 1 2; 9 8 9 2 1 1; 8 9 8 1 2 1; 1 1 2 2 1 1; 1 2 1 1 2 1; 2 1 1 2 1 1';

export const LARGEST = 16; // largest side edited by hand, cells

/** Seeded random numbers from 0 to 1 (mulberry32). */
export function chance(seed: number): () => number {
  let at = seed >>> 0;
  return () => {
    at = (at + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(at ^ (at >>> 15), at | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A pattern of whole numbers; further channels continue or invert the one before. */
export function pattern(kind: Pattern, channels: number, height: number, width: number, seed: number): Volume {
  const next = chance(seed);
  const value = (channel: number, row: number, col: number): number => {
    if (kind === 'ramp') return (channel * height + row) * width + col + 1;
    if (kind === 'checkerboard') return (channel + row + col + 1) % 2;
    if (kind === 'one-hot') return Number(row === (height - 1) >> 1 && col === (width - 1) >> 1);
    return Math.floor(next() * 10);
  };
  const data = Float32Array.from({ length: channels * height * width }, (_, index) =>
    value(Math.floor(index / (height * width)), Math.floor(index / width) % height, index % width),
  );
  return { channels, height, width, data };
}

/** Parses "1 2; 3 4 | 5 6; 7 8" as channels of rows; null if invalid. */
export function readValues(text: string): number[][][] | null {
  const channels = text.split('|').map((channel) => channel.split(';').map((row) => row.trim().split(/[\s,]+/)));
  const numbers = channels.map((rows) => rows.map((row) => row.map((word) => (word === '' ? NaN : Number(word)))));
  const [height, width] = [numbers[0]?.length ?? 0, numbers[0]?.[0]?.length ?? 0];
  const even = numbers.every((rows) => rows.length === height && rows.every((row) => row.length === width));
  return even && numbers.flat(2).every(Number.isFinite) ? numbers : null;
}

/** Parses several filters, separated by "/". */
export function readFilters(text: string): number[][][][] | null {
  const filters = text.split('/').map(readValues);
  const [first] = filters;
  const alike = (one: number[][][] | null): one is number[][][] =>
    one !== null &&
    one.length === first?.length &&
    one[0]?.length === first[0]?.length &&
    one[0]?.[0]?.length === first[0]?.[0]?.length;
  return filters.every(alike) ? filters : null;
}

/** The shortest decimal that reads back as the same float32. */
export function figure(value: number): string {
  for (let digits = 1; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

export function writeValues(channels: number[][][]): string {
  return channels.map((rows) => rows.map((row) => row.map(figure).join(' ')).join('; ')).join(' | ');
}

export function writeFilters(filters: number[][][][]): string {
  return filters.map(writeValues).join(' / ');
}

/** Channels cropped or zero-padded to a size. */
export function resized(values: number[][][], channels: number, height: number, width: number): number[][][] {
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, col) => values[channel]?.[row]?.[col] ?? 0),
    ),
  );
}
