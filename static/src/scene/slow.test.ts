/** Slow motion: every value is passed once, in order, and a layer lasts as long as any other. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { boundary, length, moment, play, STAGE_SECONDS, stages } from './slow';

const LINE = stages([
  { layer: 'c1_relu', ticks: 784 },
  { layer: 's2', ticks: 196 },
  { layer: 'f6_relu', ticks: 84 },
]);

it('begins each layer where the one before ends', () => {
  expect(LINE.map(({ begin }) => begin)).toEqual([0, 784, 980]);
  expect(length(LINE)).toBe(1064);
});

it('says which layer a tick fills and how far', () => {
  expect(moment(LINE, 0)).toEqual({ stage: 0, filled: 0 });
  expect(moment(LINE, 783.9)).toEqual({ stage: 0, filled: 783 });
  expect(moment(LINE, 784)).toEqual({ stage: 1, filled: 0 });
  expect(moment(LINE, 1064)).toEqual({ stage: 3, filled: 0 });
});

it('steps from layer to layer in both directions', () => {
  expect(boundary(LINE, 0, 1)).toBe(784);
  expect(boundary(LINE, 800, 1)).toBe(980);
  expect(boundary(LINE, 1064, 1)).toBe(1064);
  expect(boundary(LINE, 800, -1)).toBe(784);
  expect(boundary(LINE, 784, -1)).toBe(0);
  expect(boundary(LINE, 0, -1)).toBe(0);
});

it('plays every layer for the same time', () => {
  expect(play(LINE, 0, STAGE_SECONDS, 1)).toBeCloseTo(784);
  expect(play(LINE, 0, 2 * STAGE_SECONDS, 1)).toBeCloseTo(980);
  expect(play(LINE, 0, STAGE_SECONDS, 2)).toBeCloseTo(980);
  expect(play(LINE, 1000, 100, 1)).toBe(1064);
});
