/** A convolution unrolled: the network, the matrix and im2col all give what the convolution gives. */
// @vitest-environment node

import { describe, expect, it } from 'vitest';

import { convolve, fullPadding, outputSize, reaches, STILL, terms, type Problem, type Settings } from './convolution';
import {
  columns,
  flat,
  clampPosition,
  kernelRows,
  links,
  matrix,
  largestForNetwork,
  matrixShape,
  sourceOf,
  steer,
  tooLargeForNetwork,
  unflat,
  weightOf,
} from './unrolled';

const noise = (length: number, seed: number) =>
  Float32Array.from({ length }, (_, index) => Math.sin(seed + 12.9898 * (index + 1)) * 1.7);

function problem(
  [channels, height, width]: [number, number, number],
  [out, into, tall, wide]: [number, number, number, number],
  settings: Partial<Settings> = {},
): Problem {
  return {
    input: { channels, height, width, data: noise(channels * height * width, 1) },
    filters: { out, into, height: tall, width: wide, data: noise(out * into * tall * wide, 2) },
    bias: noise(out, 3),
    settings: { ...STILL, ...settings },
  };
}

const KNOWN: Problem = {
  input: { channels: 1, height: 3, width: 3, data: Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9]) },
  filters: { out: 1, into: 1, height: 2, width: 2, data: Float32Array.from([1, 2, 3, 4]) },
  bias: new Float32Array(),
  settings: STILL,
};

const SETTINGS: [string, Problem][] = [
  ['plain', problem([1, 5, 4], [1, 1, 3, 2])],
  ['turned', problem([1, 5, 4], [2, 1, 3, 2], { flip: true })],
  [
    'strided, dilated, unevenly padded',
    problem([2, 7, 6], [3, 2, 3, 3], { stride: [2, 1], dilation: [1, 2], padding: [1, 0, 2, 1] }),
  ],
  ['grouped', problem([4, 4, 4], [4, 2, 2, 2], { groups: 2 })],
  ['depthwise', problem([3, 4, 4], [3, 1, 3, 3], { groups: 3, padding: [1, 1, 1, 1] })],
  ['reflecting', problem([1, 5, 5], [1, 1, 3, 3], { padding: [2, 2, 2, 2], paddingMode: 'reflect' })],
  ['circular', problem([1, 4, 5], [1, 1, 3, 3], { padding: fullPadding(3, 3, [1, 1]), paddingMode: 'circular' })],
  ['replicating', problem([1, 4, 5], [1, 1, 3, 3], { padding: [1, 2, 0, 3], paddingMode: 'replicate', flip: true })],
];
const TRANSPOSED: [string, Problem][] = [
  ['transposed', problem([1, 3, 3], [1, 1, 3, 3], { transposed: true, stride: [2, 2] })],
  [
    'transposed and cropped',
    problem([2, 3, 4], [2, 2, 3, 2], { transposed: true, padding: [1, 1, 1, 1], outputPadding: [0, 0] }),
  ],
];

describe.each([...SETTINGS, ...TRANSPOSED])('%s', (_, given) => {
  const output = convolve(given);

  it('the matrix times the flattened input, plus the bias, is the convolution', () => {
    const { entries, rows, cols } = matrix(given);
    expect({ rows, cols }).toEqual(matrixShape(given));
    const product = Float64Array.from(
      { length: rows },
      (_, row) => given.bias[Math.floor(row / (output.height * output.width))] ?? 0,
    );
    for (const { row, col, value } of entries)
      product[row] = (product[row] ?? 0) + value * (given.input.data[col] ?? NaN);
    product.forEach((value, row) => expect(value).toBeCloseTo(output.data[row] ?? NaN, 4));
  });

  it('every connection carries the weight that it names', () => {
    for (let map = 0; map < given.filters.out; map += 1) {
      for (const link of links(given, map)) expect(link.value).toBe(given.filters.data[link.weight]);
    }
  });

  it('what is seen from an output is seen from the input', () => {
    const { height, width } = given.input;
    const all = links(given, 0);
    const cell = { channel: 0, row: 1, col: 2 };
    const from = (cell.channel * height + cell.row) * width + cell.col;
    const sums = new Map<number, number>();
    for (const link of all.filter((one) => one.from === from)) sums.set(link.to, (sums.get(link.to) ?? 0) + link.value);
    const reached = reaches(given, cell).filter(({ map }) => map === 0);
    expect([...sums.keys()].sort((a, b) => a - b)).toEqual(
      reached.map((one) => flat(one, output)).sort((a, b) => a - b),
    );
    for (const one of reached) expect(sums.get(flat(one, output))).toBeCloseTo(one.weight, 5);
  });
});

describe.each(SETTINGS)('%s', (_, given) => {
  it('the kernels as rows times the columns of im2col, plus the bias, are the convolution', () => {
    const output = convolve(given);
    const [found, kernels] = [columns(given), kernelRows(given)];
    if (found === null) throw new Error('no columns');
    expect(kernels.cols).toBe(found.rows);
    for (let map = 0; map < kernels.rows; map += 1) {
      for (let cell = 0; cell < found.cols; cell += 1) {
        let sum = given.bias[map] ?? 0;
        for (let tap = 0; tap < found.rows; tap += 1) {
          const weight = kernels.values[map * kernels.cols + tap] ?? NaN;
          if (!Number.isNaN(weight)) sum += weight * (found.values[tap * found.cols + cell] ?? NaN);
        }
        expect(sum).toBeCloseTo(output.data[map * found.cols + cell] ?? NaN, 4);
      }
    }
  });
});

