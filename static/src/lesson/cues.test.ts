/** Links in a lesson that set attributes of an exhibit. */

import { beforeEach, expect, test, vi } from 'vitest';

import { readCue, activateCues } from './cues';

beforeEach(() => {
  Element.prototype.scrollIntoView = vi.fn();
  window.matchMedia = () => ({ matches: true }) as MediaQueryList;
});

test('a fragment with a query names an exhibit and its attributes', () => {
  expect(readCue('#whole?layer=c3&map=4')).toEqual({
    id: 'whole',
    attributes: [
      ['layer', 'c3'],
      ['map', '4'],
    ],
  });
});

test('an ordinary fragment is no cue', () => {
  expect(readCue('#table-i')).toBeNull();
});

test('a cue cannot set event handlers or addresses', () => {
  expect(readCue('#whole?onclick=alert&style=x&src=y&layer=c1')?.attributes).toEqual([['layer', 'c1']]);
});

test('pressing a cue sets the attributes of its exhibit and marks the cue', () => {
  document.body.innerHTML =
    '<p><a href="#whole?layer=c3">C3</a> <a href="#whole?layer=c1">C1</a></p><i id="whole"></i>';
  activateCues(document);
  const [c3, c1] = document.querySelectorAll('a');
  c1?.click();
  c3?.click();
  expect(document.getElementById('whole')?.getAttribute('layer')).toBe('c3');
  expect(c3?.hasAttribute('aria-current')).toBe(true);
  expect(c1?.hasAttribute('aria-current')).toBe(false);
});
