/** Pooling: shapes, values, winners and gradients as by hand and as torch.nn.functional gives them. */

import { describe, expect, it } from 'vitest';

import {
  dropped,
  gradientOf,
  overlaps,
  pool,
  pooledSize,
  windowCells,
  readers,
  shares,
  sideLength,
  squash,
  sumOf,
  upTo,
  winnerOf,
  type Pooling,
} from './pooling';
import golden from './pooling.golden.json';
import { fromNested, volume } from './volume';

const MAX: Pooling = {
  kind: 'max',
  window: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  ceil: false,
  coefficient: 0.25,
  bias: 0,
};
const FOUR = fromNested([
  [1, 1, 2, 4],
  [5, 6, 7, 8],
  [3, 2, 1, 0],
  [1, 2, 3, 4],
]);

describe('known answers', () => {
  it('the largest of each 2×2 window, and where it stood', () => {
    const { output, indices } = pool(FOUR, MAX);
    expect([...output.data]).toEqual([6, 8, 3, 4]);
    expect([...(indices ?? [])]).toEqual([5, 7, 8, 15]);
  });

  it('the average, the square root of the squares, the average of the map', () => {
    expect([...pool(FOUR, { ...MAX, kind: 'average' }).output.data]).toEqual([3.25, 5.25, 2, 2]);
    const [first] = pool(FOUR, { ...MAX, kind: 'l2' }).output.data;
    expect(first).toBe(Math.fround(Math.sqrt(1 + 1 + 25 + 36)));
    expect([...pool(FOUR, { ...MAX, kind: 'global-average' }).output.data]).toEqual([3.125]);
  });

  it('subsampling: coefficient times the sum, plus the bias, and then squashed', () => {
    const { output, before } = pool(FOUR, { ...MAX, kind: 'subsampling', coefficient: 0.5, bias: -1 });
    expect([...(before?.data ?? [])]).toEqual([5.5, 9.5, 3, 3]);
    expect([...output.data]).toEqual([5.5, 9.5, 3, 3].map((value) => Math.fround(squash(value))));
    expect(squash(1)).toBeCloseTo(1, 4);
  });

  it.each([
    [[5, 5], 3, 1, 0, false, [3, 3]],
    [[28, 28], 2, 2, 0, false, [14, 14]],
    [[5, 5], 2, 2, 0, true, [3, 3]],
    [[5, 5], 3, 2, 1, false, [3, 3]],
    [[55, 55], 3, 2, 0, false, [27, 27]],
  ])('%s by %i, stride %i, padding %i, ceil %s gives %s', (from, window, stride, padding, ceil, to) => {
    const [height = 0, width = 0] = from;
    const pooling: Pooling = {
      ...MAX,
      window: [window, window],
      stride: [stride, stride],
      padding: [padding, padding],
    };
    expect(Object.values(pooledSize({ ...pooling, ceil }, { height, width }))).toEqual(to);
  });

  it('in ceil mode no window begins beyond the input', () => {
    expect(sideLength(4, 2, 3, 1, false)).toBe(2);
    expect(sideLength(4, 2, 3, 1, true)).toBe(2);
  });
});

describe.each(golden)('$kind $window stride $stride padding $padding ceil $ceil', (one) => {
  const pooling = { ...MAX, ...one } as unknown as Pooling;
  const input = volume(2, one.height, one.width, one.input);
  const pooled = pool(input, pooling);

  it('has the size and the values that torch gives', () => {
    expect(pooledSize(pooling, input)).toEqual({ height: one.output_shape[0], width: one.output_shape[1] });
    one.output.forEach((value, index) => expect(pooled.output.data[index]).toBeCloseTo(value, 5));
  });

  it('has the winners that torch gives', () => {
    expect(pooled.indices === null ? null : [...pooled.indices]).toEqual(one.indices);
  });

  it('sends the gradient back as autograd does', () => {
    const back = gradientOf(input, pooling, one.upstream);
    one.gradient.forEach((value, index) => expect(back.data[index]).toBeCloseTo(value, 4));
  });
});

describe('a window', () => {
  it('reaches into the padding, whose cells count in the average', () => {
    const corner = windowCells(FOUR, { ...MAX, kind: 'average', padding: [1, 1] }, { row: 0, col: 0 });
    expect(corner).toMatchObject({ top: -1, left: -1, padded: 3, divisor: 4 });
    expect(sumOf(corner)).toBe(1);
  });

  it('that sticks out beyond the padding is divided by what it holds', () => {
    const five = fromNested([[1, 2, 3, 4, 5]]);
    const last = windowCells(five, { ...MAX, window: [1, 2], stride: [1, 2], ceil: true }, { row: 0, col: 2 });
    expect(last).toMatchObject({ padded: 0, divisor: 1, width: 2 });
  });

  it('has the first of equal cells as its winner', () => {
    expect(winnerOf(windowCells(fromNested([[2, 2], [2, 1]]), MAX, { row: 0, col: 0 }))).toBe(0); // prettier-ignore
    expect(winnerOf(windowCells(fromNested([[-3, -1], [-2, -1]]), MAX, { row: 0, col: 0 }))).toBe(1); // prettier-ignore
  });

  it('shares out exactly what arrives, whether to one or to all', () => {
    for (const kind of ['max', 'average'] as const) {
      const parts = shares(windowCells(FOUR, { ...MAX, kind }, { row: 0, col: 1 }), { ...MAX, kind });
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(1);
    }
    const silent = windowCells(fromNested([[0, 0], [0, 0]]), MAX, { row: 0, col: 0 }); // prettier-ignore
    expect(shares(silent, { ...MAX, kind: 'l2' })).toEqual([0, 0, 0, 0]);
  });
});

it('the outputs that read a cell are those whose windows hold it', () => {
  const pooling: Pooling = { ...MAX, window: [3, 2], stride: [2, 1], padding: [1, 1], ceil: true };
  const size = pooledSize(pooling, FOUR);
  for (let place = 0; place < 16; place += 1) {
    const cell = { row: place >> 2, col: place & 3 };
    const holding = [];
    for (let row = 0; row < size.height; row += 1)
      for (let col = 0; col < size.width; col += 1)
        if (windowCells(FOUR, pooling, { row, col }).cells.some((one) => one.row === cell.row && one.col === cell.col))
          holding.push({ row, col });
    expect(readers(pooling, FOUR, cell)).toEqual(holding);
  }
});

it('windows overlap where they are larger than their stride', () => {
  expect(overlaps(MAX)).toBe(false);
  expect(overlaps({ ...MAX, window: [3, 3] })).toBe(true);
});

it('what the last window leaves over is told', () => {
  expect(dropped({ ...MAX, window: [3, 3] }, FOUR)).toEqual({ rows: 1, cols: 1 });
  expect(dropped({ ...MAX, window: [3, 3], ceil: true }, FOUR)).toEqual({ rows: 0, cols: 0 });
  expect(dropped({ ...MAX, kind: 'global-average' }, FOUR)).toEqual({ rows: 0, cols: 0 });
});

it('a gradient that has come as far as a position is that of the outputs before it', () => {
  expect([...upTo(1, 4)]).toEqual([1, 1, 0, 0]);
  expect([...gradientOf(FOUR, { ...MAX, kind: 'average' }, upTo(0, 4)).data].filter((value) => value !== 0)).toEqual([
    0.25, 0.25, 0.25, 0.25,
  ]);
});
