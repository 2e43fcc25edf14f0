/** A figure of losses is as high as the runs that are well, and says which one leaves it. */

import { describe, expect, test } from 'vitest';

import type { Line } from './training-curves';
import { exitOf, topOf, type Losses } from './training-range';

function line(...ys: (number | null)[]): Line {
  return { xs: ys.map((_, index) => index + 1), ys };
}

function run(raw: Line, means: Line[] = [raw]): Losses {
  return { first: raw.ys[0] ?? NaN, raw, means };
}

const WELL = run(line(2.3, 1.2, 0.4, 0.1));

describe('the height of a figure', () => {
  test('is free where every run is well', () => {
    expect(topOf([WELL, run(line(2.4, 3.1, 2.2))], false)).toBeNull();
    expect(topOf([], false)).toBeNull();
  });

  test('is that of the runs that are well where one blew up', () => {
    expect(topOf([WELL, run(line(2.4, 4.5, 80, 3e6, null))], false)).toBe(4.5);
  });

  test('is free for single steps that leap, as with a batch of one, while their mean does not', () => {
    const leaps = line(2.3, 11, 0.1, 12, 0.2);
    expect(topOf([run(leaps, [line(2.3, 5, 4, 5, 4)])], false)).toBeNull();
    expect(topOf([run(line(2.3, 300, 0.1), [line(2.3, 5, 4)])], false)).toBe(4);
  });

  test('on a logarithmic scale holds three powers of ten more', () => {
    const blown = run(line(2.4, 80, 900));
    expect(topOf([WELL, blown], true)).toBeNull();
    expect(topOf([WELL, run(line(2.4, 80, 3e6))], true)).toBe(2.4);
  });

  test('is that of the others where one was never well, and free where losses are only of two kinds', () => {
    expect(topOf([WELL, run(line(42_000, 900, 300))], false)).toBe(2.3);
    expect(topOf([WELL, run(line(0.09, 0.08, 0.02))], false)).toBeNull();
    expect(topOf([run(line(42_000, 900, 300))], false)).toBeNull();
  });

  test('is free where nothing that is in view is well', () => {
    expect(topOf([{ first: 2.3, raw: line(500, 900), means: [] }], false)).toBeNull();
  });
});

describe('a line that leaves the figure', () => {
  test('does so where it is too high for the first time, and is said how high it gets', () => {
    expect(exitOf([line(2.4, 4.5, 80, 3e6, null, 1)], 4.5)).toEqual({ x: 2, most: 3e6 });
    expect(exitOf([line(2, 3), line(2, 10, 7)], 4)).toEqual({ x: 1.25, most: 10 });
    expect(exitOf([line(9, 1), line(null, 9)], 4)?.x).toBe(1);
  });

  test('is none where it does not', () => {
    expect(exitOf([line(2.4, 1), line(null, null)], 4.5)).toBeNull();
  });
});
