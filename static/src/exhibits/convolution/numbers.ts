/** Numbers and products as they are written in a sum. */

import { short } from '../../scene/format';

const MINUS = '\u2212';
const DECIMALS = 4;

/** At most four decimals, with a true minus sign; very small ones keep two figures. */
export function plain(value: number): string {
  const rounded = Number(value.toFixed(DECIMALS));
  const text = rounded === 0 && value !== 0 ? value.toPrecision(2) : String(rounded);
  return text.replaceAll('-', MINUS);
}

/** At most five signs for a cell: whole numbers as they are. */
export function brief(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 10_000 ? plain(value) : short(value);
}

/** In brackets where a sign would meet a sign. */
export function factor(value: number): string {
  const text = plain(value);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

export function product(value: number, weight: number): string {
  return `${plain(value)}·${factor(weight)}`;
}
