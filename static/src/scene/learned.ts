/** Names of trained kernels and feature maps: `MODEL:LAYER:K` and `map:MODEL:LAYER:K:PICTURE`. */

import { firstKernels, isActivation, isNetwork, layerTitle, LENET5, mapLayers, DEFAULT_NETWORK } from './network';
import type { Kernels, Maps, Network } from './network';

export interface KernelName {
  model: string;
  /** null: the convolution that reads the picture. */
  layer: string | null;
  index: number;
}

/** First kernels of a network; their weights are fetched when needed. */
export interface FirstKernels {
  /** null: the network has none. */
  kernels: Kernels | null;
  data: Float32Array | null;
}

export interface MapName {
  model: string;
  /** null: the network's default. */
  layer: string | null;
  map: number;
  /** `digit:N` and the like; '' if not given. */
  picture: string;
}

const KERNEL = /^(.+):(\w+):(\d{1,3})$/;
const MAP = /^map(?::(lenet5(?:-1998)?|run:[\w-]+(?::(?:last|\d+))?))?(?::(?!digit:)([a-z]\w*):(\d{1,4}))?(?::(.+))?$/;
const POOLED = new Set(['max-pooling', 'average-pooling', 'subsampling']);

/** Parses the name of a kernel, by default of the first layer; null if invalid. */
export function readKernel(text: string): KernelName | null {
  if (isNetwork(text)) return { model: text, layer: null, index: 0 };
  const [, model = '', layer = '', digits = ''] = KERNEL.exec(text) ?? [];
  const index = Number(digits);
  if (!isNetwork(model) || (model === DEFAULT_NETWORK && !has(layer, index))) return null;
  return { model, layer, index };
}

/** True if LeNet-5 has it, whose layers are known without a request. */
function has(layer: string, index: number): boolean {
  const kernels = firstKernels(LENET5);
  return layer === kernels?.layer && index < kernels.count;
}

/** The kernel with its network's first layer and a valid index. */
export function kernelOf({ model, index }: KernelName, { layer, count }: Kernels): string {
  return `${model}:${layer}:${Math.min(index, count - 1)}`;
}

/** Channels of a kernel as rows of weights; repeated if more are needed. */
export function kernelAt({ count, channels, height, width }: Kernels, data: Float32Array, index: number): number[][][] {
  const start = (index % count) * channels;
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: height }, (_row, row) => {
      const from = ((start + channel) * height + row) * width;
      return [...data.subarray(from, from + width)];
    }),
  );
}

/** A kernel for a grey picture, whose channels are equal: the sum over its channels. */
export function greyKernel(channels: readonly number[][][]): number[][] {
  const [first = []] = channels;
  return first.map((row, y) => row.map((_, x) => channels.reduce((sum, one) => sum + (one[y]?.[x] ?? 0), 0)));
}

/** Parses the name of a feature map; null if invalid. */
export function readMap(text: string): MapName | null {
  const match = MAP.exec(text);
  if (match === null) return null;
  const [, model = DEFAULT_NETWORK, layer = null, map = '0', picture = ''] = match;
  return { model, layer, map: Number(map), picture };
}

/** LeNet-5 is omitted. */
export function writeMap({ model, layer, map, picture }: MapName): string {
  const place = layer === null ? [] : [layer, map];
  return ['map', ...(model === DEFAULT_NETWORK ? [] : [model]), ...place, ...(picture === '' ? [] : [picture])].join(
    ':',
  );
}

/** The feature map with a valid layer: by default the input of the first pooling; null if the network has none. */
export function mapOf(name: MapName, network: Network): MapName | null {
  const all = mapLayers(network);
  const read = network.layers.find(({ kind }) => POOLED.has(kind))?.inputs[0];
  const layer = [name.layer, read].map((layer) => all.find((one) => one.name === layer)).find((one) => one) ?? all[0];
  return layer === undefined ? null : { ...name, layer: layer.name, map: Math.min(name.map, layer.maps - 1) };
}

/** Layers whose maps are not pooled. */
export function poolable(network: Network): Maps[] {
  return mapLayers(network).filter(({ kind }) => !POOLED.has(kind));
}

/** `C1 + ReLU` for an activation named after its input; otherwise the layer's title. */
export function mapTitle(name: string, network: Network): string {
  const { kind = '', inputs = [] } = network.layers.find((layer) => layer.name === name) ?? {};
  const [read = ''] = inputs;
  if (!isActivation(kind) || name !== `${read}_${kind}`) return layerTitle(name);
  return `${layerTitle(read)} + ${kind === 'relu' ? 'ReLU' : kind}`;
}
