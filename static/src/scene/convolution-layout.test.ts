/** The figure's grids: within the width, none over another, and legible where they can be. */
// @vitest-environment node

import { describe, expect, test } from 'vitest';

import { overlap } from './box';
import { arrange, flow, grid, LEGIBLE, type Parts } from './convolution-layout';

function parts(channels: number, input: number, kernel: number, output: number, more: Partial<Parts> = {}): Parts {
  const square = (side: number) => ({ rows: side, cols: side });
  return {
    channels,
    together: false,
    spreads: false,
    reads: Array.from({ length: channels }, (_, channel) => channel),
    input: square(input),
    kernel: square(kernel),
    output: square(output),
    ...more,
  };
}

const CASES: [string, Parts][] = [
  ['small', parts(1, 6, 3, 4)],
  ['padded', parts(1, 8, 3, 6)],
  ['full, with the largest kernel', parts(1, 36, 11, 26)],
  ['transposed', parts(1, 5, 3, 11)],
  ['a grey photo', parts(1, 258, 3, 256)],
  ['a photo in colour', parts(3, 256, 5, 252, { together: true })],
  ['four channels', parts(4, 18, 3, 16)],
  ['a group of two', parts(4, 6, 3, 4, { reads: [2, 3] })],
  [
    'flat',
    parts(1, 3, 1, 3, { input: { rows: 1, cols: 16 }, kernel: { rows: 1, cols: 5 }, output: { rows: 1, cols: 12 } }),
  ],
];

describe.each([328, 700, 760, 1216, 1800])('%i px', (width) => {
  test.each(CASES)('%s', (_, one) => {
    const layout = arrange(one, width);
    for (const { box } of layout.grids) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
    }
    for (const [index, a] of layout.grids.entries())
      for (const b of layout.grids.slice(index + 1)) expect([a.part, b.part, overlap(a.box, b.box)]).toContain(false);
    const expected =
      one.reads.length > 1
        ? ['input', 'kernel', 'products', 'partial', 'output']
        : ['input', 'kernel', 'products', 'output'];
    expect(layout.grids.map(({ part }) => part)).toEqual(expect.arrayContaining(expected));
  });
});

test('the input and the output have cells of one size, so that their sizes compare', () => {
  const layout = arrange(parts(1, 8, 3, 3), 1216);
  expect(grid(layout, 'input')?.cell).toBe(grid(layout, 'output')?.cell);
  expect(grid(layout, 'input')?.cell).toBeGreaterThanOrEqual(LEGIBLE);
});

test('where the input is too fine for numbers, the values under the window are shown beside it', () => {
  expect(grid(arrange(parts(1, 8, 3, 6), 1216), 'patch')).toBeUndefined();
  expect(grid(arrange(parts(1, 130, 3, 128), 1216), 'patch')?.cell).toBeGreaterThanOrEqual(LEGIBLE);
});

test('a figure of one channel is seen whole on a laptop', () => {
  for (const [, one] of CASES.filter(([, { channels }]) => channels === 1))
    expect(arrange(one, 1216).height).toBeLessThan(440);
});

test('words flow onto lines; what does not fit is left over, with room to say so', () => {
  const room = { width: 7, head: 0, tail: 0, lines: 3 };
  expect(flow(['aaa', 'bbb', 'cc'], room)).toEqual({ lines: [[0, 1], [2]], left: 0 });
  expect(flow(['aaa', 'bbb', 'cc'], { ...room, head: 3 })).toEqual({ lines: [[0], [1, 2]], left: 0 });
  expect(flow(['aaa', 'bbb', 'cc', 'd'], { ...room, width: 3, lines: 2 })).toEqual({ lines: [[0], [1]], left: 2 });
  expect(flow(['aaa', 'b', 'c', 'd'], { ...room, width: 4, tail: 2, lines: 2 }).left).toBeGreaterThan(0);
});
