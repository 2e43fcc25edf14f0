/** The attributes hold the whole state: they are written from it and restore it. */

import { describe, expect, it, test } from 'vitest';

import { COUNT } from '../../scene/activation';
import { OWN } from '../../scene/network.fixture';
import { ActivationState } from './state.svelte';

const given = (attributes: Record<string, string>) => {
  const state = new ActivationState();
  state.setAttributes(attributes);
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
    state.setAttributes({ view: 'map', layer: 'c3', map: '4' });
    expect([state.kind, state.layer?.name, state.map]).toEqual(['tanh', 'c3', 4]);
  });

  it('the name of the layer after the function means the layer before it', () => {
    expect(given({ layer: 'c3_relu' }).layer?.name).toBe('c3');
  });

  it('an attribute that is taken away leaves what it said', () => {
    const state = given({ view: 'chain', depth: '7' });
    state.setAttributes({ view: 'chain', depth: null } as unknown as Record<string, string>);
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
  expect(state.kinds).toEqual(['relu']);
  state.compare('gelu', true);
  state.compare('sigmoid', true);
  expect(state.kinds).toEqual(['relu', 'sigmoid', 'gelu']);
  state.choose('gelu');
  expect(state.kinds).toEqual(['gelu', 'sigmoid']);
  state.compare('sigmoid', false);
  expect(state.kinds).toEqual(['gelu']);
});

test('the chain begins with three functions to compare', () => {
  const state = new ActivationState();
  state.look('chain');
  expect(state.kinds).toEqual(['relu', 'sigmoid', 'tanh']);
});

test('a smaller layer keeps the map within it and shows it whole', () => {
  const state = given({ view: 'map', layer: 'c3', map: '15' });
  state.setLayer('c1');
  expect(state.map).toBe(5);
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

describe("another network's maps", () => {
  const said = { view: 'map', kind: 'relu', model: OWN.name, layer: 'conv1_1_norm', map: '3', position: '17' };

  const met = (attributes: Record<string, string>) => {
    const state = given(attributes);
    state.selection.network = OWN;
    state.meet();
    return state;
  };

  it('what is said of them is kept until they are there, and is right then', () => {
    expect(given(said).attributes).toEqual(said);
    const state = met(said);
    const { layer, ...rest } = said;
    expect(state.layer?.name).toBe(layer);
    expect(state.attributes).toEqual(rest); // the only layer of its kind is the usual one
    expect([state.player.length, state.player.position]).toEqual([64, 17]);
  });

  it('the layer after the function names the one before; what the network has not is as usual', () => {
    expect(met({ ...said, layer: 'conv1_1_tanh' }).layer?.name).toBe('conv1_1_norm');
    const state = met({ ...said, layer: 'c3', map: '4', position: '64' });
    expect(state.attributes).toEqual({ view: 'map', kind: 'relu', model: OWN.name });
  });

  it('a network that is opened begins with its first layer, the usual one is not said', () => {
    const state = met(said);
    state.open('lenet5');
    expect(state.attributes).toEqual({ view: 'map', kind: 'relu', position: '17' });
  });

  it('a network without convolutions has no layer to show', () => {
    const state = given(said);
    state.selection.network = { ...OWN, layers: OWN.layers.slice(4) };
    state.meet();
    expect(state.layer).toBeNull();
    expect(state.map).toBe(0);
  });
});
