/** What happens inside the layers of a run: histograms as outlines, gradient sizes as lines, and who is in trouble. */

import type { Box } from './box';
import type { EpochRow, HistogramOf } from './training-log';

/** An outline of steps, closed at the ground; both histograms of a row share the range that is given. */
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

/** Counts by their share of all and the width of their bin, so that histograms of other ranges compare. */
export function densities(spread: HistogramOf): number[] {
  const sum = spread.counts.reduce((total, count) => total + count, 0);
  const width = (spread.high - spread.low) / spread.counts.length || 1;
  return spread.counts.map((count) => (sum === 0 ? 0 : count / sum / width));
}

/** The range that shows all of them, with zero in its middle. */
export function rangeOf(spreads: readonly (HistogramOf | null | undefined)[]): [number, number] {
  const far = Math.max(0, ...spreads.flatMap((one) => (one ? [Math.abs(one.low), Math.abs(one.high)] : [])));
  return far === 0 || !Number.isFinite(far) ? [-1, 1] : [-far, far];
}

/** The largest density of several histograms. */
export function highestOf(spreads: readonly (HistogramOf | null | undefined)[]): number {
  return Math.max(0, ...spreads.flatMap((one) => (one ? densities(one) : [])));
}

/** The layers that have anything to say, in the network's order. */
export function layersOf(epochs: readonly EpochRow[]): string[] {
  return [...new Set(epochs.flatMap((row) => (row.layers ?? []).map(({ name }) => name)))];
}

/** A layer's gradient size in every epoch; NaN where it has none. */
export function gradientSizes(epochs: readonly EpochRow[], layer: string): number[] {
  return epochs.map((row) => row.layers?.find(({ name }) => name === layer)?.gradient_norm ?? NaN);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
