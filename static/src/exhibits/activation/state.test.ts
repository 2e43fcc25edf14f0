/** The attributes are the whole state: what is set can be said, and what is said sets it again. */

import { describe, expect, it, test } from 'vitest';

import { COUNT } from '../../scene/activation';
import { ActivationState, LAYERS } from './state.svelte';

const given = (attributes: Record<string, string>) => {
  const state = new ActivationState();
  state.take(attributes);
  return state;
};

describe('attributes', () => {
  it.each([
    { view: 'curve', kind: 'gelu', x: '-1.25', compare: 'relu sigmoid' },
    { view: 'curve', kind: 'leaky-relu', slope: '0.2' },
    { view: 'map', kind: 'tanh', input: 'drawing', layer: 'c3', map: '7', position: '42' },
    {
      view: 'chain',
      kind: 'sigmoid',
      depth: '12',
      initialization: 'xavier',
      seed: '3',
      position: '4',
      compare: 'none',
    },
  ])('$view $kind', (attributes) => {
    expect(given(attributes).attributes).toEqual(attributes);
  });

  it('what cannot be read leaves the state as it is', () => {
    const state = given({ view: 'film', kind: 'swish', layer: 'c9', map: '6', depth: '51', seed: '-1', x: 'two' });
    expect(state.attributes).toEqual(new ActivationState().attributes);
  });

  it('a changed attribute changes nothing else that was set by hand', () => {
    const state = given({ view: 'map', layer: 'c3' });
    state.choose('tanh');
    state.take({ view: 'map', layer: 'c3', map: '4' });
    expect([state.kind, state.layer, state.map]).toEqual(['tanh', 'c3', 4]);
  });

  it('the name of the layer after the function means the layer before it', () => {
    expect(given({ layer: 'c3_relu' }).layer).toBe('c3');
  });

  it('an attribute that is taken away leaves what it said', () => {
    const state = given({ view: 'chain', depth: '7' });
    state.take({ view: 'chain', depth: null } as unknown as Record<string, string>);
    expect(state.attributes).toEqual(given({ view: 'chain', depth: '7' }).attributes);
  });
});

test('a place on the curve is a step of the player', () => {
  const state = new ActivationState();
  state.moveTo(-4);
  expect(state.player.position).toBe(0);
  state.player.step(1);
  expect(state.x).toBe(-3.95);
  state.player.scrub(COUNT - 1);
  expect(state.x).toBe(4);
});

test('the function that is chosen comes first, the others in their usual order, none twice', () => {
  const state = new ActivationState();
  expect(state.shown).toEqual(['relu']);
  state.compare('gelu', true);
  state.compare('sigmoid', true);
  expect(state.shown).toEqual(['relu', 'sigmoid', 'gelu']);
  state.choose('gelu');
  expect(state.shown).toEqual(['gelu', 'sigmoid']);
  state.compare('sigmoid', false);
  expect(state.shown).toEqual(['gelu']);
});

test('the chain begins with three functions to compare', () => {
  const state = new ActivationState();
  state.look('chain');
  expect(state.shown).toEqual(['relu', 'sigmoid', 'tanh']);
});

test('a smaller layer keeps the map within it and shows it whole', () => {
  const state = given({ view: 'map', layer: 'c3', map: '15' });
  state.setLayer('c1');
  expect(state.map).toBe(LAYERS.c1.maps - 1);
  expect(state.player.length).toBe(784);
  expect(state.player.position).toBe(783);
});

test('the gradient comes from the last layer, and at the end it has reached the first', () => {
  const state = given({ view: 'chain', depth: '10' });
  expect(state.reached).toBe(1);
  state.player.scrub(0);
  expect(state.reached).toBe(10);
  state.player.step(1);
  expect(state.reached).toBe(9);
  state.setDepth(4);
  expect(state.reached).toBe(1);
});
