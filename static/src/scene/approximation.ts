/** Universal approximation: drawn curves, their packed form, and sums of pieces. */

/** Samples on the x axis, evenly spaced from -1 to 1. */
export const SAMPLES = 65;

export const NAMED = ['sine', 'step', 'bump', 'saw'] as const;
export type Named = (typeof NAMED)[number];

const FORMULAS: Record<Named, (x: number) => number> = {
  sine: (x) => 0.8 * Math.sin(2 * Math.PI * x),
  step: (x) => (x < 0 ? -0.6 : 0.6),
  bump: (x) => 1.4 * Math.exp(-((x / 0.25) ** 2)) - 0.7,
  saw: (x) => 1.5 * ((((x + 1) * 1.5) % 1) - 0.5),
};

/** x of a sample. */
export function xAt(index: number, samples = SAMPLES): number {
  return -1 + (2 * index) / (samples - 1);
}

/** Sample nearest to an x. */
export function sampleOf(x: number): number {
  return Math.min(SAMPLES - 1, Math.max(0, Math.round(((x + 1) / 2) * (SAMPLES - 1))));
}

/** A named curve at every sample. */
export function named(name: Named): Float32Array {
  return Float32Array.from({ length: SAMPLES }, (_, place) => FORMULAS[name](xAt(place)));
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const DRAWN = '~'; // prefix of a packed curve, which no name has

/** Packs a curve for an attribute: one character per sample, 64 levels from -1 to 1. */
export function pack(curve: ArrayLike<number>): string {
  const signs = Array.from(curve, (value) => DIGITS[level(value)] ?? 'A');
  return DRAWN + signs.join('');
}

function level(value: number): number {
  return Math.round(((Math.min(1, Math.max(-1, value)) + 1) / 2) * (DIGITS.length - 1));
}

/** Parses a packed or named curve; null if invalid. */
export function unpack(text: string): Float32Array | null {
  if ((NAMED as readonly string[]).includes(text)) return named(text as Named);
  if (!text.startsWith(DRAWN) || text.length !== SAMPLES + 1) return null;
  const levels = [...text.slice(1)].map((sign) => DIGITS.indexOf(sign));
  if (levels.some((one) => one < 0)) return null;
  return Float32Array.from(levels, (one) => (one / (DIGITS.length - 1)) * 2 - 1);
}

/** The curve after a stroke from one point to another; samples between them are interpolated. */
export function withStroke(
  curve: ArrayLike<number>,
  from: { x: number; y: number },
  to: { x: number; y: number },
): Float32Array {
  const next = Float32Array.from(curve);
  const [first, last] = [sampleOf(from.x), sampleOf(to.x)];
  const direction = last >= first ? 1 : -1;
  for (let place = first; ; place += direction) {
    const part = first === last ? 1 : (place - first) / (last - first);
    next[place] = Math.min(1, Math.max(-1, from.y + (to.y - from.y) * part));
    if (place === last) return next;
  }
}

/** The curve with one sample changed by the keyboard. */
export function withSample(curve: ArrayLike<number>, place: number, by: number): Float32Array {
  const next = Float32Array.from(curve);
  next[place] = Math.min(1, Math.max(-1, (next[place] ?? 0) + by));
  return next;
}

/** Points that the server fits. */
export function points(curve: ArrayLike<number>): [number, number][] {
  return Array.from(curve, (value, place): [number, number] => [xAt(place, curve.length), value]);
}

/** Sum of the bias and the first `count` pieces at each sample. */
export function partial(pieces: readonly ArrayLike<number>[], bias: number, count: number): Float64Array {
  const samples = pieces[0]?.length ?? 0;
  const total = new Float64Array(samples).fill(bias);
  for (const piece of pieces.slice(0, count))
    for (let index = 0; index < samples; index++) total[index] = (total[index] ?? 0) + (piece[index] ?? 0);
  return total;
}

/** Pieces ordered by their variation, largest first. */
export function byReach(pieces: readonly ArrayLike<number>[]): number[] {
  const reach = pieces.map((piece) => {
    const values = Array.from(piece);
    return Math.max(...values) - Math.min(...values);
  });
  return reach.map((_, index) => index).sort((a, b) => (reach[b] ?? 0) - (reach[a] ?? 0) || a - b);
}

/** Kink of a unit: the x at which its weighted input is 0; null if there is none. */
export function kinkOf(weight: number, bias: number): number | null {
  return weight === 0 ? null : -bias / weight;
}

/** A line through evenly spaced values, as an SVG path. */
export function path(values: ArrayLike<number>, x: (part: number) => number, y: (value: number) => number): string {
  const last = Math.max(1, values.length - 1);
  let text = '';
  for (let at = 0; at < values.length; at++) {
    text += `${at === 0 ? 'M' : 'L'}${x(at / last).toFixed(1)} ${y(values[at] ?? 0).toFixed(1)}`;
  }
  return text;
}
