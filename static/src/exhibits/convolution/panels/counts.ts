/** Request and answer of `/operations/convolution/counts`. */

import type { Problem } from '../../../scene/convolution';

export interface Counted {
  parameters: number;
  connections: number;
  macs: number;
}

export type Counts = Record<
  'convolution' | 'locally_connected' | 'fully_connected' | 'depthwise_separable' | 'pointwise',
  Counted
> & { bottleneck: Counted | null };

export interface Plan {
  channels: number;
  height: number;
  width: number;
  filters: number;
  kernel: [number, number];
  stride: [number, number];
  padding: [number, number, number, number];
  dilation: [number, number];
  groups: number;
}

/** The layer on screen. */
export function planOf({ input, filters, settings }: Problem): Plan {
  return {
    channels: input.channels,
    height: input.height,
    width: input.width,
    filters: filters.out,
    kernel: [filters.height, filters.width],
    stride: settings.stride,
    padding: settings.padding,
    dilation: settings.dilation,
    groups: settings.groups,
  };
}

/** A layer with a square kernel that keeps the size of its maps. */
export function same(channels: number, side: number, filters: number, kernel: number): Plan {
  const [before, after] = [Math.floor((kernel - 1) / 2), Math.ceil((kernel - 1) / 2)];
  return {
    channels,
    height: side,
    width: side,
    filters,
    kernel: [kernel, kernel],
    stride: [1, 1],
    padding: [before, after, before, after],
    dilation: [1, 1],
    groups: 1,
  };
}

export function countsPayload(plan: Plan): Record<string, unknown> {
  return {
    input_shape: [plan.channels, plan.height, plan.width],
    filters: plan.filters,
    kernel_size: plan.kernel,
    stride: plan.stride,
    padding: plan.padding,
    dilation: plan.dilation,
    groups: plan.groups,
  };
}
