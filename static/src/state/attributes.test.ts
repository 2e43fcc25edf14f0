/** Attributes that are valid, out of bounds or malformed. */

import { expect, test } from 'vitest';

import { oneOf, integerWithin, within } from './attributes';

test('a name from the list, else the fallback', () => {
  expect(oneOf(['max', 'mean'], 'mean', 'max')).toBe('mean');
  expect(oneOf(['max', 'mean'], 'median', 'max')).toBe('max');
  expect(oneOf(['max', 'mean'], undefined, 'max')).toBe('max');
});

test('a number within its bounds, else the fallback', () => {
  expect(within('0.25', 0, 1, 0.5)).toBe(0.25);
  expect(within(7, 0, 1, 0.5)).toBe(1);
  for (const none of ['', ' ', 'x', undefined, null, NaN, 'Infinity']) expect(within(none, 0, 1, 0.5)).toBe(0.5);
  expect(integerWithin('2.6', 0, 10, 1)).toBe(3);
});
