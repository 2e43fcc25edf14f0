/** Explains one value by the inputs, weights and arithmetic that produced it. */

import type { Box } from './box';
import type { Column, LayerFacts } from './column';
import { isActivation, type Activation } from './network';
import { inputsOf, readsOneMap, windowOf } from './reads';
import { averaged, squaredDistance, subsampled, under, weightedSum, winner, type WeightedSum } from './sums';

export interface Parameter {
  shape: number[];
  data: Float32Array;
}

/** Reads exact values: of one map, or of all units of a vector (map 0). */
export type Read = (layer: string, map: number) => Float32Array | null;
export type ReadParameter = (name: string) => Parameter | null;

/** The part of a column that the arithmetic needs. */
export interface Source {
  output: string;
  count: number;
  height: number;
  width: number;
  vector: boolean;
}

/** An element-wise layer, and the value after it as the network computed it. */
export type Step = { layer: string; after: number } & (
  | {
      how: 'normalization';
      mean: number;
      variance: number;
      epsilon: number;
      scale: number;
      shift: number;
    }
  | { how: 'activation'; kind: Activation }
  /** Dropout in eval mode: the identity. */
  | { how: 'unchanged' }
);

interface Ends {
  /** Value before the element-wise layers, as the network computed it. */
  before: number;
  steps: Step[];
  /** Value that is drawn; the same if no layer follows. */
  after: number;
}

export type Explanation =
  | (Ends & {
      how: 'sum';
      sum: WeightedSum;
      /** True if the layer has a bias; the sum shows 0 otherwise. */
      biased: boolean;
      window: Box | null;
      side: { width: number; height: number };
    })
  | (Ends & { how: 'largest'; values: Float32Array; window: Box; index: number })
  | (Ends & { how: 'average'; values: Float32Array; window: Box; sum: number; total: number })
  | (Ends & {
      how: 'subsampling';
      values: Float32Array;
      window: Box;
      sum: number;
      scaled: number;
      coefficient: number;
      bias: number;
      total: number;
    })
  | (Ends & { how: 'distance'; state: Float32Array; target: number[]; squares: Float64Array; total: number });

/** Maps whose exact values the explanation of this map needs. */
export function needed(column: Column, source: Source, map: number): { layer: string; map: number }[] {
  const own = column.vector ? 0 : map;
  const read = source.vector ? [0] : inputsOf(column, map, source.count);
  const maps = [
    { layer: column.output, map: own },
    { layer: column.before, map: own },
    ...column.elementwise.map(({ name }) => ({ layer: name, map: own })),
    ...read.map((input) => ({ layer: source.output, map: input })),
  ];
  return maps.filter(
    (one, index) => maps.findIndex((other) => other.layer === one.layer && other.map === one.map) === index,
  );
}

/** Kernel between an input map and a map; packed in the order of Table I if only some maps are connected. */
export function kernelOf(column: Column, map: number, input: number, weight: Parameter): Float32Array {
  const [rows = 1, cols = rows] = column.facts.kernel ?? [];
  const size = rows * cols;
  const feeds = column.facts.feeds;
  if (weight.shape.length === 3 && feeds) {
    const before = feeds.slice(0, map).reduce((sum, list) => sum + list.length, 0);
    const at = before + (feeds[map]?.indexOf(input) ?? 0);
    return weight.data.subarray(at * size, (at + 1) * size);
  }
  const at = map * (weight.shape[1] ?? 1) + input;
  return weight.data.subarray(at * size, (at + 1) * size);
}

/** Weights between a unit and one input map, for a fully connected layer. */
function share(source: Source, unit: number, input: number, weight: Parameter): Float32Array {
  const size = source.height * source.width;
  const at = unit * source.count + input;
  return weight.data.subarray(at * size, (at + 1) * size);
}

