// @vitest-environment node
/** The golden frame: values written by Python are read unchanged. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { decodeFrame, mapBytes, valueAt, type StepName } from './frame';
import golden from './golden.json';
import { encodeStroke } from './stroke';

const HERE = import.meta.dirname;
const bytes = readFileSync(join(HERE, 'golden.safetensors'));
const frame = decodeFrame(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));

test('the header equals the one written by Python', () => {
  const { sequence, model, label, probability, blank } = frame.header;
  expect({ sequence, model, label, probability, blank }).toEqual({
    sequence: golden.sequence,
    model: golden.model,
    label: golden.label,
    probability: golden.probability,
    blank: false,
  });
});

test('every value of every layer comes back to within half a step of its scale', () => {
  for (const [layer, values] of Object.entries(golden.layers)) {
    const maps = frame.maps(layer);
    expect(maps).not.toBeNull();
    if (maps === null) continue;
    expect(maps.count * maps.height * maps.width).toBe(values.length);
    const size = maps.height * maps.width;
    values.forEach((value, index) => {
      const map = Math.floor(index / size);
      const step = ((maps.range[2 * map + 1] ?? 0) - (maps.range[2 * map] ?? 0)) / 255;
      expect(Math.abs(valueAt(maps, map, index % size) - value)).toBeLessThanOrEqual(step / 2 + 1e-6);
    });
  }
});

test('feature maps keep height and width, vectors become one row', () => {
  const { c1, c5 } = { c1: frame.maps('c1'), c5: frame.maps('c5') };
  expect([c1?.count, c1?.height, c1?.width]).toEqual(golden.shapes.c1);
  expect([c5?.count, c5?.height, c5?.width]).toEqual([1, 1, golden.shapes.c5[0]]);
  expect(c1 && mapBytes(c1, 1)).toHaveLength(12);
});

test('maps requested closely hold exact values', () => {
  for (const [name, values] of Object.entries(golden.closely)) {
    const [layer = '', map = ''] = name.split('/');
    expect([...(frame.exactValues(layer, Number(map)) ?? [])].slice(0, values.length)).toEqual(values);
  }
  expect([...frame.probabilities]).toEqual(golden.probabilities);
  expect([...frame.scores]).toEqual(golden.layers.output);
  expect([...frame.logits]).toEqual(golden.layers.output);
});

test('preprocessing steps have their sizes, and the last one its pixels', () => {
  const steps = golden.steps.map(([name]) => frame.step(name as StepName));
  expect(steps.map((step) => [step?.width, step?.height])).toEqual(
    golden.steps.map(([, width, height]) => [width, height]),
  );
  expect([...(frame.step('pad')?.data ?? [])]).toEqual(golden.pad);
});

test('layers and steps missing from the frame are null', () => {
  expect(frame.maps('f6')).toBeNull();
  expect(frame.exactValues('c1', 0)).toBeNull();
});

test('a stroke is twelve bytes of header and a byte for each pixel', () => {
  const message = new Uint8Array(
    encodeStroke(0x01020304, { width: 3, height: 2, data: new Uint8Array([0, 1, 2, 3, 4, 255]) }),
  );
  expect([...message]).toEqual([0x52, 0x58, 1, 1, 4, 3, 2, 1, 3, 0, 2, 0, 0, 1, 2, 3, 4, 255]);
});
