// @vitest-environment node

import { describe, expect, it } from 'vitest';

import { greyKernel, kernelAt, kernelOf, mapOf, mapTitle, poolable, readKernel, readMap, writeMap } from './learned';
import { firstKernels, LENET5, type Network } from './network';

const KERNELS = { layer: 'conv1_1', weights: 'conv1_1.weight', count: 2, channels: 3, height: 1, width: 2 };

describe('the name of a kernel', () => {
  it.each([
    ['lenet5:c1:5', { model: 'lenet5', layer: 'c1', index: 5 }],
    ['lenet5-1998:c1:2', { model: 'lenet5-1998', layer: 'c1', index: 2 }],
    ['run:20261128-1204-ab:conv1_1:12', { model: 'run:20261128-1204-ab', layer: 'conv1_1', index: 12 }],
    ['run:a:last:conv1_1:0', { model: 'run:a:last', layer: 'conv1_1', index: 0 }],
    ['run:a:200', { model: 'run:a:200', layer: null, index: 0 }],
    ['lenet5', { model: 'lenet5', layer: null, index: 0 }],
  ])('%s', (text, named) => {
    expect(readKernel(text)).toEqual(named);
  });

  it.each(['lenet5:c1:6', 'lenet5:c3:0', 'vgg:c1:0', 'c1:0', 'run::c1:0', 'run:a:c1:1000', 'sobel-x', ''])(
    '%j is none',
    (text) => expect(readKernel(text)).toBeNull(),
  );

  it('is of the layer that reads the picture, and of a kernel that is there', () => {
    expect(kernelOf({ model: 'run:a', layer: 'conv2_1', index: 7 }, KERNELS)).toBe('run:a:conv1_1:1');
    expect(kernelOf({ model: 'run:a', layer: null, index: 0 }, KERNELS)).toBe('run:a:conv1_1:0');
  });
});

it('a kernel is its channels, and their sum for a grey picture', () => {
  const data = Float32Array.from({ length: 12 }, (_, index) => index);
  expect(kernelAt(KERNELS, data, 1)).toEqual([[[6, 7]], [[8, 9]], [[10, 11]]]);
  expect(kernelAt(KERNELS, data, 2)).toEqual([[[0, 1]], [[2, 3]], [[4, 5]]]);
  expect(greyKernel(kernelAt(KERNELS, data, 1))).toEqual([[24, 27]]);
});

describe('the name of a feature map', () => {
  it.each([
    ['map:c1_relu:3:digit:21', { model: 'lenet5', layer: 'c1_relu', map: 3, picture: 'digit:21' }],
    ['map:c3:0', { model: 'lenet5', layer: 'c3', map: 0, picture: '' }],
    ['map:lenet5-1998:c1:2:drawing', { model: 'lenet5-1998', layer: 'c1', map: 2, picture: 'drawing' }],
    ['map:run:a:conv1_1:12:photo:china', { model: 'run:a', layer: 'conv1_1', map: 12, picture: 'photo:china' }],
    ['map:run:a:last:conv1_1:1', { model: 'run:a:last', layer: 'conv1_1', map: 1, picture: '' }],
    ['map:run:a', { model: 'run:a', layer: null, map: 0, picture: '' }],
    ['map:run:a:digit:4', { model: 'run:a', layer: null, map: 0, picture: 'digit:4' }],
  ])('%s', (text, named) => {
    expect(readMap(text)).toEqual(named);
    expect(writeMap(named)).toBe(text);
  });

  it('is none of another text', () => {
    expect(['digit:3', 'numbers', 'maps', ''].map(readMap)).toEqual([null, null, null, null]);
  });

  it('is what the first pooling reads where it names no layer that has maps', () => {
    const named = { model: 'lenet5', layer: null, map: 9, picture: '' };
    expect(mapOf(named, LENET5)).toEqual({ ...named, layer: 'c1_relu', map: 5 });
    expect(mapOf({ ...named, layer: 'f6' }, LENET5)?.layer).toBe('c1_relu');
    expect(mapOf({ ...named, layer: 's2' }, LENET5)?.layer).toBe('s2');
    const flat: Network = { ...LENET5, layers: LENET5.layers.slice(6) };
    expect(mapOf(named, flat)).toBeNull();
    const unpooled: Network = { ...LENET5, layers: LENET5.layers.slice(0, 1) };
    expect(mapOf(named, unpooled)?.layer).toBe('c1');
  });

  it('is offered where nothing has been pooled, under the name that the layer has', () => {
    const names = poolable(LENET5).map(({ name }) => name);
    expect(names).toEqual(['c1', 'c1_relu', 'c3', 'c3_relu']);
    expect(names.map((name) => mapTitle(name, LENET5))).toEqual(['C1', 'C1 + ReLU', 'C3', 'C3 + ReLU']);
    const tanh = { ...LENET5.layers[1], name: 'conv1_1_tanh', kind: 'tanh', inputs: ['conv1_1_norm'] };
    expect(mapTitle('conv1_1_tanh', { ...LENET5, layers: [tanh] } as Network)).toBe('conv1_1_tanh');
    expect(firstKernels(LENET5)?.layer).toBe('c1');
  });
});
