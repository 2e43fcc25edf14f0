/** Messages in both languages: plurals, values, completeness. */

import { afterEach, describe, expect, test } from 'vitest';

import { hasMessage, language, languageOf, LANGUAGES, say, setLanguage, addMessages } from './words';

type Messages = Record<string, unknown>;

const files = import.meta.glob<Messages>('../../../templates/messages/*/*.json', { import: 'default', eager: true });
const [english = {}, chinese = {}] = LANGUAGES.map((language): Messages => {
  const ours = Object.entries(files).filter(([path]) => path.includes(`/${language}/`));
  return Object.assign({}, ...ours.map(([, messages]) => messages)) as Messages;
});

afterEach(() => setLanguage('en'));

describe('say', () => {
  test('English counts one and many, Chinese has one form', () => {
    expect(say('live.lost', { count: 1 })).toContain('1 second');
    expect(say('live.lost', { count: 1 })).not.toContain('seconds');
    expect(say('live.lost', { count: 4 })).toContain('4 seconds');
    setLanguage('zh');
    expect(say('live.lost', { count: 1 })).toContain('1 秒');
  });

  test("values replace their names, with the language's grouping of digits", () => {
    expect(say('steps.sides', { width: 28, height: 1024 })).toBe('28 × 1,024');
    expect(say('sample.choose', { label: '7' })).toBe('A handwritten 7');
  });

  test('an unknown message is an error that names it', () => {
    expect(() => say('no.such')).toThrow('no.such');
    expect(hasMessage('no.such')).toBe(false);
    expect(hasMessage('ink.pen')).toBe(true);
  });

  test('messages added by an exhibit are available in both languages', () => {
    addMessages({ en: { 'thing.one': 'one thing' }, zh: { 'thing.one': '一样东西' } });
    expect(say('thing.one')).toBe('one thing');
    setLanguage('zh');
    expect(say('thing.one')).toBe('一样东西');
  });
});

test('the language is that of the nearest element, else English', () => {
  document.body.innerHTML = '<div lang="zh-CN"><p id="inner"></p></div><p id="other" lang="fr"></p>';
  expect(languageOf(document.getElementById('inner'))).toBe('zh');
  expect(languageOf(document.getElementById('other'))).toBe('en');
  expect(languageOf(null)).toBe('en');
  expect(LANGUAGES).toContain(language());
});

test('both languages have the same messages with the same values', () => {
  expect(Object.keys(chinese)).toEqual(Object.keys(english));
  const named = (message: unknown) => [...new Set(JSON.stringify(message).match(/\{\w+\}/g))].sort();
  for (const key of Object.keys(english)) {
    expect([key, named(chinese[key])]).toEqual([key, named(english[key])]);
  }
});

test('every message key in a component exists', () => {
  const files = import.meta.glob<string>(['../**/*.{svelte,ts}', '!../**/*.test.ts'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const said = Object.values(files).flatMap((text) =>
    [...text.matchAll(/(?<![#.\w])say\(\s*'([^']+)'/g)].map(([, key]) => key),
  );
  expect(said.filter((key) => !((key as string) in english))).toEqual([]);
});
