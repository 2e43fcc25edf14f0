/** Sources: their names in an address, and resampling by area. */

import { expect, test } from 'vitest';

import { volume } from '../scene/volume';
import { readSource, resample, sourceText, type Source } from './source';

test('every source that an address can hold is restored from it', () => {
  const all: Source[] = [{ kind: 'digit', id: 7 }, { kind: 'drawing' }, { kind: 'photo', name: 'china' }];
  for (const source of all) expect(readSource(sourceText(source) ?? '')).toEqual(source);
  expect(sourceText({ kind: 'file', picture: 'data:' })).toBeNull();
});

test.each(['digit:', 'digit:x', 'digit:9999', 'photo:../x', 'photo:', 'ramp', '', 'drawing:1'])(
  '%j is none',
  (text) => {
    expect(readSource(text)).toBeNull();
  },
);

test('a value is the mean of the area it covers', () => {
  const four = volume(1, 4, 4, [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2]);
  expect([...resample(four, 2, 2).data]).toEqual([1, 0, 0, 2]);
  const three = resample(volume(1, 1, 3, [0, 3, 6]), 1, 2).data;
  expect([...three]).toEqual([1, 5]);
});

test('resampling preserves the mean at any size', () => {
  const values = Float32Array.from({ length: 112 * 112 }, (_, index) => (index * 7919) % 13);
  const mean = (data: Float32Array) => data.reduce((sum, value) => sum + value, 0) / data.length;
  for (const side of [1, 5, 16, 28, 100, 112, 130]) {
    expect(mean(resample(volume(1, 112, 112, values), side, side).data)).toBeCloseTo(mean(values), 3);
  }
});
