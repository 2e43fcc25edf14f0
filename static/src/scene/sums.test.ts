/** Sums: what is shown adds up, and follows the definitions of the layers. */
// @vitest-environment node

import { expect, it } from 'vitest';

import { columns } from './column';
import { patterned, PUBLISHED, TABLE_I, TODAY } from './example';
import { explain, kernelOf, needed, type Parameter, type Source } from './explain';
import { largest, normalized, squaredDistance, under, weightedSum, winner } from './sums';

function noise(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(seed + 12.9898 * (index + 1)) * 1.7);
}

function column(layers: typeof TODAY, name: string) {
  const found = columns(layers).find((candidate) => candidate.before === name);
  if (found === undefined) throw new Error(name);
  return found;
}

/** A convolution written as its definition, in double precision. */
function defined(maps: Float32Array[], side: number, kernels: Float32Array[], bias: number, row: number, col: number) {
  let sum = bias;
  maps.forEach((map, input) => {
    for (let y = 0; y < 5; y += 1) {
      for (let x = 0; x < 5; x += 1) {
        sum += (map[(row + y) * side + col + x] ?? NaN) * (kernels[input]?.[y * 5 + x] ?? NaN);
      }
    }
  });
  return sum;
}

const S2: Source = { output: 's2', count: 6, height: 14, width: 14, vector: false };

it('adds every product shown up to the convolution', () => {
  const c3 = column(TODAY, 'c3');
  const maps = Array.from({ length: 6 }, (_, map) => noise(196, map));
  const weight: Parameter = { shape: [16, 6, 5, 5], data: noise(16 * 150, 99) };
  const bias: Parameter = { shape: [16], data: noise(16, 7) };
  const kernels = maps.map((_, input) => kernelOf(c3, 4, input, weight));
  const value = defined(maps, 14, kernels, bias.data[4] ?? NaN, 3, 5);
  const made = Float32Array.from({ length: 100 }, (_, at) => (at === 35 ? value : 0));
  const found = explain(
    c3,
    S2,
    { map: 4, row: 3, col: 5 },
    (layer, map) => (layer === 's2' ? (maps[map] ?? null) : made),
    (name) => (name === 'c3.weight' ? weight : bias),
    null,
  );
  if (found?.how !== 'sum') throw new Error('no sum');
  const products = found.sum.terms.flatMap((term) => [...term.products]);
  expect(products).toHaveLength(150);
  expect(products.reduce((sum, product) => sum + product, found.sum.bias)).toBeCloseTo(value, 10);
  expect(found.sum.total).toBeCloseTo(value, 10);
  expect(found.before).toBeCloseTo(value, 5);
});

it('shows no sum while a parameter of it is on its way', () => {
  const f6 = column(TODAY, 'f6');
  const parameters: Record<string, Parameter> = {
    'f6.weight': { shape: [84, 120], data: noise(84 * 120, 3) },
    'f6.bias': { shape: [84], data: noise(84, 4) },
  };
  const c5: Source = { output: 'c5_relu', count: 120, height: 1, width: 1, vector: true };
  const known = (names: string[]) =>
    explain(
      f6,
      c5,
      { map: 7, row: 0, col: 0 },
      () => noise(120, 1),
      (name) => (names.includes(name) ? (parameters[name] ?? null) : null),
      null,
    );
  expect(known(['f6.weight'])).toBeNull();
  expect(known(['f6.bias'])).toBeNull();
  expect(known(['f6.weight', 'f6.bias'])?.how).toBe('sum');
});

it('finds the packed kernels of Table I', () => {
  const c3 = column(PUBLISHED, 'c3');
  const weight: Parameter = {
    shape: [60, 5, 5],
    data: Float32Array.from({ length: 1500 }, (_, at) => Math.floor(at / 25)),
  };
  const order = TABLE_I.flatMap((list, map) => list.map((input) => kernelOf(c3, map, input, weight)[0]));
  expect(order).toEqual(Array.from({ length: 60 }, (_, at) => at));
});

it('asks for no more maps than the server sends', () => {
  for (const layers of [TODAY, PUBLISHED]) {
    const all = columns(layers);
    for (const one of all) {
      const source: Source = all.find((other) => other.output === one.from) ?? { ...S2, output: 'input', count: 1 };
      for (let map = 0; map < one.count; map += 1) expect(needed(one, source, map).length).toBeLessThanOrEqual(32);
    }
  }
});

it('reads zero where a window reaches into the padding', () => {
  const map = Float32Array.from([1, 2, 3, 4]);
  expect([...under(map, 2, 2, { x: -1, y: -1, width: 2, height: 2 })]).toEqual([0, 0, 0, 1]);
});

it('names the first of equal winners', () => {
  expect(winner(Float32Array.from([0, 3, 3, 1]))).toEqual({ index: 1, value: 3 });
});

it('splits a sum into its heaviest terms and the rest without losing any', () => {
  const factors = Array.from({ length: 120 }, (_, input) => ({
    input,
    values: noise(1, input),
    weights: noise(1, input + 500),
  }));
  const sum = weightedSum(factors, 0.25);
  const { terms, rest, left } = largest(sum, 8);
  expect(left).toBe(112);
  expect(terms.reduce((total, term) => total + term.sum, rest) + 0.25).toBeCloseTo(sum.total, 10);
  expect(Math.min(...terms.map((term) => Math.abs(term.sum)))).toBeGreaterThanOrEqual(
    Math.max(...sum.terms.filter((term) => !terms.includes(term)).map((term) => Math.abs(term.sum))),
  );
});

