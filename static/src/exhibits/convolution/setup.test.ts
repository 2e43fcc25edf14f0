/** The attributes hold the whole state: they are read back as written, and defaults are left out. */
// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { convolve } from '../../scene/convolution';
import { firstKernels, LENET5 } from '../../scene/network';
import { problemOf, completeSetup } from './problem';
import { read, DEFAULTS, write, type Setup } from './setup';

const CASES: [string, Partial<Setup>][] = [
  ['as usual', {}],
  ['numbers in two channels', { values: [[[1, -2.5]], [[0.1, 3]]], channels: 2 }],
  ['a pattern of a size', { source: 'ramp', size: { height: 4, width: 7 }, channels: 3 }],
  ['chance with a seed', { source: 'random', seed: 12 }],
  ['a photo', { source: 'photo:china', channels: 3, size: { height: 128, width: 128 } }],
  ['a Gabor', { kernel: 'gabor', kernelSize: { height: 9, width: 5 }, sigma: 2.5, angle: 45, wavelength: 6 }],
  ['learned kernels', { kernel: 'lenet5:c1:3', filters: 2 }],
  ['kernels of a run on what is usual for them', { kernel: 'run:a:conv1_1:3' }],
  [
    'kernels of a run on numbers',
    { kernel: 'run:a:last:conv1_1:3', source: 'numbers', values: [[[1, 2]]], channels: 1 },
  ],
  ['kernels of a run on one channel', { kernel: 'run:a:conv1_1:3', source: 'digit:2', channels: 1 }],
  ['own weights', { kernel: 'weights', weights: [[[[1, 2]]], [[[3, 4]]]], filters: 2, bias: [0.5, -1] }],
  ['movement', { stride: [2, 1], dilation: [1, 3], groups: 2, channels: 2, filters: 2, source: 'ramp' }],
  ['padding by name', { padding: 'full', paddingMode: 'circular' }],
  ['padding by side', { padding: 'sides', sides: [1, 2, 0, 3] }],
  ['transposed', { transposed: true, stride: [2, 2], outputPadding: [1, 0] }],
  ['seen otherwise', { view: 'matrix', panel: 'code', flip: true, position: 3 }],
];

test.each(CASES)('%s', (_, part) => {
  const setup = { ...DEFAULTS, ...part };
  expect(read(write(setup))).toEqual(setup);
});

test('what is usual is not said', () => {
  expect(write(DEFAULTS)).toEqual({});
  expect(write({ ...DEFAULTS, stride: [2, 2] })).toEqual({ stride: '2' });
  expect(write({ ...DEFAULTS, source: 'ramp' })).toEqual({ input: 'ramp' });
});

describe('attributes as they are written by hand', () => {
  test('values and weights alone are the input and the kernel', () => {
    const posed = problemOf(read({ values: '1 2 3; 4 5 6; 7 8 9', weights: '1 2; 3 4' }), null, null);
    if (posed === null || !('problem' in posed)) throw new Error('no problem');
    expect([...convolve(posed.problem).data]).toEqual([37, 47, 67, 77]);
  });

  test.each([
    ['1', [1, 1, 1, 1]],
    ['1 2', [1, 1, 2, 2]],
    ['1 2 3 4', [1, 2, 3, 4]],
  ])('padding="%s"', (padding, sides) => {
    expect(read({ padding }).sides).toEqual(sides);
  });

  test('sizes are one number or rows x columns; a flag is there or not', () => {
    expect(read({ size: '4x7' }).size).toEqual({ height: 4, width: 7 });
    expect(read({ size: '4' }).size).toEqual({ height: 4, width: 4 });
    expect(read({ transposed: '' }).transposed).toBe(true);
    expect(read({ transposed: 'false' }).transposed).toBe(false);
  });

  test.each<[Record<string, string>, string]>([
    [{ groups: '2' }, 'groups'],
    [{ kernel: 'box', 'kernel-size': '7' }, 'kernel'],
    [{ transposed: '', 'output-padding': '1' }, 'output-padding'],
    [{ padding: '6', 'padding-mode': 'reflect' }, 'padding'],
  ])('%o cannot be together, and is complained about at its control', (attributes, field) => {
    expect(problemOf(read(attributes), null, null)).toMatchObject({ complaint: { field } });
  });

  test.each<[Record<string, string>, string[]]>([
    [{ padding: 'abc' }, ['padding']],
    [{ padding: '1 2 3' }, ['padding']],
    [{ padding: '1 -1' }, ['padding']],
    [{ padding: '257' }, ['padding']],
    [{ stride: '0' }, ['stride']],
    [{ stride: 'fast' }, ['stride']],
    [{ stride: '1.5' }, ['stride']],
    [{ stride: '1 2 3' }, ['stride']],
    [{ dilation: '' }, ['dilation']],
    [{ groups: '0' }, ['groups']],
    [{ filters: '65' }, ['filters']],
    [{ 'output-padding': 'NaN', transposed: '' }, ['output-padding']],
    [{ input: 'ramp', size: '17' }, ['size']],
    [{ input: 'ramp', size: '4x' }, ['size']],
    [{ input: 'ramp', channels: '5' }, ['channels']],
    [{ input: 'random', seed: 'NaN' }, ['seed']],
    [{ input: 'ramp:2' }, ['input']],
    [{ input: 'digit:' }, ['input']],
    [{ input: 'file' }, ['input']],
    [{ kernel: 'box', 'kernel-size': '12', padding: '9' }, ['kernel-size']],
    [{ kernel: 'gabor', sigma: '0', angle: '-Infinity', wavelength: 'x' }, ['sigma', 'angle', 'wavelength']],
    [{ bias: '1 b' }, ['bias']],
    [{ values: '1 2; 3' }, ['values']],
    [{ values: '1e12 1; 1 1', kernel: 'box' }, ['values']],
    [{ values: Array.from({ length: 17 }, () => '1 1 1').join(';') }, ['values']],
    [{ weights: 'a b; c d' }, ['weights']],
    [{ weights: '1e12' }, ['weights']],
    [{ kernel: 'weights' }, ['kernel']],
    [{ position: '-1' }, ['position']],
  ])('of %o what cannot be is as usual, and nothing else', (attributes, without) => {
    const rest = Object.fromEntries(Object.entries(attributes).filter(([name]) => !without.includes(name)));
    expect(read(attributes)).toEqual(read(rest));
    expect(Object.values(write(read(attributes))).join(' ')).not.toMatch(/NaN|Infinity/);
    expect(problemOf(read(attributes), null, null)).toHaveProperty('problem');
  });
});

