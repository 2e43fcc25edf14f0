/** Selection and drawing in the address and back. */

import { expect, test } from 'vitest';

import { readInk, readShared, withInk, withShared, type SharedState } from './url';

const HOME = new URL('http://localhost:8000/?lang=zh');
const USUAL = { model: 'lenet5' };

test('every shared state is restored from its address', () => {
  for (const model of ['lenet5', 'lenet5-1998']) {
    for (const selected of [null, { layer: 'c1', map: 0 }, { layer: 'c3_relu', map: 15 }]) {
      for (const scale of ['map', 'layer'] as const) {
        const place: SharedState = { model, selected, scale };
        const read = readShared(withShared(HOME, place, USUAL));
        expect({ ...read, model: read.model ?? USUAL.model }).toEqual(place);
      }
    }
  }
});

test('defaults are left out of the address, and other parameters are kept', () => {
  expect(withShared(HOME, { model: 'lenet5', selected: null, scale: 'map' }, USUAL).href).toBe(HOME.href);
});

test('a malformed address gives the defaults', () => {
  const place = readShared(new URL('http://localhost/?layer=c1&map=-3&scale=huge'));
  expect(place).toEqual({ model: null, selected: null, scale: 'map' });
});

test('the ink is kept in the fragment beside its other values', () => {
  const inked = withInk(new URL('http://localhost/?model=x#part=2'), 'AQ-_');
  expect(readInk(inked)).toBe('AQ-_');
  expect(inked.search).toBe('?model=x');
  expect(withInk(inked, null).hash).toBe('#part=2');
  expect(readInk(HOME)).toBeNull();
});
