/** PyTorch script that computes the displayed values, with the exact input. */

import type { Problem } from './convolution';
import { figure } from './convolution-inputs';

const INLINE = 1024; // most numbers written into the script; a larger input is loaded from a file

/** File name of a large input. */
export const FILE = 'input.safetensors';

export interface Snippet {
  code: string;
  /** True if the script loads the input from a file. */
  file: boolean;
}

type Nested = number | Nested[];

/** Flat numbers as nested lists. */
function nest(data: ArrayLike<number>, shape: number[], start = 0): Nested {
  const [length = 0, ...rest] = shape;
  const step = rest.reduce((product, side) => product * side, 1);
  return Array.from({ length }, (_, index) =>
    rest.length === 0 ? (data[start + index] ?? 0) : nest(data, rest, start + index * step),
  );
}

/** Nested lists in Python syntax, one row per line. */
function python(value: Nested, indent: number): string {
  if (typeof value === 'number') return figure(value);
  if (value.every((item) => typeof item === 'number')) return `[${value.map((item) => python(item, 0)).join(', ')}]`;
  const inner = value.map((item) => python(item, indent + 1));
  return `[${inner.join(`,\n${' '.repeat(indent + 1)}`)}]`;
}

function tensor(name: string, data: ArrayLike<number>, shape: number[]): string {
  const start = `${name} = torch.tensor(`;
  return `${start}${python(nest(data, shape), start.length)}, dtype=torch.float32)  # ${shape.join(' x ')}`;
}

/** Weights in the order of PyTorch's transposed convolution: input channels first. */
function inputsFirst({ filters, settings }: Problem): Float32Array {
  const { out, into, height, width, data } = filters;
  const [area, each] = [height * width, out / settings.groups];
  const turned = new Float32Array(data.length);
  for (let map = 0; map < out; map += 1) {
    for (let index = 0; index < into; index += 1) {
      const channel = Math.floor(map / each) * into + index;
      const from = (map * into + index) * area;
      turned.set(data.subarray(from, from + area), (channel * each + (map % each)) * area);
    }
  }
  return turned;
}

function weights(problem: Problem): string {
  const { filters, settings } = problem;
  const { out, into, height, width } = filters;
  if (!settings.transposed) return tensor('kernel', filters.data, [out, into, height, width]);
  const shape = [into * settings.groups, out / settings.groups, height, width];
  return tensor('kernel', inputsFirst(problem), shape);
}

const pair = (name: string, [down, across]: readonly [number, number], defaultValue: number): string[] => {
  if (down === defaultValue && across === defaultValue) return [];
  return [`${name}=${down === across ? down : `(${down}, ${across})`}`];
};

/** Arguments that differ from PyTorch's defaults. */
function options({ bias, settings }: Problem, padding: readonly [number, number]): string {
  const { stride, dilation, groups, transposed, outputPadding } = settings;
  return [
    ...(bias.length > 0 ? ['bias'] : []),
    ...pair('stride', stride, 1),
    ...pair('padding', padding, 0),
    ...(transposed ? pair('output_padding', outputPadding, 0) : []),
    ...pair('dilation', dilation, 1),
    ...(groups > 1 ? [`groups=${groups}`] : []),
  ]
    .map((option) => `, ${option}`)
    .join('');
}

function operation(problem: Problem): string[] {
  const { padding, paddingMode, transposed, flip } = problem.settings;
  const [top, bottom, left, right] = padding;
  const even = top === bottom && left === right && (paddingMode === 'zeros' || padding.every((side) => side === 0));
  const kernel = flip ? 'kernel.flip(-2, -1)' : 'kernel';
  const name = transposed ? 'conv_transpose2d' : 'conv2d';
  const call = `F.${name}(input, ${kernel}${options(problem, even ? [top, left] : [0, 0])})`;
  if (even) return [`output = ${call}`];
  if (transposed)
    return [
      `output = ${call}`,
      `output = output[..., ${top}:output.shape[-2] - ${bottom}, ${left}:output.shape[-1] - ${right}]`,
    ];
  const mode = paddingMode === 'zeros' ? '' : `, mode="${paddingMode}"`;
  return [`input = F.pad(input, (${left}, ${right}, ${top}, ${bottom})${mode})`, `output = ${call}`];
}

/** A script that prints the shape and values of the output. */
export function snippet(problem: Problem): Snippet {
  const { input, bias } = problem;
  const file = input.data.length > INLINE;
  const lines = [
    'import torch',
    'import torch.nn.functional as F',
    ...(file ? ['from safetensors.torch import load_file'] : []),
    '',
    file
      ? `input = load_file("${FILE}")["input"]  # ${input.channels} x ${input.height} x ${input.width}`
      : tensor('input', input.data, [input.channels, input.height, input.width]),
    weights(problem),
    ...(bias.length > 0 ? [tensor('bias', bias, [bias.length])] : []),
    '',
    ...operation(problem),
    'print(output.shape)',
    'print(output)',
  ];
  return { code: `${lines.join('\n')}\n`, file };
}
