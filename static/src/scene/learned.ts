/** What networks have learned and made, by name: a kernel is `MODEL:LAYER:K`, a feature map `map:MODEL:LAYER:K:PICTURE`. */

import { firstKernels, isActivation, isNetwork, layerTitle, LENET5, mapLayers, USUAL } from './network';
import type { Kernels, Maps, Network } from './network';

export interface KernelName {
  model: string;
  /** null: that of the convolution which reads the picture. */
  layer: string | null;
  index: number;
}

/** What is known of a network's first kernels; their numbers are fetched when they are needed. */
export interface Known {
  /** null: the network has none. */
  kernels: Kernels | null;
  data: Float32Array | null;
}

export interface MapName {
  model: string;
  /** null: that which is usual for the network. */
  layer: string | null;
  map: number;
  /** `digit:N` and the like; '' where none is said. */
  picture: string;
}

const KERNEL = /^(.+):(\w+):(\d{1,3})$/;
const MAP = /^map(?::(lenet5(?:-1998)?|run:[\w-]+(?::(?:last|\d+))?))?(?::(?!digit:)([a-z]\w*):(\d{1,4}))?(?::(.+))?$/;
const POOLED = new Set(['max-pooling', 'average-pooling', 'subsampling']);

/** The kernel that a text names, a network's first where it says no more; null for any other text. */
export function readKernel(text: string): KernelName | null {
  if (isNetwork(text)) return { model: text, layer: null, index: 0 };
  const [, model = '', layer = '', digits = ''] = KERNEL.exec(text) ?? [];
  const index = Number(digits);
  if (!isNetwork(model) || (model === USUAL && !has(layer, index))) return null;
  return { model, layer, index };
}

/** Whether LeNet-5 has it, of which this is known at once. */
function has(layer: string, index: number): boolean {
  const known = firstKernels(LENET5);
  return layer === known?.layer && index < known.count;
}

/** The same as its network has it: of its first layer, and one that is there. */
export function kernelOf({ model, index }: KernelName, { layer, count }: Kernels): string {
  return `${model}:${layer}:${Math.min(index, count - 1)}`;
}

/** The channels of one of the kernels, as rows of numbers; beyond the last they begin again. */
export function kernelAt({ count, channels, height, width }: Kernels, data: Float32Array, index: number): number[][][] {
  const start = (index % count) * channels;
  return Array.from({ length: channels }, (_, channel) =>
    Array.from({ length: height }, (_row, row) => {
      const from = ((start + channel) * height + row) * width;
      return [...data.subarray(from, from + width)];
    }),
  );
}

/** What a kernel is for a grey picture, which has the same value in every channel: the sum of its channels. */
export function greyKernel(channels: readonly number[][][]): number[][] {
  const [first = []] = channels;
  return first.map((row, y) => row.map((_, x) => channels.reduce((sum, one) => sum + (one[y]?.[x] ?? 0), 0)));
}

/** The feature map that a text names; null for any other text. */
export function readMap(text: string): MapName | null {
  const found = MAP.exec(text);
  if (found === null) return null;
  const [, model = USUAL, layer = null, map = '0', picture = ''] = found;
  return { model, layer, map: Number(map), picture };
}

/** LeNet-5 is not said. */
export function writeMap({ model, layer, map, picture }: MapName): string {
  const place = layer === null ? [] : [layer, map];
  return ['map', ...(model === USUAL ? [] : [model]), ...place, ...(picture === '' ? [] : [picture])].join(':');
}

/** The same as its network has it: what its first pooling reads where no layer of that name has maps; null where none has. */
export function mapOf(name: MapName, network: Network): MapName | null {
  const all = mapLayers(network);
  const read = network.layers.find(({ kind }) => POOLED.has(kind))?.inputs[0];
  const found = [name.layer, read].map((layer) => all.find((one) => one.name === layer)).find((one) => one) ?? all[0];
  return found === undefined ? null : { ...name, layer: found.name, map: Math.min(name.map, found.maps - 1) };
}

/** The layers whose maps are not pooled already. */
export function poolable(network: Network): Maps[] {
  return mapLayers(network).filter(({ kind }) => !POOLED.has(kind));
}

/** `C1 + ReLU` for an activation that is called after the layer it reads; any other layer by its title. */
export function mapTitle(name: string, network: Network): string {
  const { kind = '', inputs = [] } = network.layers.find((layer) => layer.name === name) ?? {};
  const [read = ''] = inputs;
  if (!isActivation(kind) || name !== `${read}_${kind}`) return layerTitle(name);
  return `${layerTitle(read)} + ${kind === 'relu' ? 'ReLU' : kind}`;
}
