/** Universal approximation on screen: the curve that a hand draws, how it is kept in an attribute, and how pieces add up. */

/** Places on the x axis at which a curve is kept, evenly from -1 to 1. */
export const PLACES = 65;

export const NAMED = ['sine', 'step', 'bump', 'saw'] as const;
export type Named = (typeof NAMED)[number];

const FORMULAS: Record<Named, (x: number) => number> = {
  sine: (x) => 0.8 * Math.sin(2 * Math.PI * x),
  step: (x) => (x < 0 ? -0.6 : 0.6),
  bump: (x) => 1.4 * Math.exp(-((x / 0.25) ** 2)) - 0.7,
  saw: (x) => 1.5 * ((((x + 1) * 1.5) % 1) - 0.5),
};

/** The x of a place. */
export function xAt(place: number, places = PLACES): number {
  return -1 + (2 * place) / (places - 1);
}

/** The place nearest to an x. */
export function placeOf(x: number): number {
  return Math.min(PLACES - 1, Math.max(0, Math.round(((x + 1) / 2) * (PLACES - 1))));
}

/** A curve of the list, at every place. */
export function named(name: Named): Float32Array {
  return Float32Array.from({ length: PLACES }, (_, place) => FORMULAS[name](xAt(place)));
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const DRAWN = '~'; // what a packed curve begins with, as no name does

/** A curve as an attribute holds it: one sign for each place, 64 heights from -1 to 1. */
export function pack(curve: ArrayLike<number>): string {
  const signs = Array.from(curve, (value) => DIGITS[level(value)] ?? 'A');
  return DRAWN + signs.join('');
}

function level(value: number): number {
  return Math.round(((Math.min(1, Math.max(-1, value)) + 1) / 2) * (DIGITS.length - 1));
}

/** The curve that an attribute means; null where it means none. */
export function unpack(text: string): Float32Array | null {
  if ((NAMED as readonly string[]).includes(text)) return named(text as Named);
  if (!text.startsWith(DRAWN) || text.length !== PLACES + 1) return null;
  const levels = [...text.slice(1)].map((sign) => DIGITS.indexOf(sign));
  if (levels.some((one) => one < 0)) return null;
  return Float32Array.from(levels, (one) => (one / (DIGITS.length - 1)) * 2 - 1);
}

/** A curve after the hand has gone from one point to another: every place between them follows, the others stay. */
export function drawn(
  curve: ArrayLike<number>,
  from: { x: number; y: number },
  to: { x: number; y: number },
): Float32Array {
  const next = Float32Array.from(curve);
  const [first, last] = [placeOf(from.x), placeOf(to.x)];
  const direction = last >= first ? 1 : -1;
  for (let place = first; ; place += direction) {
    const part = first === last ? 1 : (place - first) / (last - first);
    next[place] = Math.min(1, Math.max(-1, from.y + (to.y - from.y) * part));
    if (place === last) return next;
  }
}

/** One height changed by the keyboard. */
export function lifted(curve: ArrayLike<number>, place: number, by: number): Float32Array {
  const next = Float32Array.from(curve);
  next[place] = Math.min(1, Math.max(-1, (next[place] ?? 0) + by));
  return next;
}

/** The points that the server is asked to fit. */
export function points(curve: ArrayLike<number>): [number, number][] {
  return Array.from(curve, (value, place): [number, number] => [xAt(place, curve.length), value]);
}

/** The bias and the first `count` pieces, added place by place. */
export function partial(pieces: readonly ArrayLike<number>[], bias: number, count: number): Float64Array {
  const places = pieces[0]?.length ?? 0;
  const total = new Float64Array(places).fill(bias);
  for (const piece of pieces.slice(0, count))
    for (let place = 0; place < places; place++) total[place] = (total[place] ?? 0) + (piece[place] ?? 0);
  return total;
}

/** The pieces by how much they move, most first; where there are many, the last ones hardly matter. */
export function byReach(pieces: readonly ArrayLike<number>[]): number[] {
  const reach = pieces.map((piece) => {
    const values = Array.from(piece);
    return Math.max(...values) - Math.min(...values);
  });
  return reach.map((_, index) => index).sort((a, b) => (reach[b] ?? 0) - (reach[a] ?? 0) || a - b);
}

/** Where a unit turns: the x at which its weighted input is 0; null where it never does. */
export function turn(weight: number, bias: number): number | null {
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
