/** The output size as a formula and with numbers, in TeX. */

import { outputSize, span, type Problem } from './convolution';

export interface SizeFormula {
  symbols: string;
  numbers: string;
  /** The quotient before rounding down; fractional if rows or columns are dropped. */
  exact: number;
  length: number;
}

interface Side {
  length: number;
  before: number;
  after: number;
  kernel: number;
  stride: number;
  dilation: number;
  outputPadding: number;
}

function side({ input, filters, settings }: Problem, axis: 0 | 1): Side {
  return {
    length: axis === 0 ? input.height : input.width,
    before: settings.padding[axis === 0 ? 0 : 2],
    after: settings.padding[axis === 0 ? 1 : 3],
    kernel: axis === 0 ? filters.height : filters.width,
    stride: settings.stride[axis],
    dilation: settings.dilation[axis],
    outputPadding: settings.outputPadding[axis],
  };
}

/** Rows and columns at the end of the padded input that no window reaches. */
export function dropped(problem: Problem): { rows: number; columns: number } {
  if (problem.settings.transposed) return { rows: 0, columns: 0 };
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const { length, before, after, kernel, stride, dilation } = side(problem, axis);
    return (length + before + after - span(kernel, dilation)) % stride;
  });
  return { rows: rows ?? 0, columns: columns ?? 0 };
}

const NAMES = [
  { size: 'H', before: 'p_t', after: 'p_b', kernel: 'k_h', stride: 's_h', dilation: 'd_h', extra: 'o_h' },
  { size: 'W', before: 'p_l', after: 'p_r', kernel: 'k_w', stride: 's_w', dilation: 'd_w', extra: 'o_w' },
] as const;

/** The number of output rows (axis 0) or columns (axis 1). */
export function sizeFormula(problem: Problem, axis: 0 | 1): SizeFormula {
  const one = side(problem, axis);
  const size = outputSize(problem);
  const length = axis === 0 ? size.height : size.width;
  return problem.settings.transposed ? grown(one, axis, length) : shrunk(one, axis, length);
}

/** Padding of both ends of an axis: twice the value if equal. */
function around(before: number | string, after: number | string, sign: '+' | '-'): string {
  if (before === after) return `${sign} 2\\cdot ${before}`;
  return sign === '+' ? `+ ${before} + ${after}` : `- (${before} + ${after})`;
}

function shrunk(one: Side, axis: 0 | 1, length: number): SizeFormula {
  const name = NAMES[axis];
  const { before, after, kernel, stride, dilation } = one;
  const over = one.length + before + after - span(kernel, dilation);
  const fraction = (top: string, below: string) => `\\left\\lfloor\\dfrac{${top}}{${below}}\\right\\rfloor + 1`;
  const top = `${name.size} + ${name.before} + ${name.after} - ${name.dilation}(${name.kernel} - 1) - 1`;
  const numbers = `${one.length} ${around(before, after, '+')} - ${dilation}\\cdot(${kernel} - 1) - 1`;
  const exact = over / stride;
  const floor = Number.isInteger(exact) ? '' : `= \\lfloor ${Number(exact.toFixed(2))} \\rfloor + 1`;
  return {
    symbols: `${name.size}' = ${fraction(top, name.stride)}`,
    numbers: `${name.size}' = ${fraction(numbers, String(stride))} ${floor} = ${length}`,
    exact: exact + 1,
    length,
  };
}

function grown(one: Side, axis: 0 | 1, length: number): SizeFormula {
  const name = NAMES[axis];
  const { before, after, kernel, stride, dilation, outputPadding } = one;
  return {
    symbols: `${name.size}' = (${name.size} - 1)\\,${name.stride} - ${name.before} - ${name.after} + ${name.dilation}(${name.kernel} - 1) + ${name.extra} + 1`,
    numbers: `${name.size}' = (${one.length} - 1)\\cdot ${stride} ${around(before, after, '-')} + ${dilation}\\cdot(${kernel} - 1) + ${outputPadding} + 1 = ${length}`,
    exact: length,
    length,
  };
}
