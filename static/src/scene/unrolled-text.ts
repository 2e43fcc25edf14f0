/** Text inside a figure: sentences broken into lines, and differences that are nearly nothing. */

import { plain } from './format';

/** A difference: `2.0·10⁻⁷` where it is too small for decimals, 0 where it is 0. */
export function tiny(value: number): string {
  if (value === 0 || Math.abs(value) >= 0.001) return plain(Number(value.toPrecision(3)));
  const [figures = '', power = ''] = value.toExponential(1).split('e');
  const raised = [...power.replace('+', '')].map((sign) => (sign === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)] ?? '')));
  return `${figures}·10${raised.join('')}`;
}

/** Em widths of a character, nearly: Chinese is square, digits and letters are about half of that. */
function ems(character: string): number {
  if (/[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]/.test(character)) return 1;
  return /[ilj.,;:'|! ()·]/.test(character) ? 0.3 : /[mwMWA-Z%]/.test(character) ? 0.68 : 0.535;
}

export function widthOf(text: string, size: number): number {
  return [...text].reduce((sum, character) => sum + ems(character), 0) * size;
}

/** The text as lines that fit; Chinese breaks after any character, but never before its punctuation. */
export function lines(text: string, width: number, size: number): string[] {
  const words = text.match(/[\u2e80-\u9fff][，。；：、）？！”]*|[^\s\u2e80-\u9fff]+\s*|\s+/g) ?? [];
  const found: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && widthOf((line + word).trimEnd(), size) > width) {
      found.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return line === '' ? found : [...found, line.trimEnd()];
}

/** Items of these widths on lines of at most `width`: how far right each starts, and on which line. */
export function placed(widths: readonly number[], width: number): { x: number; line: number }[] {
  let [x, line] = [0, 0];
  return widths.map((wide) => {
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const place = { x, line };
    x += wide;
    return place;
  });
}
