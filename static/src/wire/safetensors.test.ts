/** Safetensors files: views without a copy, and refusal of damaged files. */

import { expect, test } from 'vitest';

import { decode, encode, SafetensorsError } from './safetensors';

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** A file with this header, padded to `align`, and this body. */
function file(header: Record<string, Entry | Record<string, string>>, bytes: Uint8Array, align = 8): ArrayBuffer {
  const text = JSON.stringify(header);
  const padded = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / align) * align));
  const out = new Uint8Array(8 + padded.length + bytes.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded.length), true);
  out.set(padded, 8);
  out.set(bytes, 8 + padded.length);
  return out.buffer;
}

const FLOATS = new Float32Array([1.5, -2.25, 3]);
const BYTES = new Uint8Array([...new Uint8Array(FLOATS.buffer), 7, 8]);
const HEADER = {
  __metadata__: { frame: '{}' },
  a: { dtype: 'F32', shape: [3], data_offsets: [0, 12] as [number, number] },
  b: { dtype: 'U8', shape: [1, 2], data_offsets: [12, 14] as [number, number] },
};

test('aligned tensors are views on the file itself', () => {
  const bytes = file(HEADER, BYTES);
  const { metadata, tensors } = decode(bytes);
  expect(metadata).toEqual({ frame: '{}' });
  expect(tensors.get('a')?.data).toEqual(FLOATS);
  expect(tensors.get('b')).toEqual({ dtype: 'U8', shape: [1, 2], data: new Uint8Array([7, 8]) });
  expect(tensors.get('a')?.data.buffer).toBe(bytes);
});

test('unaligned tensors are copied and have the same values', () => {
  for (const spaces of [0, 1, 2, 3]) {
    const odd = { ...HEADER, __metadata__: { frame: ' '.repeat(spaces) } };
    expect(decode(file(odd, BYTES, 1)).tensors.get('a')?.data).toEqual(FLOATS);
  }
});

test('a file cut anywhere is refused', () => {
  const whole = file(HEADER, BYTES);
  for (let length = 0; length < whole.byteLength; length++) {
    expect(() => decode(whole.slice(0, length))).toThrow(SafetensorsError);
  }
});

test('a shape that does not match its offsets is refused', () => {
  const wrong = { a: { dtype: 'F32', shape: [4], data_offsets: [0, 12] as [number, number] } };
  expect(() => decode(file(wrong, BYTES))).toThrow(SafetensorsError);
});

test('an unsupported dtype is refused by name', () => {
  const strange = { a: { dtype: 'F8_E4M3', shape: [12], data_offsets: [0, 12] as [number, number] } };
  expect(() => decode(file(strange, BYTES))).toThrow('F8_E4M3');
});

test('decode reverses encode, for a view on a larger array too', () => {
  const whole = new Float32Array([9, 1.5, -2.25, 3, 9]);
  const written = encode(
    { a: { shape: [1, 3], data: whole.subarray(1, 4) }, b: { shape: [2], data: new Uint8Array([7, 8]) } },
    { request: '{"kind":"max","label":"最大"}' },
  );
  const { metadata, tensors } = decode(written);
  expect(metadata.request).toBe('{"kind":"max","label":"最大"}');
  expect(tensors.get('a')).toEqual({ dtype: 'F32', shape: [1, 3], data: FLOATS });
  expect(tensors.get('b')?.data).toEqual(new Uint8Array([7, 8]));
});

test('a shape that does not match its values is not encoded', () => {
  expect(() => encode({ a: { shape: [2, 2], data: FLOATS } })).toThrow('a: 3 values for a shape of 2 × 2');
});
