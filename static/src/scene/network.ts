/** A network by its traced layers: which of them are maps, which can lose values to dropout, which are fully connected. */

import lenet5 from './lenet5.json';

/** What has to be known of a layer; a `LayerRow` from the server is one. */
export interface Layer {
  name: string;
  kind: string;
  /** Names of the layers it reads; `input` is the picture. */
  inputs: string[];
  input_shape: number[];
  output_shape: number[];
  /** Whether it only moves values, as flattening does. */
  reshapes?: boolean;
  kernel?: number[] | null;
  /** Zeros before its first row and column; null where it pads nothing. */
  padding?: number[] | null;
  weights?: string[];
  /** Multiplications that one picture costs. */
  macs?: number;
}

/** What has to be known of a network; a `NetworkDetail` from the server is one. */
export interface Network {
  name: string;
  title: string;
  classes: readonly string[];
  /** Channels, rows, columns. */
  input_shape: readonly number[];
  layers: readonly Layer[];
  /** Of a run: what it was trained with, as `settings`, and when its weights were written. */
  card?: Readonly<Record<string, unknown>>;
}

/** A layer whose values stand in rows and columns. */
export interface Maps {
  name: string;
  kind: string;
  maps: number;
  height: number;
  width: number;
  /** Whether a value can be below zero. */
  signed: boolean;
}

/** A layer of which every unit reads all values of the one before: fully connected, or a kernel as large as its maps. */
export interface Connected {
  name: string;
  kind: string;
  from: string;
  shape: { channels: number; height: number; width: number };
  units: number;
}

/** The kernels that look at the picture itself. */
export interface Kernels {
  layer: string;
  /** The name of the values. */
  weights: string;
  count: number;
  channels: number;
  height: number;
  width: number;
}

export type Activation = 'relu' | 'squash' | 'tanh' | 'sigmoid';

/** The usual network, known before the server is asked. */
export const LENET5: Network = lenet5;
export const USUAL = LENET5.name;
/** The networks that come with the software. */
export const SHIPPED = [USUAL, 'lenet5-1998'] as const;

const RUN = /^run:[\w-]+(:[\w-]+)?$/;
const ACTIVATIONS: readonly string[] = ['relu', 'squash', 'tanh', 'sigmoid'] satisfies Activation[];
const NEVER_BELOW = new Set(['relu', 'sigmoid', 'rbf']);
const HANDED_ON = new Set(['max-pooling', 'average-pooling', 'dropout']);

/** A network by its weights: those of a run that is training become others under the same name. */
export function versionOf({ name, card }: Pick<Network, 'name' | 'card'>): string {
  return `${name} ${String(card?.['written'] ?? '')}`;
}

/** How a network is asked for its feature maps. */
export function asking({ name, input_shape }: Network): { model: string; colour: boolean } {
  return { model: name, colour: input_shape[0] === 3 };
}

/** A network without the layers that only move values: whatever reads one of these reads the layer behind it. */
export function withoutReshapes<T extends Pick<Network, 'layers'>>(network: T): T {
  const behind = new Map<string, string[]>();
  const layers = network.layers.flatMap((layer) => {
    const inputs = layer.inputs.flatMap((name) => behind.get(name) ?? [name]);
    if (!layer.reshapes) return [{ ...layer, inputs }];
    behind.set(layer.name, inputs);
    return [];
  });
  return { ...network, layers };
}

/** Whether all that it tells apart is digits. */
export function readsDigits({ classes }: Pick<Network, 'classes'>): boolean {
  return classes.every((name) => /^\d$/.test(name));
}

/** Whether a text can be a network's name: a shipped one, or a run's as `run:<id>`. */
export function isNetwork(name: string): boolean {
  return (SHIPPED as readonly string[]).includes(name) || isRun(name);
}

export function isRun(name: string): boolean {
  return RUN.test(name);
}

/** The id of the run whose weights are meant. */
export function runOf(name: string): string {
  return name.split(':')[1] ?? '';
}

