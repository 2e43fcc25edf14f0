/** A network by its traced layers: feature maps, layers for dropout, fully connected layers. */

import lenet5 from './lenet5.json';

/** The required part of a layer; a `LayerRow` of the server has it. */
export interface Layer {
  name: string;
  kind: string;
  /** Names of the input layers; `input` is the picture. */
  inputs: string[];
  input_shape: number[];
  output_shape: number[];
  /** True if the layer only moves values, as flattening does. */
  reshapes?: boolean;
  kernel?: number[] | null;
  /** Zeros before the first row and column; null without padding. */
  padding?: number[] | null;
  weights?: string[];
  /** Multiplications per picture. */
  macs?: number;
}

/** The required part of a network; a `NetworkDetail` of the server has it. */
export interface Network {
  name: string;
  title: string;
  classes: readonly string[];
  /** (channels, rows, columns). */
  input_shape: readonly number[];
  layers: readonly Layer[];
  /** For a run: its `settings`, and when the weights were written. */
  card?: Readonly<Record<string, unknown>>;
}

/** A layer whose output is a stack of maps. */
export interface Maps {
  name: string;
  kind: string;
  maps: number;
  height: number;
  width: number;
  /** True if values can be negative. */
  signed: boolean;
}

/** A layer whose units read all values of the layer before: fully connected, or with a kernel as large as its maps. */
export interface Connected {
  name: string;
  kind: string;
  from: string;
  shape: { channels: number; height: number; width: number };
  units: number;
}

/** Kernels of the convolution that reads the picture. */
export interface Kernels {
  layer: string;
  /** Name of the parameter. */
  weights: string;
  count: number;
  channels: number;
  height: number;
  width: number;
}

export type Activation = 'relu' | 'squash' | 'tanh' | 'sigmoid';

/** The default network, known without a request. */
export const LENET5: Network = lenet5;
export const DEFAULT_NETWORK = LENET5.name;
/** Networks shipped with the software. */
export const SHIPPED = [DEFAULT_NETWORK, 'lenet5-1998'] as const;

const RUN = /^run:[\w-]+(:[\w-]+)?$/;
const ACTIVATIONS: readonly string[] = ['relu', 'squash', 'tanh', 'sigmoid'] satisfies Activation[];
const NEVER_BELOW = new Set(['relu', 'sigmoid', 'rbf']);
const HANDED_ON = new Set(['max-pooling', 'average-pooling', 'dropout']);

/** Version of a network's weights; those of a running training change under the same name. */
export function versionOf({ name, card }: Pick<Network, 'name' | 'card'>): string {
  return `${name} ${String(card?.['written'] ?? '')}`;
}

/** Request fields of a network for feature maps. */
export function networkFields({ name, input_shape }: Network): { model: string; colour: boolean } {
  return { model: name, colour: input_shape[0] === 3 };
}

/** A network without the layers that only move values: what reads one of these reads the layer behind it. */
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

/** True if the classes are the digits. */
export function classifiesDigits({ classes }: Pick<Network, 'classes'>): boolean {
  return classes.every((name) => /^\d$/.test(name));
}

/** True for the name of a network: a shipped one, or `run:<id>`. */
export function isNetwork(name: string): boolean {
  return (SHIPPED as readonly string[]).includes(name) || isRun(name);
}

export function isRun(name: string): boolean {
  return RUN.test(name);
}

/** Id of the run in a network's name. */
export function runOf(name: string): string {
  return name.split(':')[1] ?? '';
}

export function isActivation(kind: string): kind is Activation {
  return ACTIVATIONS.includes(kind);
}

/** True if the output of a layer of this kind can be negative; `signedInput`: its input can. */
export function canBeNegative(kind: string, signedInput: boolean): boolean {
  return HANDED_ON.has(kind) ? signedInput : !NEVER_BELOW.has(kind);
}

/** `C1` for a layer named so in a paper, otherwise the name in the network. */
export function layerTitle(name: string): string {
  return /^[a-z]\d$/.test(name) ? name.toUpperCase() : name;
}

/** The same for an activation of such a layer: `C5` for `c5_relu`. */
export function stageTitle(name: string): string {
  return layerTitle(name.replace(/^([a-z]\d)_[a-z]+$/, '$1'));
}

/** All layers with maps, in forward order. */
export function mapLayers(network: Network): Maps[] {
  return network.layers.flatMap(({ name, kind, output_shape }) => {
    const [maps = 1, height = 1, width = 1] = output_shape;
    return height * width === 1 ? [] : [{ name, kind, maps, height, width, signed: isSigned(network, name) }];
  });
}

/** True if a layer's values can be negative, as those of the normalized picture. */
export function isSigned(network: Pick<Network, 'layers'>, name: string): boolean {
  const layer = network.layers.find((one) => one.name === name);
  return layer === undefined || canBeNegative(layer.kind, isSigned(network, layer.inputs[0] ?? ''));
}

/** Layers read by an activation function. */
export function summedLayers(network: Network): Maps[] {
  const read = new Set(network.layers.filter(({ kind }) => isActivation(kind)).map(({ inputs }) => inputs[0]));
  return mapLayers(network).filter(({ name }) => read.has(name));
}

/** Layers read by layers with weights: candidates for dropout. */
export function droppable({ layers }: Network): Layer[] {
  const named = new Map(layers.map((layer) => [layer.name, layer]));
  const read = new Set<Layer>();
  for (const { kind, inputs, weights } of layers) {
    if ((weights?.length ?? 0) === 0 && kind !== 'rbf') continue;
    if (kind === 'batch-normalization' || kind === 'subsampling') continue;
    let source = named.get(inputs[0] ?? '');
    while (source?.kind === 'dropout') source = named.get(source.inputs[0] ?? '');
    if (source !== undefined) read.add(source);
  }
  return layers.filter((layer) => read.has(layer));
}

/** Fully connected layers in forward order. */
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

/** The head of the network: inputs and outputs of the fully connected layers, and the last layer. */
export function answering(network: Network): string[] {
  const through = connected(network).flatMap(({ from, name }) => [from, name]);
  return [...new Set([...through, network.layers.at(-1)?.name ?? ''])];
}

/** Kernels of the convolution that reads the picture; null if there is none. */
export function firstKernels({ layers }: Network): Kernels | null {
  const first = layers.find(({ kind, inputs }) => kind === 'convolution' && inputs[0] === 'input');
  const weights = first?.weights?.find((name) => name.endsWith('.weight'));
  if (first === undefined || weights === undefined) return null;
  const [height = 1, width = height] = first.kernel ?? [];
  return { layer: first.name, weights, count: first.output_shape[0] ?? 1, channels: first.input_shape[0] ?? 1, height, width }; // prettier-ignore
}
