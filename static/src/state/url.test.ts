/** Places and drawings in the address and back. */

import { expect, test } from 'vitest';

import { readInk, readPlace, withInk, withPlace, type Place } from './url';

const HOME = new URL('http://localhost:8000/?lang=zh');
const USUAL = { model: 'lenet5' };

test('every place comes back from its address as it was', () => {
  for (const model of ['lenet5', 'lenet5-1998']) {
    for (const selected of [null, { layer: 'c1', map: 0 }, { layer: 'c3_relu', map: 15 }]) {
      for (const scale of ['map', 'layer'] as const) {
        const place: Place = { model, selected, scale };
        const read = readPlace(withPlace(HOME, place, USUAL));
        expect({ ...read, model: read.model ?? USUAL.model }).toEqual(place);
      }
    }
  }
});

test('what is as it is anyhow is not written, and what is not ours is kept', () => {
  expect(withPlace(HOME, { model: 'lenet5', selected: null, scale: 'map' }, USUAL).href).toBe(HOME.href);
});

test('a broken address is a visitor who asks for nothing', () => {
  const place = readPlace(new URL('http://localhost/?layer=c1&map=-3&scale=huge'));
  expect(place).toEqual({ model: null, selected: null, scale: 'map' });
});

test('the ink lives in the fragment, beside what else is there', () => {
  const inked = withInk(new URL('http://localhost/?model=x#part=2'), 'AQ-_');
  expect(readInk(inked)).toBe('AQ-_');
  expect(inked.search).toBe('?model=x');
  expect(withInk(inked, null).hash).toBe('#part=2');
  expect(readInk(HOME)).toBeNull();
});
