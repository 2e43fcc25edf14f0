/** Normalization step by step: terms of one value, batches, running statistics. */

import type { Volume } from './volume';

export interface LocalResponse {
  /** n: number of neighbouring maps in the sum, including the map itself. */
  size: number;
  alpha: number;
  beta: number;
  k: number;
}

/** Krizhevsky, Sutskever and Hinton 2012, section 3.3. */
export const ALEXNET: LocalResponse = { size: 5, alpha: 1e-4, beta: 0.75, k: 2 };

export interface Place {
  map: number;
  row: number;
  col: number;
}

/** First and last map of the neighbourhood: n maps around it, fewer at the ends. */
export function neighbours(map: number, channels: number, size: number): { first: number; last: number } {
  return {
    first: Math.max(0, map - Math.floor(size / 2)),
    last: Math.min(channels - 1, map + Math.floor((size - 1) / 2)),
  };
}

export interface Response {
  value: number;
  terms: { map: number; value: number; square: number }[];
  sum: number;
  /** k + alpha times the sum as in the paper; PyTorch's alpha is n times as large. */
  base: number;
  /** base ** beta. */
  divisor: number;
  result: number;
}

function at(volume: Volume, { map, row, col }: Place): number {
  return volume.data[(map * volume.height + row) * volume.width + col] ?? 0;
}

/** Local response normalization of one value, term by term. */
export function respond(input: Volume, place: Place, { size, alpha, beta, k }: LocalResponse): Response {
  const { first, last } = neighbours(place.map, input.channels, size);
  const terms = Array.from({ length: last - first + 1 }, (_, step) => {
    const value = at(input, { ...place, map: first + step });
    return { map: first + step, value, square: value * value };
  });
  const sum = terms.reduce((total, { square }) => total + square, 0);
  const base = k + alpha * sum;
  const divisor = base ** beta;
  const value = at(input, place);
  return { value, terms, sum, base, divisor, result: value / divisor };
}

export interface Standardized {
  value: number;
  /** value - mean */
  distance: number;
  /** sqrt(variance + eps). */
  spread: number;
  result: number;
}

/** Batch normalization of one value by the mean and variance of its map, before gamma and beta. */
export function standardize(value: number, mean: number, variance: number, eps: number): Standardized {
  const distance = value - mean;
  const spread = Math.sqrt(variance + eps);
  return { value, distance, spread, result: distance / spread };
}

/** A running statistic after one batch. */
export function updatedStatistic(running: number, batch: number, momentum: number): number {
  return (1 - momentum) * running + momentum * batch;
}

/** The unbiased variance (n - 1) that updates the running one; infinite for a single value. */
export function unbiased(variance: number, count: number): number {
  return (variance * count) / (count - 1);
}

/** Seeded random numbers below one (mulberry32). */
function generator(seed: number): () => number {
  let word = seed >>> 0;
  return () => {
    word = (word + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(word ^ (word >>> 15), word | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** 0 to count - 1 in seeded random order (Fisher and Yates). */
export function shuffled(count: number, seed: number): number[] {
  const random = generator(seed);
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}

/**
 * Digits of the tray that join the selected one in batch number `batch` (from 0): each once per round, shuffled anew
 * after each round, without the selected one.
 */
export function companions(batch: number, size: number, tray: number, chosen: number | null, seed = 0): number[] {
  const others = Array.from({ length: tray }, (_, index) => index).filter((index) => index !== chosen);
  if (others.length === 0) return [];
  return Array.from({ length: size - 1 }, (_, place) => {
    const turn = batch * (size - 1) + place;
    const round = Math.floor(turn / others.length);
    return others[shuffled(others.length, seed + round)[turn % others.length] ?? 0] ?? 0;
  });
}

/** Volumes of one size concatenated as (N, C, H, W). */
export function stacked(volumes: readonly Volume[]): Float32Array<ArrayBuffer> {
  const size = volumes[0]?.data.length ?? 0;
  const data = new Float32Array(size * volumes.length);
  volumes.forEach((volume, index) => data.set(volume.data, index * size));
  return data;
}

/** The largest batch of volumes of this size within the server's limit and the tray. */
export function largestBatch(values: number, limit: number, tray: number): number {
  return Math.max(1, Math.min(tray, Math.floor(limit / values)));
}

/** Mean and (population) standard deviation of all values. */
export function moments(values: ArrayLike<number>): { mean: number; deviation: number } {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  const mean = sum / Math.max(1, values.length);
  let squares = 0;
  for (let at = 0; at < values.length; at += 1) squares += ((values[at] ?? 0) - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length)) };
}

/** Smallest and largest of all values, never equal. */
export function extent(series: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of series) {
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? NaN;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [-1, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** Position with the largest sum of squares over the maps. */
export function strongestPosition({ channels, height, width, data }: Volume): number {
  const size = height * width;
  let [index, largest] = [0, -1];
  for (let place = 0; place < size; place += 1) {
    let sum = 0;
    for (let map = 0; map < channels; map += 1) sum += (data[map * size + place] ?? 0) ** 2;
    if (sum > largest) [index, largest] = [place, sum];
  }
  return index;
}

/** One map of every volume of a batch, concatenated. */
export function acrossBatch(volumes: readonly Volume[], map: number): Float32Array<ArrayBuffer> {
  const size = (volumes[0]?.height ?? 0) * (volumes[0]?.width ?? 0);
  const data = new Float32Array(size * volumes.length);
  volumes.forEach((volume, index) => data.set(volume.data.subarray(map * size, (map + 1) * size), index * size));
  return data;
}