it('knows the answer by hand', () => {
  const { entries } = matrix(KNOWN);
  expect(entries.filter(({ row }) => row === 0).map(({ col, value }) => [col, value])).toEqual([
    [0, 1],
    [1, 2],
    [3, 3],
    [4, 4],
  ]);
  expect([...(columns(KNOWN)?.values ?? [])]).toEqual([1, 2, 4, 5, 2, 3, 5, 6, 4, 5, 7, 8, 5, 6, 8, 9]);
  expect(links(KNOWN, 0)).toHaveLength(16);
});

it('shares each weight among all windows that lie inside', () => {
  const counts = new Map<number, number>();
  for (const { weight } of links(KNOWN, 0)) counts.set(weight, (counts.get(weight) ?? 0) + 1);
  expect([...counts.values()]).toEqual([4, 4, 4, 4]);
});

it('finds the padding as zeros and each term at its own weight', () => {
  const given = problem([1, 3, 3], [1, 1, 3, 3], { padding: [1, 1, 1, 1] });
  const found = terms(given, { map: 0, row: 0, col: 0 });
  expect(found.map((term) => sourceOf(given, term))).toEqual([null, null, null, null, 0, 1, null, 3, 4]);
  expect(found.map((term) => weightOf(given, 0, term))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

it('a transposed convolution has no columns, and its matrix is the transpose of the straight one', () => {
  const straight = problem([1, 5, 5], [1, 1, 3, 3], { stride: [2, 2] });
  const back: Problem = {
    ...straight,
    input: { channels: 1, height: 2, width: 2, data: noise(4, 5) },
    settings: { ...straight.settings, transposed: true },
  };
  expect(columns(back)).toBeNull();
  expect(
    matrix(back)
      .entries.map(({ row, col, value }) => [col, row, value])
      .sort(),
  ).toEqual(
    matrix(straight)
      .entries.map(({ row, col, value }) => [row, col, value])
      .sort(),
  );
});

it('says what is too large', () => {
  expect(tooLargeForNetwork(KNOWN)).toBeNull();
  expect(tooLargeForNetwork(problem([1, 9, 4], [1, 1, 3, 3]))).toBe('input');
  expect(tooLargeForNetwork(problem([1, 8, 8], [1, 1, 3, 3], { transposed: true, stride: [2, 2] }))).toBe('output');
  expect(tooLargeForNetwork(problem([4, 8, 8], [1, 4, 5, 5], { padding: [2, 2, 2, 2] }))).toBe('links');
});

describe('the largest input whose network can be drawn', () => {
  it.each<[string, Problem, [number, number] | null]>([
    ['a digit', problem([1, 28, 28], [1, 1, 3, 3]), [8, 8]],
    ['a wide one', problem([1, 4, 16], [1, 1, 3, 3]), [4, 8]],
    ['one of many connections', problem([4, 8, 8], [1, 4, 5, 5], { padding: [2, 2, 2, 2] }), [4, 4]],
    ['one whose output is too large', problem([1, 8, 8], [1, 1, 3, 3], { transposed: true, stride: [2, 2] }), [5, 5]],
    ['a kernel larger than all that can be drawn', problem([1, 28, 28], [1, 1, 9, 9]), null],
  ])('%s', (_, of, sides) => {
    const found = largestForNetwork(of);
    expect(found && [found.height, found.width]).toEqual(sides);
    if (found === null) return;
    const larger = { channels: of.input.channels, height: found.height + 1, width: found.width + 1 };
    const fitting = problem([of.input.channels, found.height, found.width], [of.filters.out, of.filters.into, of.filters.height, of.filters.width], of.settings); // prettier-ignore
    expect(tooLargeForNetwork(fitting)).toBeNull();
    const data = new Float32Array(larger.channels * larger.height * larger.width);
    expect(tooLargeForNetwork({ ...of, input: { ...larger, data } })).not.toBeNull();
  });
});

describe('steering', () => {
  const size = { channels: 2, height: 2, width: 3 };
  const from = { map: 0, row: 0, col: 2 };

  it('goes on in the next row, and stays inside', () => {
    expect(steer('ArrowRight', from, size)).toEqual({ map: 0, row: 1, col: 0 });
    expect(steer('ArrowLeft', { map: 0, row: 1, col: 0 }, size)).toEqual(from);
    expect(steer('ArrowUp', from, size)).toBeNull();
    expect(steer('ArrowRight', { map: 0, row: 1, col: 2 }, size)).toBeNull();
    expect(steer('PageDown', from, size)).toEqual({ map: 1, row: 0, col: 2 });
    expect(steer('End', from, size)).toEqual({ map: 0, row: 1, col: 2 });
    expect(steer('x', from, size)).toBeNull();
  });

  it('keeps a place that the output no longer has inside it', () => {
    expect(clampPosition({ map: 3, row: 9, col: 1 }, KNOWN)).toEqual({ map: 0, row: 1, col: 1 });
    expect(unflat(flat({ map: 1, row: 1, col: 2 }, size), size)).toEqual({ map: 1, row: 1, col: 2 });
    expect(outputSize(KNOWN)).toEqual({ channels: 1, height: 2, width: 2 });
  });
});
