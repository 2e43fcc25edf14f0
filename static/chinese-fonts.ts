/** The Chinese fonts of the pages: Noto Sans SC and Noto Serif SC, cut to the characters that the pages use. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import subset from 'subset-font';
import type { Plugin } from 'vite';

const HERE = import.meta.dirname;
const MODULES = join(HERE, 'node_modules');
/** The cut fonts and their style sheets; src/style imports them from here. Kept between builds, one file for each slice. */
const CUT = join(MODULES, '.receptive-chinese');
const TEXTS = ['../templates/messages', '../templates/lessons/zh', 'src'];
const FACES = [
  { family: 'Receptive Sans SC', font: 'noto-sans-sc' },
  { family: 'Receptive Serif SC', font: 'noto-serif-sc' },
];
const WEIGHTS = { min: 400, max: 700 };
const PUNCTUATION = '，。、；：？！（）《》〈〉「」『』【】〔〕～％／'; // kept for lessons that are still to be written
const FIRST = 0x2e80; // the first code point of CJK; what comes before is in the Latin faces
const TEXT_FILE = /(?<!\.test)\.(json|md|ts|svelte)$/;
const LANGUAGE = '中文'; // the link to the Chinese page, seen on every English page
const LICENSED = [
  ...['source-sans-3', 'source-serif-4', 'noto-sans-sc', 'noto-serif-sc'].map((font) => `@fontsource-variable/${font}`),
  'katex',
];

/** One of the files that a font is delivered in, with those of its characters that are wanted. */
interface Slice {
  file: string;
  text: string;
}

/** Writes the cut fonts before the styles are read, and their licenses into the build. */
export function chineseFonts(): Plugin {
  return {
    name: 'chinese-fonts',
    apply: 'build',
    async buildStart() {
      await cutFonts(chineseCharacters(TEXTS.map((place) => join(HERE, place))));
      for (const name of LICENSED) {
        const source = readFileSync(join(MODULES, name, 'LICENSE'));
        this.emitFile({ type: 'asset', fileName: `licenses/${basename(name)}.txt`, source });
      }
    },
  };
}

/** Every Chinese character of the texts in the folders, each once, in order. */
export function chineseCharacters(folders: readonly string[]): string {
  const all = new Set(PUNCTUATION + LANGUAGE);
  for (const folder of folders) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !TEXT_FILE.test(entry.name)) continue;
      for (const character of readFileSync(join(entry.parentPath, entry.name), 'utf8')) all.add(character);
    }
  }
  return [...all]
    .filter((character) => (character.codePointAt(0) ?? 0) >= FIRST)
    .sort()
    .join('');
}

/** The slices of a font that hold any of the characters, each with those that it holds. */
export function slicesOf(font: string, characters: string): Slice[] {
  const folder = join(MODULES, '@fontsource-variable', font);
  const ranges = JSON.parse(readFileSync(join(folder, 'unicode.json'), 'utf8')) as Record<string, string>;
  return Object.entries(ranges).flatMap(([key, range]) => {
    const file = join(folder, 'files', `${font}-${key.replaceAll(/[[\]]/g, '')}-wght-normal.woff2`);
    const spans = spansOf(range);
    const text = [...characters].filter((character) => within(character, spans)).join('');
    return text === '' || !existsSync(file) ? [] : [{ file, text }];
  });
}

async function cutFonts(characters: string): Promise<void> {
  mkdirSync(CUT, { recursive: true });
  const kept = new Set<string>();
  const rules: string[] = [];
  for (const { family, font } of FACES) {
    for (const slice of slicesOf(font, characters)) {
      const name = await cutSlice(slice, WEIGHTS);
      kept.add(name);
      rules.push(rule(family, name, '400 700', slice.text));
    }
  }
  const link = slicesOf('noto-sans-sc', LANGUAGE);
  const links = await Promise.all(link.map(async (slice) => ({ name: await cutSlice(slice, 400), ...slice })));
  links.forEach(({ name }) => kept.add(name));
  for (const file of readdirSync(CUT)) if (file.endsWith('.woff2') && !kept.has(file)) rmSync(join(CUT, file));
  writeFileSync(join(CUT, 'faces.css'), rules.join('\n'));
  writeFileSync(
    join(CUT, 'language.css'),
    links.map(({ name, text }) => rule('Receptive Language', name, '400', text)).join('\n'),
  );
}

/** True of the cut fonts that stand in files of their own, however small: each is fetched only where it is needed. */
export function standsAlone(file: string): boolean {
  return /\/noto-[a-z]+-sc-[^/]+-400-700-[0-9a-f]{16}\.woff2$/.test(file);
}

/** Cuts a slice unless that has been done before; the name of the result says what it was made of. */
async function cutSlice({ file, text }: Slice, weights: number | typeof WEIGHTS): Promise<string> {
  const source = readFileSync(file);
  const range = typeof weights === 'number' ? String(weights) : `${weights.min}-${weights.max}`;
  const digest = createHash('sha256').update(source).update(text).digest('hex');
  const name = `${basename(file, '-wght-normal.woff2')}-${range}-${digest.slice(0, 16)}.woff2`;
  if (!existsSync(join(CUT, name))) {
    const options = { targetFormat: 'woff2', variationAxes: { wght: weights } } as const;
    writeFileSync(join(CUT, name), await subset(source, text, options));
  }
  return name;
}

function rule(family: string, name: string, weight: string, text: string): string {
  const range = [...text].map((character) => `U+${character.codePointAt(0)?.toString(16)}`).join(',');
  return `@font-face{font-family:'${family}';font-weight:${weight};font-display:swap;src:url('./${name}') format('woff2');unicode-range:${range}}`;
}

function spansOf(range: string): [number, number][] {
  return range.split(',').map((part) => {
    const [low = 0, high = low] = part
      .slice(2)
      .split('-')
      .map((hex) => Number.parseInt(hex, 16));
    return [low, high];
  });
}

function within(character: string, spans: readonly [number, number][]): boolean {
  const point = character.codePointAt(0) ?? 0;
  return spans.some(([low, high]) => low <= point && point <= high);
}
