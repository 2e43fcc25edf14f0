/** Row labels of a figure: their width and truncation. */

const LETTER = 7; // approximate width of a letter at 13 px, user units
const IDEOGRAPH = 13.5;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{3fffd}]/u;

/** Approximate width of a text. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, sign) => sum + (WIDE.test(sign) ? IDEOGRAPH : LETTER), 0);
}

/** Width for all labels, between a least and a most. */
export function labelWidth(names: readonly string[], least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.ceil(Math.max(0, ...names.map(widthOf))) + 10));
}

/** A label truncated with an ellipsis to fit. */
export function truncated(name: string, room: number): string {
  if (widthOf(name) + 10 <= room) return name;
  const signs = [...name];
  while (signs.length > 1 && widthOf(signs.join('')) + LETTER + 10 > room) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}
