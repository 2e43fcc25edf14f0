/** One channel of a problem by way of its frequencies: the question, the spectra that are drawn, and where a cell lies in them. */

import { firstChannel, outputSize, type Position, type Problem } from '../../../scene/convolution';
import {
  circularPlace,
  dilated,
  enlarged,
  inverse,
  magnitudes,
  PREVIEWED,
  product,
  transform,
} from '../../../scene/spectrum';
import { channel, rows } from '../../../scene/volume';

export const PARTS = ['input', 'kernel', 'product'] as const;
export type Part = (typeof PARTS)[number];

export type Answer = Record<`${Part}_spectrum_${'real' | 'imag'}`, number[][]> & {
  output: number[][];
  circular: number[][];
  difference: number;
};

export type Spectra = Record<Part | 'output', Float64Array>;

/** One input channel and the kernel of one map for it, dilated, as large as the input. */
export interface Pair {
  height: number;
  width: number;
  values: Float32Array;
  kernel: { values: Float64Array; height: number; width: number };
  /** In the corner of a map of the input's size; empty where it does not fit. */
  laid: Float64Array;
  fits: boolean;
}

export function pair(problem: Problem, map: number, index: number): Pair {
  const { filters, settings, input } = problem;
  const area = filters.height * filters.width;
  const start = (map * filters.into + index) * area;
  const own = filters.data.subarray(start, start + area);
  const kernel = dilated(own, [filters.height, filters.width], settings.dilation);
  const fits = kernel.height <= input.height && kernel.width <= input.width;
  const { height, width } = input;
  return {
    height,
    width,
    values: channel(input, firstChannel(problem, map) + index),
    kernel,
    laid: fits ? enlarged(kernel.values, [kernel.height, kernel.width], [height, width]) : new Float64Array(),
    fits,
  };
}

export function spectrumPayload({ values, width, kernel }: Pair, flip: boolean) {
  return { input: rows(values, width), kernel: rows(kernel.values, kernel.width), flip };
}

/** Preview computed in the browser; null if the input is large or the kernel does not fit. */
export function preview({ height, width, values, laid, fits }: Pair, flip: boolean): Spectra | null {
  if (!fits || Math.max(height, width) > PREVIEWED) return null;
  const [one, other] = [transform(values, height, width), transform(laid, height, width)];
  const both = product(one, other, !flip);
  return { input: magnitudes(one), kernel: magnitudes(other), product: magnitudes(both), output: inverse(both) };
}

/** The server's answer. */
export function spectraOf(answer: Answer): Spectra {
  const of = (part: Part) =>
    magnitudes({
      real: Float64Array.from(answer[`${part}_spectrum_real`].flat()),
      imag: Float64Array.from(answer[`${part}_spectrum_imag`].flat()),
    });
  const output = Float64Array.from(answer.output.flat());
  return { input: of('input'), kernel: of('kernel'), product: of('product'), output };
}

/** Position of an output cell in the circular output, and whether its window is inside the input. */
export function placed({ settings }: Problem, { height, width, kernel }: Pair, cell: { row: number; col: number }) {
  const { stride, padding, flip } = settings;
  const down = circularPlace(cell.row, {
    stride: stride[0],
    before: padding[0],
    side: kernel.height,
    length: height,
    flip,
  });
  const right = circularPlace(cell.col, {
    stride: stride[1],
    before: padding[2],
    side: kernel.width,
    length: width,
    flip,
  });
  return {
    row: down.place,
    col: right.place,
    at: down.place * width + right.place,
    inside: down.inside && right.inside,
  };
}

/** The output cell that lies at a place of the circular output; null where stride or padding leaves none there. */
export function cellAt(problem: Problem, one: Pair, map: number, at: number): Position | null {
  const size = outputSize(problem);
  for (let row = 0; row < size.height; row += 1) {
    for (let col = 0; col < size.width; col += 1) {
      const position = placed(problem, one, { row, col });
      if (position.at === at && position.inside) return { map, row, col };
    }
  }
  return null;
}
