/** Parses attributes of an element: a name from a list, or a number within bounds, else a fallback. */

export function oneOf<T extends string>(names: readonly T[], name: unknown, fallback: T): T {
  return names.find((allowed) => allowed === name) ?? fallback;
}

/** A number or numeric text, clamped to the bounds; else `fallback`. */
export function within(value: unknown, low: number, high: number, fallback: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.min(high, Math.max(low, number)) : fallback;
}

/** The same, rounded to a whole number. */
export function integerWithin(value: unknown, low: number, high: number, fallback: number): number {
  return Math.round(within(value, low, high, fallback));
}
