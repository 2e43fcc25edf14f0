/** The state of the classifier exhibit: attributes, the sum of a unit, and the steps of every view. */

import { describe, expect, test } from 'vitest';

import { LENET5, type Network } from '../../scene/network';
import { volume } from '../../scene/volume';
import { ClassifierState, VIEWS } from './state.svelte';

const ramp = (length: number, by = 1) => Float32Array.from({ length }, (_, at) => (at - length / 2) * by);

function awake(): ClassifierState {
  const one = new ClassifierState();
  one.maps = new Map([
    ['s4', volume(16, 5, 5, ramp(400, 0.01))],
    ['c5_relu', volume(120, 1, 1, ramp(120, 0.1))],
    ['f6_relu', volume(84, 1, 1, ramp(84, 0.1))],
    ['output', volume(10, 1, 1, [0, 1, 2, 9, 4, 5, 6, 7, 8, 3])],
  ]);
  one.weights = { c5: { weight: ramp(120 * 400, 1e-4), bias: ramp(120) } };
  return one;
}

describe('attributes', () => {
  test.each(VIEWS)('are the whole state: %s', (view) => {
    const one = new ClassifierState({ input: 'digit:4', view, temperature: 2, target: 3, smoothing: 0.1, position: 2 });
    one.setLayer('f6');
    one.setUnit(12);
    one.penalty = 'l1';
    one.position = 2;
    const other = new ClassifierState(one.attributes);
    expect(other.attributes).toEqual(one.attributes);
    expect(other.target).toBe(3);
  });

  test('that make no sense are as usual, or brought within bounds', () => {
    const one = new ClassifierState({ view: 'x', layer: 'output', unit: 99, temperature: 0, target: '', strength: -1 });
    expect([one.view, one.unit, one.temperature, one.target, one.strength]).toEqual(['flatten', 9, 0.05, null, 0]);
  });
});

describe('one unit', () => {
  const one = awake();
  one.look('unit');
  one.setUnit(7);

  test('reads its own row of the weights, and its maps add up to it', () => {
    const sum = one.sum;
    expect(sum?.bias).toBe(-53);
    expect(sum?.terms[3]?.weight).toBe(one.weights.c5?.weight[7 * 400 + 3]);
    expect(one.kernel?.data[3]).toBe(sum?.terms[3]?.weight);
    const whole = (one.parts ?? new Float64Array()).reduce((total, part) => total + part, sum?.bias ?? 0);
    expect(whole).toBeCloseTo(sum?.total ?? NaN, 9);
  });

  test('a cell that is pointed at is the term that is written out', () => {
    one.point({ map: 3, row: 2, col: 4 });
    expect(one.followed).toBe(89);
    expect(one.cell).toEqual({ map: 3, row: 2, col: 4 });
    one.point(null);
  });

  test('another layer has other units', () => {
    one.setUnit(100);
    one.setLayer('output');
    expect(one.unit).toBe(9);
    expect(one.shape).toEqual({ channels: 84, height: 1, width: 1 });
  });
});

test('the loss is asked about the guess until the visitor says which class it is', () => {
  const one = awake();
  expect(one.targetClass).toBe(3);
  one.target = 5;
  expect([one.targetClass, one.targets.indexOf(1)]).toEqual([5, 5]);
});

test('the player goes through every view to its end', () => {
  const one = awake();
  const lengths = VIEWS.map((view) => {
    one.look(view);
    return one.length;
  });
  expect(lengths).toEqual([400, 400, 16, 3, 10, 19]);
  one.look('flatten');
  one.position = 90;
  expect([one.filled, one.followed]).toEqual([90, 89]);
});

describe('another network', () => {
  const MODEL = 'run:20260101-000000-x-0000';
  const layer = (name: string, kind: string, from: string, output_shape: number[]) => ({
    name,
    kind,
    inputs: [from],
    input_shape: [],
    output_shape,
    weights: [`${name}.weight`, `${name}.bias`],
  });
  const OWN: Network = {
    name: MODEL,
    title: 'x',
    classes: Array.from({ length: 30 }, (_, at) => `class ${at}`),
    input_shape: [1, 28, 28],
    layers: [
      layer('pool1', 'average-pooling', 'input', [512, 7, 7]),
      layer('fc1', 'linear', 'pool1', [300]),
      layer('fc1_tanh', 'tanh', 'fc1', [300]),
      layer('output', 'linear', 'fc1_tanh', [30]),
    ],
  };

  function own(attributes = {}): ClassifierState {
    const one = new ClassifierState({ model: MODEL, ...attributes });
    one.selection.network = OWN;
    return one;
  }

  test('keeps what its address says until it is there', () => {
    const said = { model: MODEL, input: 'digit:1', view: 'unit', layer: 'fc1', unit: '250', target: '29' };
    const one = new ClassifierState(said);
    expect(one.attributes).toEqual(said);
    one.selection.network = OWN;
    expect(one.attributes).toEqual(said);
  });

  test('has its own layers, and their units', () => {
    const one = own({ view: 'unit', layer: 'f6', unit: 5000 });
    expect([one.layer, one.unit, one.shape]).toEqual(['fc1', 299, { channels: 512, height: 7, width: 7 }]);
    one.setLayer('output');
    expect([one.unit, one.signed]).toEqual([29, true]);
  });

  test('is computed by as many units as the server takes at once', () => {
    const one = own({ view: 'unit', unit: 205 });
    expect(one.page).toEqual({ from: 200, to: 210 }); // 10 rows of 25,088 weights
    one.connected = { from: 190, output: [1], convolution: [1], difference: 0 };
    expect(one.both).toBeNull();
    one.connected = { from: 200, output: [0, 1, 2, 3, 4, 5], convolution: [], difference: 0 };
    expect(one.value).toBe(5);
  });

  test('of very many classes the likeliest are shown, and the right answer', () => {
    const one = own({ view: 'loss' });
    one.maps = new Map([
      [
        'output',
        volume(
          30,
          1,
          1,
          Float32Array.from({ length: 30 }, (_, at) => at),
        ),
      ],
    ]);
    expect([one.rows.length, one.rows[0], one.targetClass, one.length]).toEqual([20, 29, 29, 20]);
    one.target = 3;
    expect([one.rows.length, one.rows.includes(3), one.likeliest]).toEqual([20, true, 19]);
  });

  test('that measures distances answers by minus those, and has no weights to price', () => {
    const one = new ClassifierState({ model: 'lenet5-1998', view: 'prior' });
    const layers = LENET5.layers.map((row) => (row.name === 'output' ? { ...row, kind: 'rbf', weights: [] } : row));
    one.selection.network = { ...LENET5, name: 'lenet5-1998', layers };
    one.maps = new Map([['output', volume(3, 1, 1, [4, 0.5, 9])]]);
    expect(one.logits).toEqual([-4, -0.5, -9]);
    expect(one.guess).toBe(1);
    expect([one.view, one.unpriced, one.layers.map(({ name }) => name)]).toEqual(['loss', 'rbf', ['c5', 'f6']]);
  });
});
