/** One frame: its header and the activations as views on the received bytes. */

import { decode, SafetensorsError, type Tensor } from './safetensors';
import type { FrameHeader } from './types';

export type StepName = FrameHeader['steps'][number]['name'];

/** The output of one layer, a byte for each value: value = minimum + q / 255 * (maximum - minimum) of its map. */
export interface Maps {
  count: number; // 1 for a vector
  height: number; // 1 for a vector
  width: number; // N for a vector
  q: Uint8Array; // count * height * width
  range: Float32Array; // [minimum, maximum] for each map
}

export interface Picture {
  width: number;
  height: number;
  data: Uint8Array; // 0 = black, row by row, channels interleaved
  channels?: number; // 1 if omitted
}

export interface Frame {
  header: FrameHeader;
  /** Null if the layer is not in this frame: out of view, or the drawing is blank. */
  maps(layer: string): Maps | null;
  /** The exact values of one map (of the whole layer for a vector), if they were requested. */
  exactValues(layer: string, map: number): Float32Array | null;
  /** One score per class; empty for a blank drawing. */
  scores: Float32Array;
  logits: Float32Array;
  probabilities: Float32Array;
  /** `time` selects among several steps of the same name, starting at 1. */
  step(name: StepName, time?: number): Picture | null;
}

const EMPTY = new Float32Array();

export function decodeFrame(file: ArrayBuffer): Frame {
  const { metadata, tensors } = decode(file);
  if (metadata.frame === undefined) throw new SafetensorsError('the metadata hold no frame');
  const floats = (name: string) => (tensors.get(name)?.data ?? null) as Float32Array | null;
  return {
    header: JSON.parse(metadata.frame) as FrameHeader,
    maps: (layer) => maps(tensors.get(layer), floats(`${layer}.range`)),
    exactValues: (layer, map) => floats(`${layer}/${map}`),
    scores: floats('scores') ?? EMPTY,
    logits: floats('logits') ?? EMPTY,
    probabilities: floats('probabilities') ?? EMPTY,
    step: (name, time = 1) => picture(tensors.get(time === 1 ? `step.${name}` : `step.${name}:${time}`)),
  };
}

/** Value that byte `index` of map `map` encodes. */
export function valueAt(maps: Maps, map: number, index: number): number {
  const minimum = maps.range[2 * map] ?? 0;
  const maximum = maps.range[2 * map + 1] ?? 0;
  const q = maps.q[map * maps.height * maps.width + index] ?? 0;
  return minimum + (q / 255) * (maximum - minimum);
}

/** Bytes of one map, (height * width), as a view. */
export function mapBytes(maps: Maps, map: number): Uint8Array {
  const size = maps.height * maps.width;
  return maps.q.subarray(map * size, (map + 1) * size);
}

function maps(tensor: Tensor | undefined, range: Float32Array | null): Maps | null {
  if (tensor === undefined || range === null) return null;
  const [count, height, width] =
    tensor.shape.length === 3 ? (tensor.shape as [number, number, number]) : [1, 1, tensor.data.length];
  return { count, height, width, q: tensor.data as Uint8Array, range };
}

function picture(tensor: Tensor | undefined): Picture | null {
  if (tensor === undefined) return null;
  const [height = 0, width = 0, channels = 1] = tensor.shape;
  return { width, height, channels, data: tensor.data as Uint8Array };
}