export function isActivation(kind: string): kind is Activation {
  return ACTIVATIONS.includes(kind);
}

/** Whether what a layer of this kind answers can be below zero; `read`: whether what it reads can be. */
export function canBeNegative(kind: string, read: boolean): boolean {
  return HANDED_ON.has(kind) ? read : !NEVER_BELOW.has(kind);
}

/** `C1` for a layer that a paper calls so, any other as its network names it. */
export function layerTitle(name: string): string {
  return /^[a-z]\d$/.test(name) ? name.toUpperCase() : name;
}

/** The same where an activation function hands the layer on: `C5` for `c5_relu`. */
export function stageTitle(name: string): string {
  return layerTitle(name.replace(/^([a-z]\d)_[a-z]+$/, '$1'));
}

/** Every layer whose values stand in rows and columns, in forward order. */
export function mapLayers(network: Network): Maps[] {
  return network.layers.flatMap(({ name, kind, output_shape }) => {
    const [maps = 1, height = 1, width = 1] = output_shape;
    return height * width === 1 ? [] : [{ name, kind, maps, height, width, signed: isSigned(network, name) }];
  });
}

/** Whether a layer's values can be below zero, as those of the picture can, whose mean is taken off. */
export function isSigned(network: Pick<Network, 'layers'>, name: string): boolean {
  const layer = network.layers.find((one) => one.name === name);
  return layer === undefined || canBeNegative(layer.kind, isSigned(network, layer.inputs[0] ?? ''));
}

/** Those of them that an activation function reads. */
export function summedLayers(network: Network): Maps[] {
  const read = new Set(network.layers.filter(({ kind }) => isActivation(kind)).map(({ inputs }) => inputs[0]));
  return mapLayers(network).filter(({ name }) => read.has(name));
}

/** Layers that others with weights read: where dropout takes away what these would learn from. */
export function droppable({ layers }: Network): Layer[] {
  const named = new Map(layers.map((layer) => [layer.name, layer]));
  const found = new Set<Layer>();
  for (const { kind, inputs, weights } of layers) {
    if ((weights?.length ?? 0) === 0 && kind !== 'rbf') continue;
    if (kind === 'batch-normalization' || kind === 'subsampling') continue;
    let read = named.get(inputs[0] ?? '');
    while (read?.kind === 'dropout') read = named.get(read.inputs[0] ?? '');
    if (read !== undefined) found.add(read);
  }
  return layers.filter((layer) => found.has(layer));
}

/** The fully connected layers, in forward order. */
export function connected({ layers, input_shape }: Network): Connected[] {
  return layers.flatMap(({ name, kind, inputs, output_shape }) => {
    const [units = 1, high = 1, wide = 1] = output_shape;
    const read = layers.find((layer) => layer.name === inputs[0])?.output_shape ?? input_shape;
    const [channels = 1, height = 1, width = 1] = read;
    const covers = kind.endsWith('convolution') && high * wide === 1 && height * width > 1;
    if (kind !== 'linear' && !covers) return [];
    return [{ name, kind, from: inputs[0] ?? '', shape: { channels, height, width }, units }];
  });
}

/** The way from maps to the answer: what every fully connected layer reads, and what it and the last layer make of it. */
export function answering(network: Network): string[] {
  const through = connected(network).flatMap(({ from, name }) => [from, name]);
  return [...new Set([...through, network.layers.at(-1)?.name ?? ''])];
}

/** The kernels of the convolution that reads the picture; null for a network that has none. */
export function firstKernels({ layers }: Network): Kernels | null {
  const first = layers.find(({ kind, inputs }) => kind === 'convolution' && inputs[0] === 'input');
  const weights = first?.weights?.find((name) => name.endsWith('.weight'));
  if (first === undefined || weights === undefined) return null;
  const [height = 1, width = height] = first.kernel ?? [];
  return { layer: first.name, weights, count: first.output_shape[0] ?? 1, channels: first.input_shape[0] ?? 1, height, width }; // prettier-ignore
}