/** Explanation of the value at (row, col) of a map; null until all its numbers are loaded. */
export function explain(
  column: Column,
  source: Source,
  place: { map: number; row: number; col: number },
  read: Read,
  parameter: ReadParameter,
  targets: number[][] | null,
): Explanation | null {
  const { map, row, col } = place;
  const own = column.vector ? 0 : map;
  const at = column.vector ? map : row * column.width + col;
  const before = read(column.before, own)?.[at];
  const after = read(column.output, own)?.[at];
  const steps = column.elementwise.map((layer) => stepOf(layer, map, read(layer.name, own)?.[at], parameter));
  if (before === undefined || after === undefined || !steps.every((step) => step !== null)) return null;
  const ends = { before, steps, after };
  const named = (ending: string) => {
    const name = column.facts.weights?.find((candidate) => candidate.endsWith(ending));
    return name === undefined ? null : parameter(name);
  };

  if (column.kind === 'rbf') {
    const state = read(source.output, 0);
    const target = targets?.[map];
    if (state === null || target === undefined) return null;
    return { ...ends, how: 'distance', state, target, ...squaredDistance(state, target) };
  }

  if (readsOneMap(column)) {
    const window = windowOf(column, row, col);
    const input = read(source.output, source.vector ? 0 : map);
    if (input === null || window === null) return null;
    const values = source.vector ? input.subarray(map, map + 1) : under(input, source.height, source.width, window);
    if (column.kind === 'max-pooling') return { ...ends, how: 'largest', values, window, index: winner(values).index };
    if (column.kind === 'average-pooling') return { ...ends, how: 'average', values, window, ...averaged(values) };
    const coefficient = named('.coefficient')?.data[map];
    const bias = named('.bias')?.data[map];
    if (coefficient === undefined || bias === undefined) return null;
    return { ...ends, how: 'subsampling', values, window, coefficient, bias, ...subsampled(values, coefficient, bias) };
  }

  const weight = named('.weight');
  if (weight === null) return null;
  const biases = named('.bias');
  const biased = column.facts.weights?.some((name) => name.endsWith('.bias')) ?? false;
  if (biases === null && biased) return null; // not loaded yet
  const bias = biases?.data[map] ?? 0;
  if (source.vector) {
    const values = read(source.output, 0);
    if (values === null) return null;
    const weights = weight.data.subarray(map * values.length, (map + 1) * values.length);
    const factors = Array.from(values, (_, input) => ({
      input,
      values: values.subarray(input, input + 1),
      weights: weights.subarray(input, input + 1),
    }));
    const sum = weightedSum(factors, bias);
    return { ...ends, how: 'sum', sum, biased, window: null, side: { width: 1, height: 1 } };
  }
  const slid = windowOf(column, row, col);
  const window = slid ?? { x: 0, y: 0, width: source.width, height: source.height };
  const factors = [];
  for (const input of inputsOf(column, map, source.count)) {
    const values = read(source.output, input);
    if (values === null) return null;
    factors.push({
      input,
      values: under(values, source.height, source.width, window),
      weights: slid === null ? share(source, map, input, weight) : kernelOf(column, map, input, weight),
    });
  }
  return {
    ...ends,
    how: 'sum',
    sum: weightedSum(factors, bias),
    biased,
    window,
    side: { width: window.width, height: window.height },
  };
}

/** One element-wise layer applied to a value; null until all its numbers are loaded. */
function stepOf(layer: LayerFacts, map: number, after: number | undefined, parameter: ReadParameter): Step | null {
  const { name, kind } = layer;
  if (after === undefined) return null;
  if (isActivation(kind)) return { layer: name, how: 'activation', kind, after };
  if (kind === 'dropout') return { layer: name, how: 'unchanged', after };
  const [scale, shift, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (of) => parameter(`${name}.${of}`)?.data[map],
  );
  const { epsilon } = layer;
  if (mean === undefined || variance === undefined || scale === undefined || shift === undefined) return null;
  if (epsilon == null) return null;
  return { layer: name, how: 'normalization', mean, variance, epsilon, scale, shift, after };
}
