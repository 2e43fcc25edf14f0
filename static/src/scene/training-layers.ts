/** Statistics of a run's layers: histograms as outlines, gradient norms as lines, and warnings. */

import type { Box } from './box';
import type { EpochRow, HistogramOf } from './training-log';

/** Outline of a histogram, closed at the baseline; both histograms of a row share the given range. */
export function outline(spread: HistogramOf, box: Box, low: number, high: number, highest: number): string {
  const bins = spread.counts.length;
  const range = high - low || 1;
  const x = (value: number) => box.x + (box.width * (value - low)) / range;
  const ground = box.y + box.height;
  const density = densities(spread);
  let path = `M${round(x(spread.low))},${ground}`;
  density.forEach((value, bin) => {
    const y = round(ground - (box.height * value) / (highest || 1));
    const from = spread.low + (bin * (spread.high - spread.low)) / bins;
    const to = spread.low + ((bin + 1) * (spread.high - spread.low)) / bins;
    path += `L${round(x(from))},${y}L${round(x(to))},${y}`;
  });
  return `${path}L${round(x(spread.high))},${ground}Z`;
}

/** Densities: counts per total and bin width, so that histograms with different ranges compare. */
export function densities(spread: HistogramOf): number[] {
  const sum = spread.counts.reduce((total, count) => total + count, 0);
  const width = (spread.high - spread.low) / spread.counts.length || 1;
  return spread.counts.map((count) => (sum === 0 ? 0 : count / sum / width));
}

/** Range that covers all histograms, centred at zero. */
export function rangeOf(spreads: readonly (HistogramOf | null | undefined)[]): [number, number] {
  const far = Math.max(0, ...spreads.flatMap((one) => (one ? [Math.abs(one.low), Math.abs(one.high)] : [])));
  return far === 0 || !Number.isFinite(far) ? [-1, 1] : [-far, far];
}

/** The largest density of several histograms. */
export function highestOf(spreads: readonly (HistogramOf | null | undefined)[]): number {
  return Math.max(0, ...spreads.flatMap((one) => (one ? densities(one) : [])));
}

/** Layers with statistics, in the network's order. */
export function layersOf(epochs: readonly EpochRow[]): string[] {
  return [...new Set(epochs.flatMap((row) => (row.layers ?? []).map(({ name }) => name)))];
}

/** Gradient norm of a layer per epoch; NaN if missing. */
export function gradientSizes(epochs: readonly EpochRow[], layer: string): number[] {
  return epochs.map((row) => row.layers?.find(({ name }) => name === layer)?.gradient_norm ?? NaN);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
