/** Selects the classes to list: all if few, else the most probable. */

export const ALWAYS_LISTED = 20; // rows that are always listed
const LIKELIEST = 12; // rows beside the live network if there are more classes

/** The most probable classes in order, if there are more than fit; otherwise all in their own order. */
export function likeliest(scores: readonly number[], most = ALWAYS_LISTED): number[] {
  const all = scores.map((_, index) => index);
  if (all.length <= most) return all;
  return all.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b).slice(0, most);
}

/** Indices of the listed classes; `nearest`: smallest value first; `kept` is always included. */
export function listed(
  count: number,
  values: ArrayLike<number> | null,
  nearest: boolean,
  included: number | null,
): number[] {
  const scores = Array.from({ length: count }, (_, index) => (nearest ? -1 : 1) * (values?.[index] ?? 0));
  const first = likeliest(scores, count > ALWAYS_LISTED ? LIKELIEST : ALWAYS_LISTED);
  return included === null || included >= count || first.includes(included) ? first : [...first, included];
}
