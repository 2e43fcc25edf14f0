/** Impossible settings are reported with their control and limit. */
// @vitest-environment node

import { expect, test } from 'vitest';

import { STILL, type Settings } from './convolution';
import { firstProblem, type Outline } from './convolution-limits';

function outline(
  settings: Partial<Settings> = {},
  other: Partial<Outline['filters'] & Outline['input']> = {},
): Outline {
  const { channels = 1, out = 1, into = channels } = other;
  return {
    input: { channels, height: 5, width: 5 },
    filters: { out, into, height: other.height ?? 3, width: other.width ?? 3 },
    settings: { ...STILL, ...settings },
  };
}

const sum = (value: number): Settings['padding'] => [value, value, value, value];

test('what PyTorch computes is not complained about', () => {
  expect(firstProblem(outline())).toBeNull();
  expect(firstProblem(outline({ padding: sum(4), paddingMode: 'reflect' }))).toBeNull();
  expect(firstProblem(outline({ padding: sum(5), paddingMode: 'circular' }))).toBeNull();
  expect(firstProblem(outline({ transposed: true, stride: [2, 2], outputPadding: [1, 1] }))).toBeNull();
  expect(firstProblem(outline({ groups: 4 }, { channels: 4, out: 4, into: 1 }))).toBeNull();
});

test.each<[string, string, Outline]>([
  ['kernel', 'too_large', outline({}, { height: 6 })],
  ['kernel', 'too_large', outline({ dilation: [3, 1] })],
  ['kernel', 'kernel_side', outline({ padding: sum(9) }, { width: 12 })],
  ['stride', 'stride', outline({ stride: [0, 1] })],
  ['stride', 'stride', outline({ stride: [1, 1.5] })],
  ['dilation', 'dilation', outline({ dilation: [1, 0] })],
  ['padding', 'padding', outline({ padding: [0, 0, -1, 0] })],
  ['padding', 'reflect', outline({ padding: sum(5), paddingMode: 'reflect' })],
  ['padding', 'circular', outline({ padding: sum(6), paddingMode: 'circular' })],
  ['padding-mode', 'mode_transposed', outline({ transposed: true, paddingMode: 'reflect' })],
  ['padding', 'nothing_left', outline({ transposed: true, padding: sum(4) })],
  ['groups', 'groups', outline({ groups: 2 }, { channels: 3, out: 2 })],
  ['groups', 'groups', outline({ groups: 2 }, { channels: 2, out: 3, into: 1 })],
  ['output-padding', 'output_padding', outline({ transposed: true, stride: [2, 2], outputPadding: [2, 0] })],
  ['filters', 'filters', outline({}, { out: 65 })],
])('%s: %s', (field, key, one) => {
  expect(firstProblem(one)).toMatchObject({ field, key });
});

test('too many outputs and too many multiplications are counted, not allocated', () => {
  const photo = outline({ padding: sum(5) }, { channels: 4, out: 64, height: 11, width: 11 });
  photo.input = { channels: 4, height: 256, width: 256 };
  expect(firstProblem(photo)).toMatchObject({ field: 'filters', key: 'outputs', values: { count: 64 * 65_536 } });
  const heavy = { ...photo, filters: { ...photo.filters, out: 16 } };
  expect(firstProblem(heavy)).toMatchObject({ field: 'kernel', key: 'macs' });
});
