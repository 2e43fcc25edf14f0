/** The attributes hold the whole state, and running statistics count their batches. */

import { describe, expect, it, test } from 'vitest';

import { OWN } from '../../scene/network.fixture';
import { NormalizationState, STRONG } from './state.svelte';

const given = (attributes: Record<string, string>) => {
  const state = new NormalizationState();
  state.setAttributes(attributes);
  return state;
};

describe('attributes', () => {
  it.each([
    {
      kind: 'local-response',
      layer: 'c3_relu',
      input: 'drawing',
      size: '3',
      alpha: '0.2',
      beta: '1',
      k: '1',
      map: '9',
    },
    { kind: 'batch', layer: 'c1', batch: '1', momentum: '0.5', eps: '0.001', seed: '4', position: '7', map: '2' },
    { kind: 'batch', layer: 's4', training: 'false', trained: '3', position: '5', cell: '12' },
  ])('$kind $layer', (attributes) => {
    expect(given(attributes).attributes).toEqual(attributes);
  });

  it('numbers out of bounds are brought within them, words that are none leave all as it is', () => {
    expect(given({ kind: 'batch', batch: '500' }).batch).toBe(30);
    expect(given({ kind: 'layer', layer: 'c9', size: 'many' }).attributes).toEqual(new NormalizationState().attributes);
  });

  it('a changed attribute changes nothing else that was set by hand', () => {
    const state = given({ kind: 'local-response', map: '1' });
    state.setResponse(STRONG);
    state.setAttributes({ kind: 'local-response', map: '2' });
    expect(state.map).toBe(2);
    expect(state.response).toEqual(STRONG);
  });

  it('an attribute that is taken away leaves what it said', () => {
    const state = given({ kind: 'batch', eps: '0.5' });
    state.setAttributes({ kind: 'batch', eps: null } as unknown as Record<string, string>);
    expect(state.attributes).toEqual(given({ kind: 'batch', eps: '0.5' }).attributes);
  });
});

test('each kind begins on the maps that it is used on', () => {
  const state = new NormalizationState();
  expect(state.layer?.name).toBe('c1_relu');
  state.choose('batch');
  expect(state.layer?.name).toBe('c3');
});

test('the map stays chosen when the kind changes', () => {
  const state = given({ kind: 'local-response', map: '4' });
  state.choose('batch');
  expect(state.map).toBe(4);
  state.setMap(2);
  state.choose('local-response');
  expect(state.map).toBe(2);
});

test('in training every batch is seen, in evaluation none', () => {
  const state = given({ kind: 'batch' });
  state.player.scrub(4);
  expect(state.trained).toBe(5);
  state.train(false);
  state.player.step(1);
  state.player.step(1);
  expect(state.position).toBe(6);
  expect(state.trained).toBe(5);
  state.train(true);
  expect(state.trained).toBe(7);
});

test('a place keeps its part of the picture on a smaller grid', () => {
  const state = given({ kind: 'local-response', layer: 'c1_relu' });
  state.follow(14 * 28 + 7);
  state.setLayer('s2');
  expect(state.cell).toBe(7 * 14 + 3);
});

test('a map that a layer does not have becomes its last', () => {
  const state = given({ kind: 'local-response', layer: 'c3_relu', map: '15' });
  state.setLayer('c1_relu');
  expect(state.map).toBe(5);
  expect(state.player.length).toBe(6);
});

describe("another network's maps", () => {
  const said = { kind: 'batch', model: OWN.name, layer: 'pool1', batch: '3', map: '3', position: '7', cell: '14' };

  const met = (attributes: Record<string, string>) => {
    const state = given(attributes);
    state.opened.network = OWN;
    state.meet();
    return state;
  };

  it('what is said of them is kept until they are there, and is right then', () => {
    expect(given(said).attributes).toEqual(said);
    expect(met(said).attributes).toEqual(said);
  });

  it('what the network has not is as usual: sums for a batch, what a function made of them across maps', () => {
    expect(met({ ...said, layer: 'c3', map: '9', cell: '99' }).attributes).toEqual({
      ...said,
      layer: 'conv1_1_norm',
      cell: '63',
    });
    expect(met({ kind: 'local-response', model: OWN.name }).layer?.name).toBe('conv1_1_tanh');
    expect(met({ kind: 'local-response', model: OWN.name }).player.length).toBe(4);
  });

  it('the same part of the picture is followed into a smaller layer', () => {
    const state = met({ ...said, layer: 'conv1_1', cell: '63' });
    state.setLayer('pool1');
    expect(state.cell).toBe(15);
  });
});
