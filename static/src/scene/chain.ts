/** Gradients flowing back through a chain of layers, and their log scale. */

export const INITIALIZATIONS = ['xavier', 'he', 'small', 'large', 'orthogonal'] as const;
export type Initialization = (typeof INITIALIZATIONS)[number];

export const DEEPEST = 50;

export function isInitialization(word: string): word is Initialization {
  return (INITIALIZATIONS as readonly string[]).includes(word);
}

/** How the gradient changes from the last layer to the first: per layer and in total. */
export interface Shrinkage {
  /** The gradient at the first layer divided by the one at the last. */
  ratio: number;
  /** Number of layers passed. */
  steps: number;
  /** Geometric mean of the factors: `factor ** steps` is the ratio. */
  factor: number;
}

/** Null for a single layer, or if a gradient at either end is zero or not finite. */
export function shrinkage(gradients: ArrayLike<number>): Shrinkage | null {
  const steps = gradients.length - 1;
  const first = gradients[0] ?? NaN;
  const last = gradients[steps] ?? NaN;
  if (steps < 1 || !(first > 0) || !(last > 0) || !Number.isFinite(first / last)) return null;
  const ratio = first / last;
  return { ratio, steps, factor: ratio ** (1 / steps) };
}

export type Verdict = 'vanishes' | 'explodes' | 'arrives' | 'dead';

/** Verdict on the gradient: vanished below a thousandth, exploded above a thousandfold. */
export function verdict(gradients: ArrayLike<number>): Verdict {
  const change = shrinkage(gradients);
  if (change === null) return gradients.length === 1 && (gradients[0] ?? 0) > 0 ? 'arrives' : overOrDead(gradients);
  if (change.ratio < 1e-3) return 'vanishes';
  return change.ratio > 1e3 ? 'explodes' : 'arrives';
}

function overOrDead(gradients: ArrayLike<number>): Verdict {
  return Array.from(gradients).some((value) => value === Infinity || Number.isNaN(value)) ? 'explodes' : 'dead';
}

/** Powers of ten around all positive values, at least `least` decades apart; [-1, 1] for none. */
export function decades(series: readonly ArrayLike<number>[], least = 2): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const values of series) {
    for (let at = 0; at < values.length; at += 1) {
      const value = values[at] ?? 0;
      if (!(value > 0) || value === Infinity) continue;
      low = Math.min(low, Math.floor(Math.log10(value)));
      high = Math.max(high, Math.ceil(Math.log10(value)));
    }
  }
  if (low > high) return [-1, 1];
  while (high - low < least) {
    high += 1;
    if (high - low < least) low -= 1;
  }
  return [low, high];
}

/** Powers of ten labelled on the axis, at most `most`, with both ends if they fit. */
export function powers([low, high]: [number, number], most: number): number[] {
  const span = high - low;
  const every = Math.max(1, ...[1, 2, 5, 10, 20, 50].filter((step) => span / step + 1 > most).map(following));
  const exponents: number[] = [];
  for (let power = Math.ceil(low / every) * every; power <= high; power += every) exponents.push(power);
  return exponents;
}

function following(step: number): number {
  return { 1: 2, 2: 5, 5: 10, 10: 20, 20: 50 }[step] ?? 100;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `10⁻⁷`. */
export function power(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => RAISED[Number(digit)] ?? '');
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** Two digits, as a power of ten if plain digits would hide the magnitude: `3.1 × 10⁻⁷`, `0.42`. */
export function scientific(value: number): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '?' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (size >= 0.01 && size < 1000) return sign + Number(size.toPrecision(2)).toString();
  const [digits = '', exponent = '0'] = size.toExponential(1).split('e');
  return `${sign}${digits} × ${power(Number(exponent))}`;
}
