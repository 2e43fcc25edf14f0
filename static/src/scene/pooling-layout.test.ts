/** No map of the pooling exhibit leaves its figure or lies on another, from a phone to a projector. */

import { describe, expect, it } from 'vitest';

import { overlap, type Box } from './box';
import type { Pooling } from './pooling';
import { arrangeFork, arrangePair, arrangeTrio, groundOf, snapped, STACKED, TALL } from './pooling-layout';

const WIDTHS = [328, 559, 560, 720, 1100, 1600];
const SIZES = [4, 6, 16, 28, 64, 256];
const square = (side: number) => ({ height: side, width: side });
const half = (side: number) => square(Math.ceil(side / 2));

function apart(boxes: Box[], width: number, height: number): void {
  for (const [index, box] of boxes.entries()) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(width + 0.5);
    expect(box.y + box.height).toBeLessThanOrEqual(height + 0.5);
    for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
  }
}

describe.each(WIDTHS)('in %i pixels', (width) => {
  it.each(SIZES)('a map of %i and what it is pooled to', (side) => {
    const pair = arrangePair(width, square(side), half(side));
    apart([pair.input.box, pair.output.box], width, pair.height);
    expect(pair.stacked).toBe(width < STACKED && side > 7);
    expect(pair.input.cell).toBe(pair.output.cell);
  });

  it.each(SIZES)('a map of %i beside what it is pooled to, half as tall', (side) => {
    const pair = arrangePair(width, square(side), half(side), TALL / 2, true);
    apart([pair.input.box, pair.output.box], width, pair.height);
    expect(pair.stacked).toBe(false);
    expect(pair.input.box.height).toBeLessThanOrEqual(TALL / 2);
  });

  it.each(SIZES.slice(1, 5))('a map of %i before and after it moves', (side) => {
    const trio = arrangeTrio(width, [square(side), square(side - 4), half(side - 4)]);
    apart([...trio.rows.flatMap((row) => row.maps.map(({ box }) => box)), trio.curve], width, trio.height);
  });

  it.each(SIZES.slice(1, 5))('a map of %i pooled, and strided', (side) => {
    const fork = arrangeFork(width, square(side), square(side - 2), [half(side - 2), half(side - 2)]);
    apart([fork.input.box, fork.map.box, fork.pooled.box, fork.strided.box], width, fork.height);
  });
});

it('a cell is whole pixels, a part of one only where it must be', () => {
  expect([100, 44.9, 7.9, 1, 0.7, 0.1].map(snapped)).toEqual([44, 44, 7, 1, 0.5, 0.25]);
});

it('the ground has the padding and what the last window sticks out by', () => {
  const pooling: Pooling = {
    kind: 'max',
    window: [3, 3],
    stride: [2, 2],
    padding: [1, 0],
    ceil: true,
    coefficient: 1,
    bias: 0,
  };
  expect(groundOf(pooling, { height: 5, width: 6 })).toEqual({ top: 1, left: 0, height: 7, width: 7 });
  expect(groundOf({ ...pooling, kind: 'global-average' }, { height: 5, width: 6 })).toMatchObject({ height: 5, width: 6 }); // prettier-ignore
});
