/** One answer of the network: what it says in words, and its activations as views on the bytes that came. */

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
  data: Uint8Array; // 0 = black, row after row, the channels of a pixel side by side
  channels?: number; // 1 where it is left out
}

export interface Frame {
  header: FrameHeader;
  /** null where the layer is not in this frame: not in view, or nothing was drawn. */
  maps(layer: string): Maps | null;
  /** The exact values of one map (of the whole layer for a vector), where it was asked for. */
  close(layer: string, map: number): Float32Array | null;
  /** One for each class; empty where nothing was drawn. */
  scores: Float32Array;
  logits: Float32Array;
  probabilities: Float32Array;
  /** `time`: which of the steps of that name, where one is taken more than once. */
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
    close: (layer, map) => floats(`${layer}/${map}`),
    scores: floats('scores') ?? EMPTY,
    logits: floats('logits') ?? EMPTY,
    probabilities: floats('probabilities') ?? EMPTY,
    step: (name, time = 1) => picture(tensors.get(time === 1 ? `step.${name}` : `step.${name}:${time}`)),
  };
}

/** The value that byte `index` of map `map` stands for. */
export function valueAt(maps: Maps, map: number, index: number): number {
  const minimum = maps.range[2 * map] ?? 0;
  const maximum = maps.range[2 * map + 1] ?? 0;
  const q = maps.q[map * maps.height * maps.width + index] ?? 0;
  return minimum + (q / 255) * (maximum - minimum);
}

/** The bytes of one map, as a view. */
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
