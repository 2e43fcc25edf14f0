/** Checks a convolution's settings from shapes alone: the control, the limit and the value. */

import { macs, outputSize, span, type Problem, type Settings } from './convolution';

/** Limits, equal to the server's. */
export const LIMITS = { kernel: 11, filters: 64, inputs: 262_144, outputs: 1_048_576, macs: 200_000_000, step: 256 };

export type Field =
  | 'input'
  | 'kernel'
  | 'bias'
  | 'filters'
  | 'stride'
  | 'padding'
  | 'padding-mode'
  | 'dilation'
  | 'groups'
  | 'output-padding';

export interface Complaint {
  field: Field;
  /** Key of the message, after `convolution.problem.`. */
  key: string;
  values: Record<string, number | string>;
}

/** A problem whose values may be missing. */
export type Outline = Pick<Problem, 'settings'> & {
  input: { channels: number; height: number; width: number };
  filters: { out: number; into: number; height: number; width: number };
};

type Check = (outline: Outline) => Complaint | null;

const whole = (values: readonly number[], least: number) =>
  values.every((value) => Number.isInteger(value) && value >= least);

const groups: Check = ({ input, filters, settings }) => {
  const count = settings.groups;
  const values = { groups: count, channels: input.channels, filters: filters.out };
  if (!whole([count], 1)) return { field: 'groups', key: 'groups_number', values };
  return input.channels % count || filters.out % count ? { field: 'groups', key: 'groups', values } : null;
};

const kernel: Check = ({ filters: { height, width, out } }) => {
  if (!whole([height, width], 1) || Math.max(height, width) > LIMITS.kernel)
    return { field: 'kernel', key: 'kernel_side', values: { height, width, limit: LIMITS.kernel } };
  if (!whole([out], 1) || out > LIMITS.filters)
    return { field: 'filters', key: 'filters', values: { filters: out, limit: LIMITS.filters } };
  return null;
};

const movement: Check = ({ settings: { stride, dilation, padding } }) => {
  const worst = (values: readonly number[]) =>
    Math.min(...values.map((value) => (Number.isInteger(value) ? value : 0)));
  if (!whole(stride, 1)) return { field: 'stride', key: 'stride', values: { value: worst(stride) } };
  if (!whole(dilation, 1)) return { field: 'dilation', key: 'dilation', values: { value: worst(dilation) } };
  if (!whole(padding, 0)) return { field: 'padding', key: 'padding', values: { value: Math.min(...padding) } };
  for (const [field, steps] of [
    ['stride', stride],
    ['dilation', dilation],
    ['padding', padding],
  ] as const) {
    const value = Math.max(...steps);
    if (value > LIMITS.step) return { field, key: 'step', values: { value, limit: LIMITS.step } };
  }
  return null;
};

const mode: Check = ({ input, settings: { padding, paddingMode, transposed } }) => {
  if (paddingMode === 'zeros') return null;
  if (transposed) return { field: 'padding-mode', key: 'mode_transposed', values: {} };
  if (paddingMode === 'replicate') return null;
  const slack = paddingMode === 'reflect' ? 1 : 0;
  const largest = [Math.max(padding[0], padding[1]), Math.max(padding[2], padding[3])] as const;
  const limit = [input.height - slack, input.width - slack] as const;
  const axis = largest[0] > limit[0] ? 0 : 1;
  if (largest[axis] <= limit[axis]) return null;
  const values = { value: largest[axis], limit: limit[axis] };
  return { field: 'padding', key: paddingMode === 'reflect' ? 'reflect' : 'circular', values };
};

const fits: Check = (outline) => {
  const { input, filters, settings } = outline;
  const { padding, dilation, transposed, stride, outputPadding } = settings;
  const reach = [span(filters.height, dilation[0]), span(filters.width, dilation[1])] as const;
  if (transposed) {
    if (!whole(outputPadding, 0))
      return { field: 'output-padding', key: 'padding', values: { value: outputPadding[0] } };
    const axis = outputPadding[0] >= Math.max(stride[0], dilation[0]) ? 0 : 1;
    const limit = Math.max(stride[axis], dilation[axis]) - 1;
    if (outputPadding[axis] > limit)
      return { field: 'output-padding', key: 'output_padding', values: { value: outputPadding[axis], limit } };
  } else {
    const room = [input.height + padding[0] + padding[1], input.width + padding[2] + padding[3]] as const;
    if (reach[0] > room[0] || reach[1] > room[1])
      return {
        field: 'kernel',
        key: 'too_large',
        values: { height: reach[0], width: reach[1], rows: room[0], cols: room[1] },
      };
  }
  const size = outputSize(outline as Problem);
  if (size.height < 1 || size.width < 1)
    return { field: 'padding', key: 'nothing_left', values: { rows: size.height, cols: size.width } };
  return null;
};

const work: Check = (outline) => {
  const { transposed, padding } = outline.settings;
  // The full output of a transposed convolution is computed before it is cropped.
  const uncropped: Settings = { ...outline.settings, padding: transposed ? [0, 0, 0, 0] : padding };
  const size = outputSize({ ...outline, settings: uncropped } as Problem);
  const { out, into, height, width } = outline.filters;
  const count = size.channels * size.height * size.width;
  if (count > LIMITS.outputs) return { field: 'filters', key: 'outputs', values: { count, limit: LIMITS.outputs } };
  const data = { length: out * into * height * width };
  const products = macs({ ...outline, filters: { ...outline.filters, data } } as unknown as Problem);
  return products > LIMITS.macs
    ? { field: 'kernel', key: 'macs', values: { count: products, limit: LIMITS.macs } }
    : null;
};

/** The first problem; null if there is none. */
export function firstProblem(outline: Outline): Complaint | null {
  for (const check of [kernel, movement, groups, mode, fits, work]) {
    const problem = check(outline);
    if (problem !== null) return problem;
  }
  return null;
}
