/** The state of the dropout exhibit: attributes there and back, and what follows from an answer. */

import { describe, expect, test } from 'vitest';

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
    one.pointed = 3;
    expect(one.fate).toEqual({ value: 2, kept: true, scale: 2, after: 4 });
    one.pointed = null;
    one.position = null;
  });

  test('drops are counted', () => {
    expect(one.dropped).toEqual({ all: { units: 2, of: 4 }, active: { units: 1, of: 3 } });
  });

  test('the draws that were seen make the mean', () => {
    one.look('draws');
    one.scores = 'probabilities';
    expect([one.length, one.seen]).toEqual([2, 2]);
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
