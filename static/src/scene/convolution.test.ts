/** Known answers, and that terms, reaches and partial maps agree with the values for every setting. */
// @vitest-environment node

import { describe, expect, test } from 'vitest';

import {
  convolve,
  fullPadding,
  macs,
  outputSize,
  padded,
  parameters,
  partials,
  reaches,
  samePadding,
  STILL,
  terms,
  type Problem,
  type Settings,
} from './convolution';
import { dropped, sizeFormula } from './convolution-formula';
import { chance } from './convolution-inputs';

interface Sizes {
  channels?: number;
  height?: number;
  width?: number;
  out?: number;
  kernel?: [number, number];
  bias?: boolean;
}

function problem(settings: Partial<Settings> = {}, sizes: Sizes = {}): Problem {
  const { channels = 1, height = 5, width = 5, out = 1, kernel = [3, 3], bias = false } = sizes;
  const next = chance(7);
  const numbers = (length: number) => Float32Array.from({ length }, () => Math.round(next() * 19) - 9);
  const all = { ...STILL, ...settings };
  const into = channels / all.groups;
  return {
    input: { channels, height, width, data: numbers(channels * height * width) },
    filters: { out, into, height: kernel[0], width: kernel[1], data: numbers(out * into * kernel[0] * kernel[1]) },
    bias: bias ? numbers(out) : new Float32Array(),
    settings: all,
  };
}

function known(settings: Partial<Settings>): Problem {
  return {
    input: { channels: 1, height: 3, width: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9) },
    filters: { out: 1, into: 1, height: 2, width: 2, data: Float32Array.of(1, 2, 3, 4) },
    bias: new Float32Array(),
    settings: { ...STILL, ...settings },
  };
}

describe('known answers', () => {
  test('cross-correlation of 1…9 with 1…4', () => {
    expect([...convolve(known({})).data]).toEqual([37, 47, 67, 77]);
  });

  test('convolution turns the kernel', () => {
    expect([...convolve(known({ flip: true })).data]).toEqual([23, 33, 53, 63]);
  });

  test('a transposed convolution puts a copy of the kernel at each cell and adds them up', () => {
    const spread = {
      ...known({ transposed: true }),
      input: { channels: 1, height: 1, width: 2, data: Float32Array.of(1, 10) },
    };
    expect([...convolve(spread).data]).toEqual([1, 12, 20, 3, 34, 40]);
  });

  test.each([
    [4, 3, 1, 0, 2],
    [5, 4, 1, 2, 6],
    [5, 3, 1, 1, 5],
    [5, 3, 1, 2, 7],
    [5, 3, 2, 0, 2],
    [5, 3, 2, 1, 3],
    [6, 3, 2, 1, 3],
  ])('input %i, kernel %i, stride %i, padding %i: output %i', (height, k, s, p, out) => {
    const one = problem({ stride: [s, s], padding: [p, p, p, p] }, { height, width: height, kernel: [k, k] });
    expect(outputSize(one)).toEqual({ channels: 1, height: out, width: out });
    expect(sizeFormula(one, 0).length).toBe(out);
  });

  test('dilation 2: 7, 3, 1, 0 gives 3', () => {
    expect(outputSize(problem({ dilation: [2, 2] }, { height: 7, width: 7 })).height).toBe(3);
  });

  test.each([
    [2, 3, 1, 0, 0, 4],
    [6, 4, 1, 2, 0, 5],
    [5, 3, 1, 1, 0, 5],
    [2, 3, 2, 0, 0, 5],
    [3, 3, 2, 1, 0, 5],
    [3, 3, 2, 1, 1, 6],
  ])(
    'transposed: input %i, kernel %i, stride %i, padding %i, output padding %i: output %i',
    (height, k, s, p, o, out) => {
      const settings: Partial<Settings> = {
        transposed: true,
        stride: [s, s],
        padding: [p, p, p, p],
        outputPadding: [o, o],
      };
      const one = problem(settings, { height, width: height, kernel: [k, k] });
      expect(outputSize(one).height).toBe(out);
      expect(sizeFormula(one, 1).length).toBe(out);
    },
  );

  test('6 x 3 x 2 x 1 drops a row and a column, and the formula shows the floor', () => {
    const one = problem({ stride: [2, 2], padding: [1, 1, 1, 1] }, { height: 6, width: 6 });
    expect(dropped(one)).toEqual({ rows: 1, columns: 1 });
    expect(sizeFormula(one, 0).numbers).toContain('\\lfloor 2.5 \\rfloor');
  });

  test('28 x 28 x 192 to 32 maps by 5 x 5 is 120 million multiplications', () => {
    const one = problem(
      { padding: samePadding(5, 5, [1, 1]) },
      { channels: 192, height: 28, width: 28, out: 32, kernel: [5, 5] },
    );
    expect(macs(one)).toBe(120_422_400);
    expect(parameters(one)).toBe(153_600);
  });

  test('same keeps the size, also of even kernels; full has every overlap', () => {
    const same = problem({ padding: samePadding(4, 3, [1, 2]), dilation: [1, 2] }, { kernel: [4, 3] });
    expect(outputSize(same)).toMatchObject({ height: 5, width: 5 });
    const full = problem({ padding: fullPadding(3, 2, [1, 1]) }, { kernel: [3, 2] });
    expect(outputSize(full)).toMatchObject({ height: 7, width: 6 });
  });
});

