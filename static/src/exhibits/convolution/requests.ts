/** Request, answer and input file of a convolution. */

import type { Problem } from '../../scene/convolution';
import { toVolume, type FloatTensor as Array, type TensorPayload } from '../../wire/request';
import { encode } from '../../wire/safetensors';
import type { Answer } from './state.svelte';

export interface ConvolutionPayload extends TensorPayload {
  stride: [number, number];
  padding: [number, number, number, number];
  padding_mode: string;
  dilation: [number, number];
  groups: number;
  transposed: boolean;
  output_padding: [number, number];
  flip: boolean;
}

export interface ConvolutionAnswer {
  tensors: { output: Array };
  parameters: number;
  macs: number;
  formula: { height: string; width: string };
}

export function payloadOf({ input, filters, bias, settings }: Problem): ConvolutionPayload {
  const { out, into, height, width, data } = filters;
  return {
    tensors: {
      input,
      kernel: { shape: [out, into, height, width], data },
      ...(bias.length > 0 ? { bias: { shape: [out], data: bias } } : {}),
    },
    stride: settings.stride,
    padding: settings.padding,
    padding_mode: settings.paddingMode,
    dilation: settings.dilation,
    groups: settings.groups,
    transposed: settings.transposed,
    output_padding: settings.transposed ? settings.outputPadding : [0, 0],
    flip: settings.flip,
  };
}

export function answerOf(problem: Problem, { tensors, parameters, macs, formula }: ConvolutionAnswer): Answer {
  return { problem, output: toVolume(tensors.output), parameters, macs, formula };
}

/** The input as a safetensors file, for a script that loads it. */
export function inputFile({ input }: Problem): Blob {
  const { channels, height, width, data } = input;
  return new Blob([encode({ input: { shape: [channels, height, width], data } })]);
}
