/** Names beside the rows of a figure: how much room they take, and what is shown of one that takes more. */

const LETTER = 7; // user units, about, at 13 px
const IDEOGRAPH = 13.5;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{3fffd}]/u;

/** About how wide a text is drawn. */
export function widthOf(text: string): number {
  return [...text].reduce((sum, sign) => sum + (WIDE.test(sign) ? IDEOGRAPH : LETTER), 0);
}

/** The room for all of the names, between a least and a most. */
export function roomFor(names: readonly string[], least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.ceil(Math.max(0, ...names.map(widthOf))) + 10));
}

/** As much of a name as fits, with an ellipsis for the rest. */
export function fitted(name: string, room: number): string {
  if (widthOf(name) + 10 <= room) return name;
  const signs = [...name];
  while (signs.length > 1 && widthOf(signs.join('')) + LETTER + 10 > room) signs.pop();
  return `${signs.join('').trimEnd()}…`;
}
