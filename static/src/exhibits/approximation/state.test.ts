/** The state of the approximation exhibit: attributes, fits, and results. */

import { describe, expect, test } from 'vitest';

import { ApproximationState, type Fit } from './state.svelte';

const fit = (step: number, loss: number, pieces: number[][] | null = null): Fit => ({
  step,
  loss,
  curve: [0, loss],
  pieces,
  bias: 0.5,
});

describe('attributes', () => {
  test('are the whole state, a drawn curve included', () => {
    const one = new ApproximationState({ curve: 'saw', units: 12, activation: 'relu', rate: 0.1, steps: 300, seed: 4 });
    expect(one.attributes.curve).toBe('saw');
    one.draw({ x: -1, y: 0 }, { x: 1, y: 1 });
    expect(one.attributes.curve).toMatch(/^~.{65}$/);
    expect(new ApproximationState(one.attributes).attributes).toEqual(one.attributes);
  });

  test('that make no sense are as usual, or brought within bounds', () => {
    const one = new ApproximationState({ curve: 'x', units: 900, activation: 'step', rate: 'much', steps: 0 });
    expect(one.attributes).toEqual({ ...new ApproximationState().attributes, units: '200', steps: '1' });
  });
});

describe('fits', () => {
  test('the newest is shown until the visitor steps back, and stays where it was put while others come', () => {
    const one = new ApproximationState();
    one.begin();
    one.receive(fit(0, 1));
    one.receive(fit(1, 0.5));
    expect(one.fit?.step).toBe(1);
    one.position = 0;
    one.receive(fit(2, 0.2));
    expect(one.fit?.step).toBe(0);
    one.position = null;
    expect(one.fit?.step).toBe(2);
  });

  test('pieces come from the nearest fit that brought them, and add up with the bias, the largest first', () => {
    const one = new ApproximationState();
    one.receive(fit(0, 1, [[1, 2], [3, 5]])); // prettier-ignore
    one.receive(fit(1, 1));
    expect(one.pieced?.step).toBe(0);
    expect([...(one.sum?.values ?? [])]).toEqual([4.5, 7.5]);
    expect(one.pieced?.order).toEqual([1, 0]);
    one.added = 1;
    expect([...(one.sum?.values ?? [])]).toEqual([3.5, 5.5]);
  });

  test('what each size reached is kept side by side until the curve changes', () => {
    const one = new ApproximationState();
    for (const [units, loss] of [
      [50, 0.01],
      [1, 0.4],
      [50, 0.02],
    ] as const) {
      // prettier-ignore
      one.units = units;
      one.begin();
      one.receive(fit(9, loss));
      one.end();
    }
    expect(one.reached.map(({ units, loss }) => [units, loss])).toEqual([[1, 0.4], [50, 0.02]]); // prettier-ignore
    one.choose('bump');
    expect(one.reached).toEqual([]);
  });

  test('the server is asked for what is on screen', () => {
    const one = new ApproximationState({ units: 2, rate: 0.5 });
    expect(one.payload).toMatchObject({ units: 2, learning_rate: 0.5, activation: 'tanh', steps: 1000, seed: 1 });
    expect(one.payload.points).toHaveLength(65);
  });
});
