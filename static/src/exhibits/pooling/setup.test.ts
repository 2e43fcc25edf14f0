/** Settings are restored from their attributes. */

import { describe, expect, it } from 'vitest';

import { amounts, inputSize, nearest, read, sourceOf, USUAL, write, type Setup } from './setup';

describe('a setup', () => {
  it.each([
    {},
    { kind: 'average', window: [3, 2], stride: [1, 2], padding: [1, 0], ceil: true, position: 4 },
    { source: 'random', seed: 7, size: { height: 5, width: 8 }, view: 'gradient' },
    { source: 'numbers', values: [[1.5, -2], [0, 3]] }, // prettier-ignore
    { kind: 'subsampling', coefficient: -0.63, bias: 0.1 },
    { view: 'invariance', motion: 'rotate', amount: -45, kernel: 'lenet5:c1:3', source: 'digit:3' },
    { view: 'stride', kernel: 'run:a:conv1_1:3', source: 'map:run:a:conv1_1:2:drawing' },
    { view: 'window', kernel: 'lenet5-1998:c1:0' },
    { view: 'stride', kernel: 'laplacian', source: 'drawing', position: 0 },
  ] as Partial<Setup>[])('%j comes back', (change) => {
    const setup = { ...USUAL, ...change };
    expect(read(write(setup))).toEqual(setup);
  });

  it('is as usual where an attribute says what cannot be', () => {
    const read_ = read({
      kind: 'median',
      view: 'x',
      motion: '',
      kernel: 'lenet5:c1:9',
      position: '-1',
      values: '1 2; 3',
    });
    expect(read_).toEqual(USUAL);
  });

  it('keeps a wrong number, so that its control can complain', () => {
    expect(read({ window: 'wide' }).window).toEqual([NaN, NaN]);
    expect(read({ coefficient: 'much' }).coefficient).toBeNaN();
  });

  it('a window that is named alone does not overlap', () => {
    expect(read({ window: '3' }).stride).toEqual([3, 3]);
    expect(read({ window: '3x2' }).stride).toEqual([3, 2]);
    expect(read({ window: '3', stride: '2' }).stride).toEqual([2, 2]);
  });

  it('changes only what is said', () => {
    const before = { ...USUAL, kind: 'l2' as const, padding: [1, 1] as [number, number] };
    expect(read({ window: '4' }, before)).toEqual({ ...before, window: [4, 4] });
  });
});

it('numbers are followed by eye, pictures are moved', () => {
  expect(sourceOf(USUAL)).toBe('numbers');
  expect(sourceOf({ ...USUAL, view: 'invariance' })).toMatch(/^digit:/);
  expect(sourceOf({ ...USUAL, view: 'invariance', source: 'ramp' })).toBe('ramp');
});

it('an input is no larger than its kind allows', () => {
  expect(inputSize(USUAL)).toEqual({ height: 6, width: 6 });
  expect(inputSize({ ...USUAL, source: 'ramp', size: { height: 99, width: 5 } })).toEqual({ height: 16, width: 5 });
  expect(inputSize({ ...USUAL, source: 'photo:china', size: { height: 300, width: NaN } })).toEqual({ height: 256, width: 64 }); // prettier-ignore
});

it('the slider has rest in its middle and both ends, and does not move a small input out of sight', () => {
  const size = { height: 28, width: 6 };
  expect(amounts('shift-y', size)).toHaveLength(33);
  expect(amounts('shift-x', size)).toHaveLength(25);
  expect([0, 18, 36].map((index) => amounts('rotate', size)[index])).toEqual([-90, 0, 90]);
  expect([nearest('shift-x', 2.2), nearest('shift-x', 99), nearest('rotate', 44)]).toEqual([2, 8, 45]);
  expect(nearest('shift-x', 7, 6)).toBe(6);
});

it('a network that is chosen shows its maps, and its kernels where a convolution comes first', () => {
  const setup = read({ model: 'run:a' });
  expect([sourceOf(setup), setup.kernel]).toEqual(['map:run:a', 'run:a']);
  expect(sourceOf(read({ model: 'run:a', view: 'invariance' }))).toBe('digit:21');
  expect(sourceOf(read({ model: 'run:a', input: 'ramp' }))).toBe('ramp');
  expect(read({ model: 'run:a', kernel: 'run:b:conv1_1:1' }).kernel).toBe('run:b:conv1_1:1');
  expect(read({ model: 'vgg' })).toEqual(USUAL);
});

it("a visitor's file stays in the browser, also as the picture of a map", () => {
  expect(write({ ...USUAL, source: 'file' }).input).toBeUndefined();
  expect(write({ ...USUAL, source: 'map:run:a:conv1_1:0:file' }).input).toBe('map:run:a:conv1_1:0');
});
