/** Packs marks into short text for an address and browser storage, and unpacks them. */

import { DEFAULT_PRESSURE, type Mark, type Point, type Stroke } from './strokes';

const VERSION = 1;
const KINDS = ['clear', 'picture', 'pen', 'eraser'] as const;
const HAS_PRESSURE = 0x80; // flag beside a stroke's kind: each point has a pressure
const MAX_LENGTH = 6000; // longest text in an address, characters

/** Packs marks as base64url; points as differences, mostly one byte per coordinate. */
export function pack(marks: readonly Mark[]): string {
  const bytes: number[] = [VERSION];
  for (const mark of marks) {
    const kind = KINDS.indexOf(mark.kind);
    if (mark.kind === 'clear') bytes.push(kind);
    else if (mark.kind === 'picture') packText(bytes, kind, mark.source);
    else packStroke(bytes, kind, mark);
  }
  const text = bytes.map((byte) => String.fromCharCode(byte)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Marks packed for an address; null if too long or with a visitor's own picture. */
export function packShort(marks: readonly Mark[]): string | null {
  if (marks.length === 0 || marks.some((mark) => mark.kind === 'picture' && mark.source.startsWith('data:')))
    return null;
  const packed = pack(marks);
  return packed.length <= MAX_LENGTH ? packed : null;
}

/** Unpacks text of `pack`; null for any other text. */
export function unpack(packed: string): Mark[] | null {
  if (!/^[\w-]+$/.test(packed) || packed.length % 4 === 1) return null;
  const text = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
  try {
    return new Reader(Uint8Array.from(text, (character) => character.charCodeAt(0))).marks();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function packText(bytes: number[], kind: number, text: string): void {
  const written = new TextEncoder().encode(text);
  bytes.push(kind);
  packNumber(bytes, written.length);
  for (const byte of written) bytes.push(byte);
}

function packStroke(bytes: number[], kind: number, { width, points }: Stroke): void {
  const uneven = points.some(({ pressure }) => pressure !== DEFAULT_PRESSURE);
  bytes.push(uneven ? kind | HAS_PRESSURE : kind);
  packNumber(bytes, width);
  packNumber(bytes, points.length);
  let before = { x: 0, y: 0 };
  for (const point of points) {
    packNumber(bytes, zigzag(point.x - before.x));
    packNumber(bytes, zigzag(point.y - before.y));
    if (uneven) bytes.push(point.pressure);
    before = point;
  }
}

/** Variable-length integer: seven bits per byte, lowest first; the eighth is set if more follow. */
function packNumber(bytes: number[], value: number): void {
  for (; value >= 0x80; value = value >>> 7) bytes.push((value & 0x7f) | 0x80);
  bytes.push(value);
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** Reads one packed drawing; throws RangeError if it is truncated or invalid. */
class Reader {
  #at = 0;

  constructor(readonly bytes: Uint8Array<ArrayBuffer>) {}

  marks(): Mark[] {
    if (this.#byte() !== VERSION) throw new RangeError('another version');
    const marks: Mark[] = [];
    while (this.#at < this.bytes.length) marks.push(this.#mark());
    return marks;
  }

  #mark(): Mark {
    const first = this.#byte();
    const kind = KINDS[first & ~HAS_PRESSURE];
    if (kind === undefined) throw new RangeError(`no kind ${first}`);
    if (kind === 'clear') return { kind };
    if (kind === 'picture') return { kind, source: this.#text(this.#number()) };
    return { kind, width: this.#number(), points: this.#points(this.#number(), (first & HAS_PRESSURE) !== 0) };
  }

  #points(count: number, uneven: boolean): Point[] {
    const points: Point[] = [];
    let [x, y] = [0, 0];
    while (points.length < count) {
      x += this.#signed();
      y += this.#signed();
      points.push({ x, y, pressure: uneven ? this.#byte() : DEFAULT_PRESSURE });
    }
    return points;
  }

  #text(length: number): string {
    if (this.#at + length > this.bytes.length) throw new RangeError('ends too early');
    this.#at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.#at - length, this.#at));
  }

  #signed(): number {
    const value = this.#number();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  #number(): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number too long');
  }

  #byte(): number {
    const byte = this.bytes[this.#at++];
    if (byte === undefined) throw new RangeError('ends too early');
    return byte;
  }
}
