/** Which of a network's classes are listed: all where they are few, else the likeliest. */

export const ALL = 20; // rows that are listed whatever they say
const LIKELIEST = 12; // rows beside the live network, of more classes than that

/** Of more classes than can be shown the likeliest ones, the likeliest first; of fewer all of them, in their order. */
export function likeliest(scores: readonly number[], most = ALL): number[] {
  const all = scores.map((_, index) => index);
  if (all.length <= most) return all;
  return all.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, most);
}

/** The classes that are listed, by their indices; `nearest`: the smallest value comes first; `kept` is always there. */
export function listed(
  count: number,
  values: ArrayLike<number> | null,
  nearest: boolean,
  kept: number | null,
): number[] {
  const scores = Array.from({ length: count }, (_, index) => (nearest ? -1 : 1) * (values?.[index] ?? 0));
  const first = likeliest(scores, count > ALL ? LIKELIEST : ALL);
  return kept === null || kept >= count || first.includes(kept) ? first : [...first, kept];
}
