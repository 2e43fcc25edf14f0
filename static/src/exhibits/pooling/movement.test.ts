/** A moved picture is compared only with the unmoved one of the same scene. */

import { expect, it } from 'vitest';

import { volume } from '../../scene/volume';
import { Movement, share, type Curve, type Stages } from './movement.svelte';

const stages = (value: number): Stages => {
  const one = volume(1, 1, 1, [value]);
  return { input: one, convolution: one, pooled: one };
};
const CURVE: Curve = { input: [0], convolution: [0], pooled: [0] };

it('what arrives before the unmoved picture waits for it', () => {
  const movement = new Movement();
  expect(movement.begin('a')).toBe(true);
  expect(movement.begin('a')).toBe(false);
  movement.went('a', 2, stages(2));
  expect(movement.moved).toBeNull();
  movement.rested('a', stages(1), CURVE);
  expect([movement.amount, movement.moved?.input.data[0]]).toEqual([2, 2]);
});

it('answers of another scene are too late, and its pictures stay until the new ones are there', () => {
  const movement = new Movement();
  movement.begin('a');
  movement.rested('a', stages(1), CURVE);
  movement.went('a', 1, stages(2));
  movement.begin('b');
  movement.went('a', 3, stages(9));
  movement.went('b', 4, stages(5));
  expect([movement.amount, movement.moved?.input.data[0]]).toEqual([1, 2]);
  movement.rested('b', stages(4), CURVE);
  expect([movement.amount, movement.still?.input.data[0], movement.moved?.input.data[0]]).toEqual([4, 4, 5]);
});

it('a change is said in percent, and not where there was nothing to change', () => {
  expect([share(0.456), share(NaN), share(undefined)]).toEqual(['46 %', '–', '–']);
});
