/** From logits to loss: softmax with temperature, targets, cross-entropy, and weight penalties as priors. */

/** Softmax stage by stage, one value per class. */
export interface Softmax {
  /** z / T */
  tempered: number[];
  /** exp(z / T - max(z / T)): at most 1, without overflow. */
  powers: number[];
  /** Sum of the exponentials. */
  total: number;
  probabilities: number[];
  /** ln p, computed without p, which may be 0. */
  logProbabilities: number[];
}

export function softmax(logits: readonly number[], temperature: number): Softmax {
  const tempered = logits.map((logit) => logit / temperature);
  const top = Math.max(...tempered);
  const powers = tempered.map((value) => Math.exp(value - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  const size = Math.log(total);
  return {
    tempered,
    powers,
    total,
    probabilities: powers.map((power) => power / total),
    logProbabilities: tempered.map((value) => value - top - size),
  };
}

/** Target distribution: 1 for the target, less with label smoothing. */
export function targets(classes: number, target: number, smoothing: number): number[] {
  return Array.from({ length: classes }, (_, index) => (index === target ? 1 - smoothing : 0) + smoothing / classes);
}

/** Term of the cross-entropy of one class: -q ln p, 0 for q = 0. */
export function parts(targets: readonly number[], logProbabilities: readonly number[]): number[] {
  return targets.map((share, index) => (share === 0 ? 0 : -share * (logProbabilities[index] ?? 0)));
}

export function crossEntropy(targets: readonly number[], logProbabilities: readonly number[]): number {
  return parts(targets, logProbabilities).reduce((sum, part) => sum + part, 0);
}

/** Gradient of the loss with respect to each logit: (p - q) / T. */
export function gradient(targets: readonly number[], probabilities: readonly number[], temperature: number): number[] {
  return probabilities.map((probability, index) => (probability - (targets[index] ?? 0)) / temperature);
}

/** Entropy of a distribution, nats. */
export function entropy(probabilities: readonly number[]): number {
  return -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
}

export type Penalty = 'l1' | 'l2';

/** lambda times the sum of squares, or of magnitudes. */
export function penalty(kind: Penalty, weights: ArrayLike<number>, strength: number): number {
  return strength * size(kind, weights);
}

/** The sum of squares, or of magnitudes. */
export function size(kind: Penalty, weights: ArrayLike<number>): number {
  let total = 0;
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at] ?? 0;
    total += kind === 'l2' ? weight * weight : Math.abs(weight);
  }
  return total;
}

/** Scale of the prior equivalent to the penalty: sigma of the Gaussian, b of the Laplace distribution. */
export function width(kind: Penalty, strength: number): number {
  if (strength === 0) return Infinity;
  return kind === 'l2' ? 1 / Math.sqrt(2 * strength) : 1 / strength;
}

/** Density of a weight under the prior; 0 for a flat prior. */
export function density(kind: Penalty, strength: number, weight: number): number {
  const wide = width(kind, strength);
  if (!Number.isFinite(wide)) return 0;
  if (kind === 'l1') return Math.exp(-Math.abs(weight) / wide) / (2 * wide);
  return Math.exp(-((weight / wide) ** 2) / 2) / (wide * Math.sqrt(2 * Math.PI));
}

export interface Bin {
  from: number;
  to: number;
  /** Normalized so that all bins have an area of 1. */
  density: number;
}

/** Histogram of the weights from -limit to limit. */
export function histogram(weights: ArrayLike<number>, limit: number, bins: number): Bin[] {
  const wide = (2 * limit) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (let at = 0; at < weights.length; at++) {
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((weights[at] ?? 0) + limit) / wide)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, index) => ({
    from: -limit + index * wide,
    to: -limit + (index + 1) * wide,
    density: count / (Math.max(1, weights.length) * wide),
  }));
}

/** Penalty strengths of the player: none, then evenly spaced on a log scale. */
export const STRENGTHS: readonly number[] = [
  0, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100,
];