test.each([
  ['zeros', [0, 0, 1, 2, 3, 0]],
  ['reflect', [3, 2, 1, 2, 3, 2]],
  ['replicate', [1, 1, 1, 2, 3, 3]],
  ['circular', [2, 3, 1, 2, 3, 1]],
] as const)('padding by %s', (paddingMode, expected) => {
  const input = { channels: 1, height: 1, width: 3, data: Float32Array.of(1, 2, 3) };
  const row = padded({ input, settings: { ...STILL, paddingMode, padding: [0, 0, 2, 1] } });
  expect([...row.data]).toEqual(expected);
});

const CASES: [string, Problem][] = [
  ['nothing special', problem()],
  ['stride', problem({ stride: [2, 3], padding: [1, 0, 2, 1] }, { height: 7, width: 8 })],
  ['reflect and dilation', problem({ padding: [2, 1, 1, 2], paddingMode: 'reflect', dilation: [2, 1], flip: true })],
  ['circular', problem({ padding: [3, 3, 1, 1], paddingMode: 'circular' }, { height: 4 })],
  ['replicate and stride', problem({ padding: [1, 1, 1, 1], paddingMode: 'replicate', stride: [2, 2] })],
  ['channels and filters', problem({}, { channels: 3, out: 2, bias: true })],
  ['groups', problem({ groups: 2, flip: true }, { channels: 4, out: 4, kernel: [2, 3], bias: true })],
  ['depthwise', problem({ groups: 3 }, { channels: 3, out: 3 })],
  [
    'transposed',
    problem({ transposed: true, stride: [2, 2], padding: [1, 1, 1, 1], outputPadding: [1, 0] }, { bias: true }),
  ],
  [
    'transposed, cropped unevenly, dilated, in groups',
    problem(
      { transposed: true, stride: [2, 1], padding: [0, 1, 2, 0], dilation: [1, 2], groups: 2, flip: true },
      { channels: 2, out: 4, height: 3, width: 4, kernel: [2, 3] },
    ),
  ],
];

describe.each(CASES)('%s', (_, one) => {
  const output = convolve(one);
  const at = (map: number, row: number, col: number) => (map * output.height + row) * output.width + col;

  test('the products of every cell add up to its value', () => {
    for (let index = 0; index < output.data.length; index += 1) {
      const map = Math.floor(index / (output.height * output.width));
      const place = { map, row: Math.floor(index / output.width) % output.height, col: index % output.width };
      const sum = terms(one, place).reduce((total, term) => total + term.product, one.bias[map] ?? 0);
      expect(sum).toBe(output.data[index]);
    }
  });

  test('the partial maps and the bias add up to the output', () => {
    for (let map = 0; map < output.channels; map += 1) {
      const parts = partials(one, map);
      const area = output.height * output.width;
      for (let index = 0; index < area; index += 1) {
        const sum = Array.from({ length: parts.channels }, (_, part) => parts.data[part * area + index] ?? 0);
        expect(sum.reduce((total, value) => total + value, one.bias[map] ?? 0)).toBe(output.data[map * area + index]);
      }
    }
  });

  test('an input cell reaches exactly the outputs that change with it, by its weight', () => {
    const { channels, height, width, data } = one.input;
    for (let index = 0; index < channels * height * width; index += 1) {
      const grown = data.slice();
      grown[index] = (grown[index] ?? 0) + 1;
      const changed = convolve({ ...one, input: { ...one.input, data: grown } }).data;
      const expected = changed.map((value, place) => value - (output.data[place] ?? 0));
      const found = new Float32Array(output.data.length);
      const cell = {
        channel: Math.floor(index / (height * width)),
        row: Math.floor(index / width) % height,
        col: index % width,
      };
      for (const reach of reaches(one, cell)) found[at(reach.map, reach.row, reach.col)] = reach.weight;
      expect([...found]).toEqual([...expected]);
    }
  });
});
