/** Names beside rows: they get the room they take, and no more than there is. */

import { expect, test } from 'vitest';

import { truncated, labelWidth, widthOf } from './names';

test('Chinese signs are about twice as wide as letters', () => {
  expect(widthOf('草地')).toBeGreaterThan(1.8 * widthOf('ab'));
});

test('short names get the least, long ones the most that there is', () => {
  expect(labelWidth(['0', '9'], 24, 200)).toBe(24);
  expect(labelWidth(['a warm evening sky', 'meadow'], 24, 200)).toBeGreaterThan(100);
  expect(labelWidth(['x'.repeat(200)], 24, 200)).toBe(200);
  expect(labelWidth([], 24, 200)).toBe(24);
});

test.each(['7', 'a warm evening sky', '一个很长的类别名称，还有更多'])('%s fits, or as much of it as fits', (name) => {
  expect(truncated(name, labelWidth([name], 24, 1000))).toBe(name);
  const short = truncated(name, 60);
  expect(widthOf(short)).toBeLessThanOrEqual(60);
  expect(short === name || (short.endsWith('…') && name.startsWith(short.slice(0, -1)))).toBe(true);
});
