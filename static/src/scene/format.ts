/** Numbers as they are written on screen: short in a cell, long in a sentence, with a true minus sign. */

const MINUS = '\u2212';

function minus(text: string): string {
  return text.replace('-', MINUS);
}

/** At most four signs: `.42`, `−.07`, `1.3`, `−12`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size < 0.005) return '0';
  if (size < 0.995) return minus(value.toFixed(2).replace('0.', '.'));
  if (size < 9.95) return minus(value.toFixed(1));
  return minus(value.toFixed(0));
}

/** Four decimals, so that what is added on screen adds up. */
export function long(value: number): string {
  return minus(value.toFixed(4));
}

/** Two or three figures for the ends of a scale. */
export function scaleEnd(value: number): string {
  if (value === 0) return '0';
  return minus(Math.abs(value) >= 99.5 ? value.toFixed(0) : value.toPrecision(2));
}

/** `99.2 %`; never 100 unless it is. */
export function percent(probability: number): string {
  const hundredths = Math.floor(probability * 1000) / 10;
  return `${(probability > 0.9995 ? hundredths : probability * 100).toFixed(1)} %`;
}
