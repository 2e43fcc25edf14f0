/** Reasons of refusals: in both languages by their code, with the field where it is not beside its control. */

import { afterEach, expect, test } from 'vitest';

import { problemText, reasonText } from './why';
import { setLanguage } from './words';

afterEach(() => setLanguage('en'));

const detail = 'stride: a whole number from 1 to 256 is needed, or 2 in a list; 0 was sent';
const why = {
  code: 'no-whole-numbers',
  values: { field: 'stride', minimum: 1, maximum: 256, length: 2, sent: '0' },
};

test('a reason that names its field is the sentence of the server in English, and Chinese on a Chinese page', () => {
  expect(problemText({ detail, why })).toBe(detail);
  setLanguage('zh');
  expect(problemText({ detail, why })).toBe('stride：需要 1 到 256 的整数，或由 2 个这样的数组成的列表；收到 0');
});

test('beside its control a reason does not name the field', () => {
  setLanguage('zh');
  expect(reasonText(why, detail)).toBe('需要 1 到 256 的整数，或由 2 个这样的数组成的列表；收到 0');
});

test('without a code, and with one that the page does not know, the sentence of the server stays', () => {
  setLanguage('zh');
  expect(problemText({ detail, why: null })).toBe(detail);
  expect(problemText({ detail, why: { code: 'from-the-future', values: { field: 'stride' } } })).toBe(detail);
});
