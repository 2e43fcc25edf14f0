/** Softmax, cross-entropy and priors against known answers. */

import { describe, expect, test } from 'vitest';

import {
  crossEntropy,
  density,
  entropy,
  gradient,
  histogram,
  parts,
  penalty,
  softmax,
  STRENGTHS,
  targets,
  width,
} from './softmax';

const LOGITS = [2, 1, 0.1];
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('softmax', () => {
  test('the textbook example', () => {
    const { probabilities } = softmax(LOGITS, 1);
    [0.6590011388859679, 0.24243297070471392, 0.09856589040931818].forEach((known, index) =>
      expect(probabilities[index]).toBeCloseTo(known, 12),
    );
  });

  test('a high temperature makes all alike, a low one chooses the largest', () => {
    softmax(LOGITS, 1e6).probabilities.forEach((p) => expect(p).toBeCloseTo(1 / 3, 5));
    expect(softmax(LOGITS, 0.01).probabilities[0]).toBeCloseTo(1, 12);
    expect(entropy(softmax(LOGITS, 10).probabilities)).toBeGreaterThan(entropy(softmax(LOGITS, 1).probabilities));
  });

  test('logits of a thousand do not overflow, and a probability of zero has its logarithm', () => {
    const { probabilities, logProbabilities } = softmax([1000, 0], 1);
    expect(probabilities).toEqual([1, 0]);
    expect(logProbabilities).toEqual([0, -1000]);
  });

  test('what is shown multiplies out', () => {
    const { powers, total, probabilities } = softmax(LOGITS, 2.5);
    expect(sum(probabilities)).toBeCloseTo(1, 12);
    powers.forEach((power, index) => expect(power / total).toBe(probabilities[index]));
  });
});

describe('cross-entropy', () => {
  test('without smoothing it is the negative log likelihood of the target', () => {
    const { probabilities, logProbabilities } = softmax(LOGITS, 1);
    expect(crossEntropy(targets(3, 1, 0), logProbabilities)).toBeCloseTo(-Math.log(probabilities[1] ?? 0), 12);
  });

  test('smoothing shares a little of the target out; its parts make the whole', () => {
    const asked = targets(10, 3, 0.1);
    expect(asked[3]).toBeCloseTo(0.91, 12);
    expect(asked[0]).toBeCloseTo(0.01, 12);
    expect(sum(asked)).toBeCloseTo(1, 12);
    const { logProbabilities } = softmax([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 1);
    expect(sum(parts(asked, logProbabilities))).toBeCloseTo(crossEntropy(asked, logProbabilities), 12);
  });

  test('its gradient is that of small steps', () => {
    const asked = targets(3, 0, 0.2);
    const loss = (logits: number[]) => crossEntropy(asked, softmax(logits, 2).logProbabilities);
    gradient(asked, softmax(LOGITS, 2).probabilities, 2).forEach((slope, index) => {
      const [up, down] = [1e-5, -1e-5].map((h) => loss(LOGITS.map((z, at) => (at === index ? z + h : z))));
      expect(slope).toBeCloseTo(((up ?? 0) - (down ?? 0)) / 2e-5, 6);
    });
  });
});

describe('the penalty as a prior', () => {
  const weights = [0.5, -1, 2];

  test('two kinds', () => {
    expect(penalty('l2', weights, 0.1)).toBeCloseTo(0.1 * 5.25, 12);
    expect(penalty('l1', weights, 0.1)).toBeCloseTo(0.35, 12);
    expect(width('l2', 2)).toBe(0.5);
    expect(width('l1', 4)).toBe(0.25);
  });

  test.each(['l1', 'l2'] as const)('%s: minus the log of the prior is the penalty and a constant', (kind) => {
    const minusLog = (weight: number) => -Math.log(density(kind, 3, weight));
    expect(minusLog(0.8) - minusLog(0)).toBeCloseTo(penalty(kind, [0.8], 3), 12);
  });

  test.each(['l1', 'l2'] as const)('%s: the prior is a density', (kind) => {
    let area = 0;
    for (let at = -20; at < 20; at += 0.001) area += density(kind, 1, at) * 0.001;
    expect(area).toBeCloseTo(1, 3);
    expect(density(kind, 0, 0.3)).toBe(0);
  });

  test('the histogram has an area of one and keeps what lies outside at its ends', () => {
    const bins = histogram([-9, -0.1, 0.1, 0.2], 1, 4);
    expect(bins.map(({ density: high }) => high * 0.5 * 4)).toEqual([1, 1, 2, 0]);
    expect(bins[0]?.from).toBe(-1);
  });

  test('the strengths rise', () => {
    expect([...STRENGTHS].sort((a, b) => a - b)).toEqual(STRENGTHS);
    expect(STRENGTHS[0]).toBe(0);
  });
});
