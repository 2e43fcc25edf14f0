/** Text in figures: wrapped sentences and tiny differences. */

import { plain } from './format';

/** A difference: `2.0·10⁻⁷` if too small for decimals, 0 if zero. */
export function tiny(value: number): string {
  if (value === 0 || Math.abs(value) >= 0.001) return plain(Number(value.toPrecision(3)));
  const [figures = '', power = ''] = value.toExponential(1).split('e');
  const raised = [...power.replace('+', '')].map((sign) => (sign === '-' ? '⁻' : ('⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)] ?? '')));
  return `${figures}·10${raised.join('')}`;
}

/** Approximate width of a character in em: Chinese 1, digits and letters about half. */
function ems(character: string): number {
  if (/[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f]/.test(character)) return 1;
  return /[ilj.,;:'|! ()·]/.test(character) ? 0.3 : /[mwMWA-Z%]/.test(character) ? 0.68 : 0.535;
}

export function widthOf(text: string, size: number): number {
  return [...text].reduce((sum, character) => sum + ems(character), 0) * size;
}

/** Wraps text; Chinese breaks after any character, but never before punctuation. */
export function lines(text: string, width: number, size: number): string[] {
  const words = text.match(/[\u2e80-\u9fff][，。；：、）？！”]*|[^\s\u2e80-\u9fff]+\s*|\s+/g) ?? [];
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && widthOf((line + word).trimEnd(), size) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return line === '' ? lines : [...lines, line.trimEnd()];
}

/** Position and line of each item, wrapped at `width`. */
export function wrapItems(widths: readonly number[], width: number): { x: number; line: number }[] {
  let [x, line] = [0, 0];
  return widths.map((wide) => {
    if (x > 0 && x + wide > width) [x, line] = [0, line + 1];
    const place = { x, line };
    x += wide;
    return place;
  });
}
