/** Which of a network's classes are listed: all where they are few, else the likeliest. */

export const ALL = 20; // rows that are listed whatever they say
const LIKELIEST = 12; // rows of more classes than that

/** The classes that are listed, by their indices; `nearest`: the smallest value comes first; `kept` is always there. */
export function listed(
  count: number,
  values: ArrayLike<number> | null,
  nearest: boolean,
  kept: number | null,
): number[] {
  const all = Array.from({ length: count }, (_, index) => index);
  if (count <= ALL) return all;
  const found = values === null ? all : all.sort((a, b) => order(values, a, b, nearest));
  const first = found.slice(0, LIKELIEST);
  if (kept !== null && kept < count && !first.includes(kept)) first.push(kept);
  return first;
}

function order(values: ArrayLike<number>, a: number, b: number, nearest: boolean): number {
  const difference = (values[a] ?? 0) - (values[b] ?? 0);
  return (nearest ? difference : -difference) || a - b;
}

/** Whether all that a network knows is digits. */
export function areDigits(classes: readonly string[]): boolean {
  return classes.every((name) => /^\d$/.test(name));
}