describe('the kernels of a network', () => {
  const COLOUR = { layer: 'conv1_1', weights: 'conv1_1.weight', count: 2, channels: 3, height: 1, width: 2 };
  const known = { kernels: COLOUR, data: Float32Array.from({ length: 12 }, (_, index) => index) };

  test('a network alone is its first kernel, on a picture that it can see', () => {
    expect(completeSetup(read({ model: 'run:a' }), known)).toMatchObject({
      ...{ kernel: 'run:a:conv1_1:0', source: 'photo:china', channels: 3 },
      kernelSize: { height: 1, width: 2 },
    });
    const grey = { kernels: { ...COLOUR, channels: 1 }, data: null };
    expect(completeSetup(read({ model: 'run:a' }), grey)).toMatchObject({ source: 'digit:21', channels: 1 });
    expect(completeSetup(read({ model: 'lenet5' }), { kernels: firstKernels(LENET5), data: null })).toMatchObject({
      ...{ kernel: 'lenet5:c1:0', source: 'digit:21' },
    });
  });

  test('a kernel by its name says its network, and one beyond the last is the last', () => {
    expect(read({ model: 'run:b', kernel: 'run:a:conv1_1:9' }).kernel).toBe('run:a:conv1_1:9');
    expect(read({ model: 'run:b', kernel: 'sobel-x' }).kernel).toBe('sobel-x');
    expect(read({ model: 'vgg' })).toEqual(DEFAULTS);
    expect(completeSetup(read({ kernel: 'run:a:conv1_1:9' }), known).kernel).toBe('run:a:conv1_1:1');
  });

  test('wait for their network and their numbers, and have each channel its own', () => {
    const said = read({ kernel: 'run:a:conv1_1:1', values: '1 2 | 3 4 | 5 6', filters: '2' });
    expect(problemOf(said, null, null)).toBeNull();
    expect(problemOf(said, null, { ...known, data: null })).toBeNull();
    const posed = problemOf(said, null, known);
    if (posed === null || !('problem' in posed)) throw new Error('no problem');
    expect([...posed.problem.filters.data]).toEqual([6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5]);
  });

  test.each<[Record<string, string>, typeof known | { kernels: null; data: null }, string]>([
    [{ values: '1 2' }, known, 'kernel_channels'],
    [{ input: 'ramp', channels: '3', groups: '3', filters: '3' }, known, 'kernel_channels'],
    [{ input: 'ramp', size: '1' }, known, 'too_large'],
    [{}, { kernels: null, data: null }, 'no_kernels'],
  ])('%o cannot be, and is said at the kernel', (attributes, of, key) => {
    expect(problemOf(read({ ...attributes, model: 'run:a' }), null, of)).toMatchObject({
      complaint: { field: 'kernel', key },
    });
  });
});
