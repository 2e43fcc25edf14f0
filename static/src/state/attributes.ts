/** What an element's attributes say, read once: a word of a list, a number within its bounds, else what is usual. */

export function oneOf<T extends string>(names: readonly T[], name: unknown, usual: T): T {
  return names.find((known) => known === name) ?? usual;
}

/** A number or its text, brought within the bounds; `usual` where it is none. */
export function within(value: unknown, low: number, high: number, usual: number): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.min(high, Math.max(low, number)) : usual;
}

/** The same as a whole number. */
export function whole(value: unknown, low: number, high: number, usual: number): number {
  return Math.round(within(value, low, high, usual));
}
