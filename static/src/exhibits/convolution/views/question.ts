/** A problem as the server is asked it. */

import type { Problem } from '../../../scene/convolution';

export interface Question {
  [field: string]: unknown;
}

const ASKED = new WeakMap<Problem, Question>();

function channels(data: Float32Array, count: number, height: number, width: number): number[][][] {
  return Array.from({ length: count }, (_, channel) =>
    Array.from({ length: height }, (_, row) => {
      const start = (channel * height + row) * width;
      return Array.from(data.subarray(start, start + width));
    }),
  );
}

/** The fields of a problem; the same object for the same problem, so that an answer can be told to be its own. */
export function question(problem: Problem): Question {
  const cached = ASKED.get(problem);
  if (cached !== undefined) return cached;
  const { input, filters, bias, settings } = problem;
  const area = filters.into * filters.height * filters.width;
  const payload: Question = {
    input: channels(input.data, input.channels, input.height, input.width),
    kernel: Array.from({ length: filters.out }, (_, map) =>
      channels(filters.data.subarray(map * area, (map + 1) * area), filters.into, filters.height, filters.width),
    ),
    bias: bias.length > 0 ? Array.from(bias) : null,
    stride: settings.stride,
    padding: settings.padding,
    padding_mode: settings.paddingMode,
    dilation: settings.dilation,
    groups: settings.groups,
    transposed: settings.transposed,
    output_padding: settings.outputPadding,
    flip: settings.flip,
  };
  ASKED.set(problem, payload);
  return payload;
}