it('adds 84 squared differences up to the distance', () => {
  const state = noise(84, 3);
  const target = Array.from({ length: 84 }, (_, at) => (at % 3 === 0 ? 1 : -1));
  const { squares, total } = squaredDistance(state, target);
  expect(squares).toHaveLength(84);
  expect(squares.reduce((sum, square) => sum + square)).toBe(total);
  expect(squaredDistance(Float32Array.from(target), target).total).toBe(0);
});

const OWN = patterned({
  image: [3, 6, 8],
  channels: [4],
  pooling: 'average',
  units: [5],
  activation: 'tanh',
  norm: true,
  dropout: true,
});

it('normalizes as it is defined', () => {
  const by = { mean: 0.5, variance: 4, epsilon: 0, scale: 3, shift: -1 };
  expect(normalized(2.5, by)).toBe(2);
});

it('follows a convolution of three colours through its normalization and its activation', () => {
  const conv = column(OWN, 'conv1_1');
  const picture: Source = { output: 'input', count: 3, height: 6, width: 8, vector: false };
  const maps = [0, 1, 2].map((map) => noise(48, map));
  const parameters: Record<string, Float32Array> = {
    'conv1_1.weight': noise(4 * 27, 9),
    'conv1_1_norm.weight': noise(4, 1),
    'conv1_1_norm.bias': noise(4, 2),
    'conv1_1_norm.running_mean': noise(4, 3),
    'conv1_1_norm.running_var': Float32Array.from([1, 2, 3, 4]),
  };
  const values: Record<string, number> = { conv1_1: 0.25, conv1_1_norm: 0.5, conv1_1_tanh: Math.tanh(0.5) };
  const asked: string[] = [];
  const found = explain(
    conv,
    picture,
    { map: 2, row: 0, col: 7 },
    (layer, map) => {
      asked.push(`${layer}/${map}`);
      return layer === 'input' ? (maps[map] ?? null) : new Float32Array(48).fill(values[layer] ?? NaN);
    },
    (name) => {
      const data = parameters[name];
      return data === undefined ? null : { shape: name === 'conv1_1.weight' ? [4, 3, 3, 3] : [4], data };
    },
    null,
  );
  if (found?.how !== 'sum') throw new Error('no sum');
  const wanted = needed(conv, picture, 2).map(({ layer, map }) => `${layer}/${map}`);
  expect(new Set(asked)).toEqual(new Set(wanted));
  let sum = 0;
  const kernel = parameters['conv1_1.weight'] ?? new Float32Array();
  for (const [input, map] of maps.entries()) {
    for (const [y, x] of [
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ] as const) {
      // prettier-ignore
      sum += (map[(y - 1) * 8 + 6 + x] ?? NaN) * (kernel[(2 * 3 + input) * 9 + y * 3 + x] ?? NaN);
    }
  }
  expect(found.sum.total).toBeCloseTo(sum, 6);
  expect(found.biased).toBe(false);
  expect(found.steps.map(({ how, after }) => [how, after])).toEqual([
    ['normalization', 0.5],
    ['activation', Math.fround(Math.tanh(0.5))],
  ]);
  expect(found.steps[0]).toMatchObject({
    variance: 3,
    epsilon: 1e-5,
    mean: parameters['conv1_1_norm.running_mean']?.[2],
  });
});

it('averages a window', () => {
  const pool = column(OWN, 'pool1');
  const source: Source = { output: 'conv1_1_tanh', count: 4, height: 6, width: 8, vector: false };
  const map = Float32Array.from({ length: 48 }, (_, at) => at);
  const found = explain(pool, source, { map: 1, row: 1, col: 2 }, (layer) => (layer === 'pool1' ? new Float32Array(12).fill(24.5) : map), () => null, null); // prettier-ignore
  expect(found).toMatchObject({ how: 'average', sum: 20 + 21 + 28 + 29, total: 24.5, steps: [] });
});

it('reads whole maps with a fully connected unit, each with its own share of the weights', () => {
  const fc = column(OWN, 'fc1');
  const source: Source = { output: 'pool1', count: 4, height: 3, width: 4, vector: false };
  const maps = [0, 1, 2, 3].map((map) => noise(12, map));
  const weights = noise(5 * 48, 17);
  const bias = noise(5, 4);
  const found = explain(
    fc,
    source,
    { map: 3, row: 0, col: 0 },
    (layer, map) => (layer === 'pool1' ? (maps[map] ?? null) : noise(5, 1)),
    (name) => (name === 'fc1.weight' ? { shape: [5, 48], data: weights } : { shape: [5], data: bias }),
    null,
  );
  if (found?.how !== 'sum') throw new Error('no sum');
  const all = maps.flatMap((map) => [...map]);
  const expected = all.reduce((sum, value, at) => sum + value * (weights[3 * 48 + at] ?? NaN), bias[3] ?? NaN);
  expect(found.sum.total).toBeCloseTo(expected, 10);
  expect(found.window).toEqual({ x: 0, y: 0, width: 4, height: 3 });
  expect(found.steps.map(({ how }) => how)).toEqual(['activation', 'unchanged']);
});
