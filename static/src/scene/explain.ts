/** One value followed to the inputs, the weights and the arithmetic that made it. */

import type { Box } from './box';
import type { Column } from './column';
import { inputsOf, readsOneMap, windowOf } from './reads';
import { squaredDistance, subsampled, under, weightedSum, winner, type WeightedSum } from './sums';

export interface Parameter {
  shape: number[];
  data: Float32Array;
}

/** Exact values: of one map, or of all units where the layer is a vector (map 0). */
export type Read = (layer: string, map: number) => Float32Array | null;
export type ReadParameter = (name: string) => Parameter | null;

/** The column that is read, as far as arithmetic needs it. */
export interface Source {
  shown: string;
  count: number;
  height: number;
  width: number;
  vector: boolean;
}

interface Ends {
  /** The value before the non-linearity as the network computed it. */
  before: number;
  /** The value after it; the same where there is none. */
  after: number;
}

export type Explanation =
  | (Ends & { how: 'sum'; sum: WeightedSum; window: Box | null; side: { width: number; height: number } })
  | (Ends & { how: 'largest'; values: Float32Array; window: Box; index: number })
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

/** The maps whose exact values an explanation of this map needs. */
export function needed(column: Column, source: Source, map: number): { layer: string; map: number }[] {
  const own = column.vector ? 0 : map;
  const read = source.vector ? [0] : inputsOf(column, map, source.count);
  const wanted = [
    { layer: column.shown, map: own },
    { layer: column.before, map: own },
    ...read.map((input) => ({ layer: source.shown, map: input })),
  ];
  return wanted.filter(
    (one, index) => wanted.findIndex((other) => other.layer === one.layer && other.map === one.map) === index,
  );
}

/** The kernel between an input map and a map; packed in the order of Table I where only some maps are joined. */
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

/** How the value at (row, col) of a map came about; null until every number that it takes is there. */
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
  const after = read(column.shown, own)?.[at];
  if (before === undefined || after === undefined) return null;
  const ends = { before, after };
  const named = (ending: string) => {
    const name = column.facts.weights?.find((candidate) => candidate.endsWith(ending));
    return name === undefined ? null : parameter(name);
  };

  if (column.kind === 'rbf') {
    const state = read(source.shown, 0);
    const target = targets?.[map];
    if (state === null || target === undefined) return null;
    return { ...ends, how: 'distance', state, target, ...squaredDistance(state, target) };
  }

  const window = windowOf(column, row, col);
  if (readsOneMap(column)) {
    const input = read(source.shown, map);
    if (input === null || window === null) return null;
    const values = under(input, source.height, source.width, window);
    if (column.kind === 'max-pooling') return { ...ends, how: 'largest', values, window, index: winner(values).index };
    const coefficient = named('.coefficient')?.data[map];
    const bias = named('.bias')?.data[map];
    if (coefficient === undefined || bias === undefined) return null;
    return { ...ends, how: 'subsampling', values, window, coefficient, bias, ...subsampled(values, coefficient, bias) };
  }

  const weight = named('.weight');
  if (weight === null) return null;
  const biases = named('.bias');
  if (biases === null && column.facts.weights?.some((name) => name.endsWith('.bias'))) return null; // not there yet
  const bias = biases?.data[map] ?? 0;
  if (window === null) {
    const values = vectorOf(source, read);
    if (values === null) return null;
    const weights = weight.data.subarray(map * values.length, (map + 1) * values.length);
    const factors = Array.from(values, (_, input) => ({
      input,
      values: values.subarray(input, input + 1),
      weights: weights.subarray(input, input + 1),
    }));
    return { ...ends, how: 'sum', sum: weightedSum(factors, bias), window: null, side: { width: 1, height: 1 } };
  }
  const factors = [];
  for (const input of inputsOf(column, map, source.count)) {
    const values = read(source.shown, input);
    if (values === null) return null;
    factors.push({
      input,
      values: under(values, source.height, source.width, window),
      weights: kernelOf(column, map, input, weight),
    });
  }
  return {
    ...ends,
    how: 'sum',
    sum: weightedSum(factors, bias),
    window,
    side: { width: window.width, height: window.height },
  };
}

/** All values of a layer in a row, as a linear layer reads them. */
function vectorOf(source: Source, read: Read): Float32Array | null {
  return source.vector ? read(source.shown, 0) : null;
}
