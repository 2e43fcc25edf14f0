/** The state of the dropout exhibit: attributes, and values derived from an answer. */

import { describe, expect, test } from 'vitest';

import type { Network } from '../../scene/network';
import { volume } from '../../scene/volume';
import { DropoutState, LARGEST_SEED, type Answer } from './state.svelte';

const ANSWER: Answer = {
  layer: 'f6_relu',
  before: volume(4, 1, 1, [1, 0, 3, 2]),
  mask: volume(4, 1, 1, [1, 0, 0, 1]),
  after: volume(4, 1, 1, [2, 0, 0, 4]),
  probabilities: [
    [0.8, 0.2],
    [0.4, 0.6],
  ],
  logits: [
    [1, 0],
    [0, 1],
  ],
  evaluated: [0.7, 0.3],
};

describe('attributes', () => {
  test('are the whole state', () => {
    const one = new DropoutState({ input: 'digit:3', layer: 's4', rate: 0.3, seed: 9, draws: 20, view: 'draws' });
    one.training = false;
    one.channels = true;
    one.scores = 'probabilities';
    one.position = 4;
    const { training, channels, ...rest } = one.attributes;
    const other = new DropoutState({ ...rest, training, channels: channels === '' });
    expect(other.attributes).toEqual(one.attributes);
    expect(other.training).toBe(false);
    expect(other.channels).toBe(true);
  });

  test('that make no sense are as usual, or brought within bounds', () => {
    const one = new DropoutState({ layer: 'c9', rate: 7, seed: 'x', draws: 1000, view: 'film' });
    expect([one.layer, one.rate, one.seed, one.draws, one.view]).toEqual(['f6_relu', 0.95, 1, 200, 'mask']);
  });
});

describe('an answer', () => {
  const one = new DropoutState();
  one.answer = ANSWER;

  test('the loudest unit is followed until the player or a hand says otherwise', () => {
    expect(one.followed).toBe(2);
    one.position = 2;
    expect([one.filled, one.followed]).toEqual([2, 1]);
    one.hovered = 3;
    expect(one.fate).toEqual({ value: 2, kept: true, scale: 2, after: 4 });
    one.hovered = null;
    one.position = null;
  });

  test('drops are counted', () => {
    expect(one.dropped).toEqual({ all: { units: 2, of: 4 }, active: { units: 1, of: 3 } });
  });

  test('the draws that were seen make the mean', () => {
    one.look('draws');
    one.scores = 'probabilities';
    expect([one.length, one.drawsSeen]).toEqual([2, 2]);
    expect(one.spreads[0]?.mean).toBeCloseTo(0.6, 12);
    one.position = 1;
    expect(one.spreads[0]?.mean).toBe(0.8);
    one.scores = 'logits';
    one.evaluatedLogits = [2, 1];
    expect(one.evaluated).toEqual([2, 1]);
    expect(one.spreads[0]?.mean).toBe(1);
  });

  test('another draw has another seed and begins anew', () => {
    one.seed = LARGEST_SEED;
    one.again();
    expect([one.seed, one.position]).toEqual([0, null]);
  });
});

describe('another network', () => {
  const layer = (name: string, kind: string, from: string, out: number[], weights: string[] = [], macs = 0) => ({
    name,
    kind,
    inputs: [from],
    input_shape: [],
    output_shape: out,
    weights,
    macs,
  });
  const OWN: Network = {
    name: 'run:20260101-000000-x-0000',
    title: 'x',
    classes: ['cat', 'dog', 'T-shirt/top'],
    input_shape: [3, 8, 8],
    layers: [
      layer('conv1_1', 'convolution', 'input', [512, 32, 32], ['conv1_1.weight'], 9_000_000),
      layer('conv1_1_tanh', 'tanh', 'conv1_1', [512, 32, 32]),
      layer('fc1', 'linear', 'conv1_1_tanh', [12], ['fc1.weight'], 40_000_000),
      layer('fc1_tanh', 'tanh', 'fc1', [12]),
      layer('output', 'linear', 'fc1_tanh', [3], ['output.weight'], 36),
    ],
  };
  const said = { model: OWN.name, layer: 'conv1_1_tanh', channels: true, view: 'draws', draws: 100 };

  test('keeps what its address says until it is there', () => {
    const one = new DropoutState(said);
    expect(one.selection.ready).toBe(false);
    expect(one.attributes).toMatchObject({ model: OWN.name, layer: 'conv1_1_tanh', channels: '' });
    one.selection.network = OWN;
    expect([one.layer, one.spatial, one.signed]).toEqual(['conv1_1_tanh', true, true]);
    expect(one.attributes).toMatchObject({ model: OWN.name, layer: 'conv1_1_tanh', channels: '' });
  });

  test('draws as many masks as the server takes of this layer', () => {
    const one = new DropoutState(said);
    one.selection.network = OWN;
    expect([one.mostDraws, one.count]).toEqual([2, 2]); // 1,048,576 values in masks of 524,288
    one.setLayer('fc1_tanh');
    expect([one.mostDraws, one.count]).toEqual([200, 100]);
  });

  test('has its own last layer and its own classes', () => {
    const one = new DropoutState({ ...said, layer: 'f6_relu' });
    one.selection.network = OWN;
    expect(one.layer).toBe('fc1_tanh');
    expect(one.classes).toHaveLength(3);
  });

  test('of a large layer the first maps are walked through, and all of it is counted', () => {
    const one = new DropoutState({ model: OWN.name });
    one.selection.network = OWN;
    const ones = volume(100, 14, 14, new Float32Array(19600).fill(1));
    one.answer = { ...ANSWER, before: ones, mask: ones, after: ones };
    expect([one.displayed?.before.channels, one.length, one.filled]).toEqual([41, 41 * 14, 41 * 196]);
    expect(one.dropped?.all.of).toBe(19600);
  });

  test('of very many classes the likeliest are shown', () => {
    const one = new DropoutState();
    one.answer = { ...ANSWER, evaluated: Array.from({ length: 100 }, (_, at) => at / 4950) };
    expect(one.rows).toHaveLength(20);
    expect(one.rows.slice(0, 3)).toEqual([99, 98, 97]);
  });
});
