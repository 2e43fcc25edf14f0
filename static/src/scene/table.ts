/** Parses tables of numbers as typed or pasted: from a spreadsheet, a file, an e-mail, or Python. */

export type Parsed =
  | { values: number[][]; problem?: undefined }
  | { values?: undefined; problem: { key: string; values: Record<string, string | number> } };

/** Numbers of a text, row by row; or the message key of an error with its position. */
export function parseTable(text: string): Parsed {
  const lines = linesOf(text);
  if (lines.length === 0) return { problem: { key: 'parts.table.empty', values: {} } };
  const separator = separatorOf(lines);
  const values: number[][] = [];
  for (const [row, line] of lines.entries()) {
    const cells = line.split(separator).map((cell) => cell.trim());
    const numbers = cells.map((cell) => parseNumber(cell));
    const invalid = numbers.findIndex((number) => number === null);
    if (invalid >= 0) {
      const cell = cells[invalid] === '' ? '␣' : (cells[invalid] ?? '').slice(0, 20);
      return { problem: { key: 'parts.table.number', values: { row: row + 1, col: invalid + 1, seen: cell } } };
    }
    values.push(numbers as number[]);
  }
  const width = values[0]?.length ?? 0;
  const ragged = values.findIndex((row) => row.length !== width);
  if (ragged >= 0) {
    const length = values[ragged]?.length ?? 0;
    return { problem: { key: 'parts.table.ragged', values: { row: ragged + 1, found: length, expected: width } } };
  }
  return { values };
}

/** Parses a number, also with a true minus, a decimal comma, or as a fraction; null for any other text. */
export function parseNumber(text: string): number | null {
  const plain = text
    .trim()
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/^([+-]?\d*),(\d+)$/, '$1.$2');
  const fraction = /^([^/]+)\/([^/]+)$/.exec(plain);
  if (fraction !== null) {
    const [above, below] = [parseNumber(fraction[1] ?? ''), parseNumber(fraction[2] ?? '')];
    return above === null || below === null || below === 0 ? null : above / below;
  }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** The table in attribute syntax: `1 2 3; 4 5 6`. */
export function formatTable(values: readonly (readonly number[])[]): string {
  return values.map((row) => row.map(shortest).join(' ')).join('; ');
}

/** The shortest decimal that reads back as the same float32. */
function shortest(value: number): string {
  const exact = Math.fround(value);
  for (let figures = 1; figures < 9; figures += 1) {
    const rounded = Number(value.toPrecision(figures));
    if (Math.fround(rounded) === exact) return String(rounded);
  }
  return String(Number(value.toPrecision(9)));
}

/** Splits rows by line, by semicolon in a single line, or by Python's brackets. */
function linesOf(text: string): string[] {
  const bare = text.replace(/[\])}]\s*,?\s*[[({]/g, '\n').replace(/[[\](){}]/g, ' ');
  const lines = bare.split(/\r\n|\r|\n/).map((line) => line.replace(/^ +| +$/g, ''));
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  while (lines.length > 0 && lines[0]?.trim() === '') lines.shift();
  const [only] = lines;
  if (lines.length === 1 && only !== undefined && /;/.test(only) && !/\t/.test(only)) {
    return only
      .split(';')
      .map((line) => line.trim())
      .filter((line, index, all) => line !== '' || index < all.length - 1);
  }
  return lines.map((line) => line.replace(/,\s*$/, ''));
}

/** The first separator that occurs; later ones may belong to numbers. */
function separatorOf(lines: string[]): RegExp {
  const any = (sign: string) => lines.some((line) => line.includes(sign));
  if (any('\t')) return /\t/;
  if (any(';')) return /;/;
  if (any(',')) return /,/;
  return / +/;
}
