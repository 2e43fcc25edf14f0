/** The page's typefaces written out as text, for a figure that is opened as a file of its own. */

import font from '@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2?url';

import { serverRoot } from '../../wire/server';

const LATIN = "font-family:'Source Sans 3 Variable';font-weight:200 900";

/** The rules for the faces that show the text here, their files inside; null where the Latin one cannot be had. */
export async function facesOf(text: string): Promise<string | null> {
  const latin = await dataUrl(new URL(font, serverRoot()));
  if (latin === null) return null;
  const rules = [`@font-face{${LATIN};src:url(${latin}) format('woff2')}`];
  for (const rule of cutFaces(text)) {
    const url = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1];
    const base = rule.parentStyleSheet?.href ?? document.baseURI;
    const data = url === undefined ? null : await dataUrl(new URL(url, base));
    if (data === null) continue;
    const [family, weight, range] = ['font-family', 'font-weight', 'unicode-range'].map((name) =>
      rule.style.getPropertyValue(name),
    );
    rules.push(
      `@font-face{font-family:${family};font-weight:${weight};src:url(${data}) format('woff2');unicode-range:${range}}`,
    );
  }
  return rules.join('');
}

/** The rules of our own Chinese fonts that the page has loaded, since the system has none, and that the text needs. */
function cutFaces(text: string): CSSFontFaceRule[] {
  const loaded = new Set(
    [...(document.fonts ?? [])]
      .filter(({ status }) => status === 'loaded')
      .map(({ unicodeRange }) => points(unicodeRange)),
  );
  return [...document.styleSheets]
    .filter(({ href }) => href?.startsWith(serverRoot().href) === true) // a style sheet of another site cannot be read
    .flatMap(({ cssRules }) => [...cssRules])
    .filter((rule): rule is CSSFontFaceRule => rule instanceof CSSFontFaceRule)
    .filter(({ style }) => {
      if (!style.getPropertyValue('font-family').includes('Receptive Sans SC')) return false;
      const range = points(style.getPropertyValue('unicode-range'));
      return (
        loaded.has(range) && range.split(',').some((point) => text.includes(String.fromCodePoint(parseInt(point, 16))))
      );
    });
}

/** `U+4E00, U+4E01` and `u+4e00,u+4e01` alike as `4e00,4e01`. */
function points(range: string): string {
  return range.toLowerCase().replaceAll(/u\+|\s/g, '');
}

async function dataUrl(url: URL): Promise<string | null> {
  try {
    const response = await fetch(url);
    if (!response.ok) return null;
    const bytes = new Uint8Array(await response.arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return `data:font/woff2;base64,${btoa(text)}`;
  } catch {
    return null;
  }
}
