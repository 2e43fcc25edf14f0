/** Number formats: short in a cell, long in a sentence, with a true minus sign. */

export const MINUS = '\u2212';
const DECIMALS = 4;

/** A number, or a formatted one, with true minus signs. */
export function minus(value: number | string): string {
  return String(value).replaceAll('-', MINUS);
}

/** At most four characters: `.42`, `−.07`, `1.3`, `−12`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size < 0.005) return '0';
  if (size < 0.995) return minus(value.toFixed(2).replace('0.', '.'));
  if (size < 9.95) return minus(value.toFixed(1));
  return minus(value.toFixed(0));
}

/** Four decimals, so that displayed terms add up. */
export function long(value: number): string {
  return minus(value.toFixed(4));
}

/** At most four decimals; very small numbers keep two digits. */
export function plain(value: number): string {
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : '∞';
  const rounded = Number(value.toFixed(DECIMALS));
  return minus(rounded === 0 && value !== 0 ? value.toExponential(1) : rounded || 0);
}

/** At most five characters for a cell; whole numbers unchanged. */
export function brief(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 10_000 ? plain(value) : short(value);
}

/** In brackets if negative, for use after an operator. */
export function factor(value: number): string {
  const text = plain(value);
  return text.startsWith(MINUS) ? `(${text})` : text;
}

const HUGE = 99_999.5; // from here on numbers are written as powers of ten

/** Two or three digits for the ends of a scale; huge ones as a power of ten. */
export function scaleEnd(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) >= HUGE) return minus(value.toExponential(1).replace('e+', 'e'));
  return minus(Math.abs(value) >= 99.5 ? value.toFixed(0) : value.toPrecision(2));
}

/** Size of a map: `28×28`. */
export function sides({ height, width }: { height: number; width: number }): string {
  return `${height}×${width}`;
}

/** `99.2 %`; 100 only if exact. */
export function percent(probability: number): string {
  const hundredths = Math.floor(probability * 1000) / 10;
  return `${(probability > 0.9995 ? hundredths : probability * 100).toFixed(1)} %`;
}
