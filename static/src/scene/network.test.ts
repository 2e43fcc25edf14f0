import { describe, expect, it } from 'vitest';

import { layer, OWN } from './network.fixture';
import {
  answering,
  connected,
  droppable,
  firstKernels,
  isNetwork,
  isSigned,
  layerTitle,
  LENET5,
  mapLayers,
  classifiesDigits,
  runOf,
  stageTitle,
  summedLayers,
  withoutReshapes,
} from './network';

const names = (layers: readonly { name: string }[]) => layers.map(({ name }) => name);

describe('LeNet-5', () => {
  it('has maps in its first six layers, and sums before its ReLUs can be below zero', () => {
    expect(mapLayers(LENET5)).toEqual([
      { name: 'c1', kind: 'convolution', maps: 6, height: 28, width: 28, signed: true },
      { name: 'c1_relu', kind: 'relu', maps: 6, height: 28, width: 28, signed: false },
      { name: 's2', kind: 'max-pooling', maps: 6, height: 14, width: 14, signed: false },
      { name: 'c3', kind: 'convolution', maps: 16, height: 10, width: 10, signed: true },
      { name: 'c3_relu', kind: 'relu', maps: 16, height: 10, width: 10, signed: false },
      { name: 's4', kind: 'max-pooling', maps: 16, height: 5, width: 5, signed: false },
    ]);
    expect(names(summedLayers(LENET5))).toEqual(['c1', 'c3']);
  });

  it('can lose what its layers with weights read', () => {
    expect(names(droppable(LENET5))).toEqual(['s2', 's4', 'c5_relu', 'f6_relu']);
  });

  it('ends in three fully connected layers, of which the first covers its maps with kernels', () => {
    expect(connected(LENET5)).toEqual([
      { name: 'c5', kind: 'convolution', from: 's4', shape: { channels: 16, height: 5, width: 5 }, units: 120 },
      { name: 'f6', kind: 'linear', from: 'c5_relu', shape: { channels: 120, height: 1, width: 1 }, units: 84 },
      { name: 'output', kind: 'linear', from: 'f6_relu', shape: { channels: 84, height: 1, width: 1 }, units: 10 },
    ]);
  });

  it('has six kernels that look at the picture', () => {
    const six = { layer: 'c1', weights: 'c1.weight', count: 6, channels: 1, height: 5, width: 5 };
    expect(firstKernels(LENET5)).toEqual(six);
    expect([classifiesDigits(LENET5), classifiesDigits(OWN)]).toEqual([true, false]);
  });
});

describe("a visitor's own network", () => {
  it('hands the sign on through pooling, and is summed where an activation reads', () => {
    expect(mapLayers(OWN).map(({ name, signed }) => [name, signed])).toEqual([
      ['conv1_1', true],
      ['conv1_1_norm', true],
      ['conv1_1_tanh', true],
      ['pool1', true],
    ]);
    expect(names(summedLayers(OWN))).toEqual(['conv1_1_norm']);
  });

  it('loses what stands before its own dropout, once', () => {
    expect(names(droppable(OWN))).toEqual(['pool1', 'fc1_tanh']);
  });

  it('is connected from its last maps to its classes, with kernels of three channels before', () => {
    expect(connected(OWN).map(({ name, from, units }) => [name, from, units])).toEqual([
      ['fc1', 'pool1', 5],
      ['output', 'fc1_dropout', 2],
    ]);
    expect(connected(OWN)[0]?.shape).toEqual({ channels: 4, height: 4, width: 4 });
    expect(firstKernels(OWN)?.channels).toBe(3);
    expect(firstKernels({ ...OWN, layers: OWN.layers.slice(4) })).toBeNull();
  });
});

it('names of networks are the shipped ones and those of runs', () => {
  const said = ['lenet5', 'lenet5-1998', 'run:20261128-1204-ab', 'run:a:last', 'run:', 'run:a/b', 'vgg', ''];
  expect(said.filter(isNetwork)).toEqual(said.slice(0, 4));
  expect(runOf('run:a:last')).toBe('a');
  expect(['c1', 'conv1_1', 'f6'].map(layerTitle)).toEqual(['C1', 'conv1_1', 'F6']);
});

describe('what exhibits say of layers', () => {
  it('values can be below zero behind tanh and handed on, not behind ReLU', () => {
    expect(isSigned(OWN, 'pool1')).toBe(true);
    expect(isSigned(OWN, 'fc1_dropout')).toBe(true);
    expect(isSigned(LENET5, 's4')).toBe(false);
    expect(isSigned(LENET5, 'f6_relu')).toBe(false);
    expect(isSigned(LENET5, 'output')).toBe(true);
  });

  it("a layer of a paper keeps its title behind its activation function, another its network's name", () => {
    expect(['c5_relu', 's4', 'f6_squash', 'fc1_tanh', 'pool2'].map(stageTitle)).toEqual(['C5', 'S4', 'F6', 'fc1_tanh', 'pool2']); // prettier-ignore
  });

  it('the way to the answer leads through what is read and what comes out', () => {
    expect(answering(LENET5)).toEqual(['s4', 'c5', 'c5_relu', 'f6', 'f6_relu', 'output']);
    expect(answering(OWN)).toEqual(['pool1', 'fc1', 'fc1_dropout', 'output']);
  });

  it('a network without a hidden layer reads its picture', () => {
    const one = { ...OWN, layers: [layer('output', 'linear', 'input', [192], [2])] };
    expect(connected(one).map(({ from, shape }) => [from, shape])).toEqual([
      ['input', { channels: 3, height: 8, width: 8 }],
    ]);
    expect(droppable(one)).toEqual([]);
  });
});

it('reads through layers that only move values', () => {
  const flat = { ...layer('flatten', 'flatten', 's4', [16, 5, 5], [400]), reshapes: true };
  const view = { ...layer('view', 'reshape', 'flatten', [400], [20, 20]), reshapes: true };
  const sum = { ...layer('add', 'add', 'view', [20, 20], [20, 20]), inputs: ['view', 'c5'] };
  const { layers } = withoutReshapes({ ...OWN, layers: [flat, view, sum] });
  expect(layers.map(({ name, inputs }) => [name, inputs])).toEqual([['add', ['s4', 'c5']]]);
});
