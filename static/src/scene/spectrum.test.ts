/** Spectra: against the definition, and the way through them against the circular sum written out. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import {
  centred,
  circularPlace,
  dilated,
  enlarged,
  frequency,
  inverse,
  indexOfFrequency,
  magnitudes,
  product,
  transform,
  wave,
} from './spectrum';

const noise = (length: number, seed: number) =>
  Float64Array.from({ length }, (_, index) => Math.sin(seed + 12.9898 * (index + 1)) * 1.7);

const SIZES: [number, number][] = [
  [1, 1],
  [2, 3],
  [5, 5],
  [4, 7],
];

describe.each(SIZES)('a map of %i by %i', (height, width) => {
  const values = noise(height * width, 3);

  it('is transformed as the definition says', () => {
    const found = transform(values, height, width);
    for (let u = 0; u < height; u += 1) {
      for (let v = 0; v < width; v += 1) {
        let [real, imag] = [0, 0];
        values.forEach((value, at) => {
          const angle = -2 * Math.PI * ((u * Math.floor(at / width)) / height + (v * (at % width)) / width);
          real += value * Math.cos(angle);
          imag += value * Math.sin(angle);
        });
        expect(found.real[u * width + v]).toBeCloseTo(real, 9);
        expect(found.imag[u * width + v]).toBeCloseTo(imag, 9);
      }
    }
  });

  it('comes back', () => {
    inverse(transform(values, height, width)).forEach((value, at) => expect(value).toBeCloseTo(values[at] ?? NaN, 10));
  });

  it('keeps its energy (Parseval)', () => {
    const energy = (list: Float64Array) => list.reduce((sum, value) => sum + value * value, 0);
    const spectrum = magnitudes(transform(values, height, width));
    expect(energy(spectrum) / (height * width)).toBeCloseTo(energy(values), 9);
  });

  it.each([true, false])('equals the circular sum by way of the spectra (kernel turned: %s)', (flip) => {
    const kernel = enlarged(
      noise(4, 8),
      [2, 2].map((side, axis) => Math.min(side, [height, width][axis] ?? 1)) as [number, number],
      [height, width],
    );
    const back = inverse(product(transform(values, height, width), transform(kernel, height, width), !flip));
    const sign = flip ? -1 : 1;
    back.forEach((value, at) => {
      const [row, col] = [Math.floor(at / width), at % width];
      const sum = kernel.reduce((total, weight, place) => {
        const y = (row + sign * Math.floor(place / width) + height) % height;
        const x = (col + sign * (place % width) + width) % width;
        return total + weight * (values[y * width + x] ?? NaN);
      }, 0);
      expect(value).toBeCloseTo(sum, 9);
    });
  });
});

it('draws frequency zero in the middle and its neighbours beside it', () => {
  expect([0, 1, 2, 3, 4].map((place) => frequency(place, 5))).toEqual([-2, -1, 0, 1, 2]);
  expect([0, 1, 2, 3].map((place) => frequency(place, 4))).toEqual([-2, -1, 0, 1]);
  expect([0, 1, 2, 3, 4].map((place) => indexOfFrequency(place, 5))).toEqual([3, 4, 0, 1, 2]);
  expect([...centred([0, 1, 2, 3, 4, 5], 2, 3)]).toEqual([5, 3, 4, 2, 0, 1]);
});

it('knows a wave by its own spectrum: all of it at that frequency and its opposite', () => {
  const strong = magnitudes(transform(wave(1, 2, 5, 6), 5, 6));
  expect([...strong].flatMap((value, at) => (value > 1e-9 ? [at] : []))).toEqual([1 * 6 + 2, 4 * 6 + 4]);
});

it('dilation puts zeros between the weights', () => {
  expect(dilated([1, 2, 3, 4], [2, 2], [2, 3])).toEqual({
    values: Float64Array.from([1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4]),
    height: 3,
    width: 4,
  });
});

it('finds an output cell in the circular output, and says whether its window wraps', () => {
  const plain = { stride: 2, before: 1, side: 3, length: 6, flip: false };
  expect([0, 1, 2].map((cell) => circularPlace(cell, plain))).toEqual([
    { place: 5, inside: false },
    { place: 1, inside: true },
    { place: 3, inside: true },
  ]);
  expect(circularPlace(1, { ...plain, flip: true })).toEqual({ place: 3, inside: true });
});
