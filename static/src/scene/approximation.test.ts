/** Curves that are drawn, packed and added up. */

import { describe, expect, test } from 'vitest';

import {
  byReach,
  withStroke,
  withSample,
  named,
  NAMED,
  pack,
  partial,
  path,
  sampleOf,
  SAMPLES,
  points,
  kinkOf,
  unpack,
  xAt,
} from './approximation';

describe('a curve in an attribute', () => {
  test.each(NAMED)('%s is a name, and stays between -1 and 1', (name) => {
    expect([...(unpack(name) ?? [])]).toEqual([...named(name)]);
    expect(Math.max(...named(name).map(Math.abs))).toBeLessThanOrEqual(1);
  });

  test('a drawn one comes back to within half a step of 64', () => {
    const curve = Float32Array.from({ length: SAMPLES }, (_, place) => Math.sin(place / 7));
    const back = unpack(pack(curve));
    back?.forEach((value, place) => expect(Math.abs(value - (curve[place] ?? 0))).toBeLessThanOrEqual(1 / 63 + 1e-6));
    expect(pack(back ?? [])).toBe(pack(curve));
    expect(encodeURIComponent(pack(curve))).toBe(pack(curve)); // needs no escapes in an address
  });

  test('anything else is none', () => {
    for (const text of ['', 'cosine', '~AAA', `~${'!'.repeat(SAMPLES)}`]) expect(unpack(text)).toBeNull();
  });
});

describe('drawing', () => {
  test('places and x go together', () => {
    expect([xAt(0), xAt(32), xAt(64)]).toEqual([-1, 0, 1]);
    for (let place = 0; place < SAMPLES; place++) expect(sampleOf(xAt(place))).toBe(place);
    expect([sampleOf(-3), sampleOf(3)]).toEqual([0, SAMPLES - 1]);
  });

  test('the hand leaves a straight line, to either side, and nothing else changes', () => {
    const flat = new Float32Array(SAMPLES);
    const there = withStroke(flat, { x: -0.5, y: 0 }, { x: 0.5, y: 1 });
    expect(there[32]).toBeCloseTo(0.5, 6);
    expect([there[15], there[49]]).toEqual([0, 0]);
    const back = withStroke(flat, { x: 0.5, y: 1 }, { x: -0.5, y: 0 });
    expect([...back]).toEqual([...there]);
    expect(Math.max(...flat)).toBe(0);
  });

  test('no height leaves the sheet', () => {
    expect(withStroke(new Float32Array(SAMPLES), { x: 0, y: 0 }, { x: 0, y: 7 })[32]).toBe(1);
    expect(withSample(new Float32Array(SAMPLES), 3, -5)[3]).toBe(-1);
  });

  test('the server is sent x and y of every place', () => {
    const sent = points(named('step'));
    expect(sent).toHaveLength(SAMPLES);
    expect(sent[0]?.[0]).toBe(-1);
    expect(sent[64]?.[1]).toBeCloseTo(0.6, 6);
  });
});

describe('pieces', () => {
  const pieces = [
    [0, 1, 2],
    [3, 3, 3],
    [5, -5, 0],
  ];

  test('the bias and all of them make the curve', () => {
    expect([...partial(pieces, 0.5, 0)]).toEqual([0.5, 0.5, 0.5]);
    expect([...partial(pieces, 0.5, 2)]).toEqual([3.5, 4.5, 5.5]);
    expect([...partial(pieces, 0.5, 3)]).toEqual([8.5, -0.5, 5.5]);
  });

  test('those that move most come first', () => {
    expect(byReach(pieces)).toEqual([2, 0, 1]);
  });

  test('a unit turns where its weighted input is nought', () => {
    expect(kinkOf(2, -1)).toBe(0.5);
    expect(kinkOf(0, 1)).toBeNull();
  });

  test('a path goes through every value', () => {
    expect(
      path(
        [0, 1],
        (part) => part * 10,
        (value) => 5 - value,
      ),
    ).toBe('M0.0 5.0L10.0 4.0');
  });
});
