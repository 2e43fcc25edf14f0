/** Feature maps and weights of the server's networks, as input for the exhibits of operations. */

import type { Volume } from '../scene/volume';
import { pictureFields, type Source } from '../ink/source';
import { at } from '../state/url';
import { RequestError, get, TENSORS, toVolume, type FloatTensor, type Problem } from './request';
import { serverRoot } from './server';
import { decode } from './safetensors';

interface Weights {
  tensors: Record<string, FloatTensor>;
}

/** The network that answers, by default the server's; `colour`: its input has three channels. */
export interface NetworkChoice {
  model?: string;
  colour?: boolean;
}

/** Activations of the named layers; 'input' is the picture after preprocessing. Throws RequestError. */
export async function featureMaps(
  source: Source,
  layers: readonly string[],
  { colour = false, ...network }: NetworkChoice = {},
  server?: string | URL,
): Promise<Map<string, Volume>> {
  const picture = await pictureFields(source, colour, server);
  const names = layers.filter((layer) => layer !== 'input');
  const payload = { ...picture, layers: names, ...network };
  const response = await fetch(at(serverRoot(server), 'activations'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: TENSORS },
    body: JSON.stringify(payload),
  });
  if (!response.ok) {
    const problem = (await response.json()) as Problem;
    const [field = '', ...reason] = problem.detail.split(': ');
    throw new RequestError({ ...problem, field, reason: reason.join(': ') });
  }
  const volumes = new Map<string, Volume>();
  for (const [name, { shape, data: values }] of decode(await response.arrayBuffer()).tensors) {
    if (layers.includes(name)) volumes.set(name, toVolume({ shape, data: values as Float32Array }));
  }
  return volumes;
}

/** One parameter of a network: its shape and its values, flattened. Throws RequestError. */
export async function weights(
  model: string,
  parameter: string,
  server?: string | URL,
): Promise<{ shape: number[]; data: Float32Array }> {
  const { tensors } = await get<Weights>(`models/${model}/weights/${parameter}`, server, undefined, TENSORS);
  const tensor = tensors[parameter];
  if (tensor === undefined) throw new RangeError(`the answer holds no ${parameter}`);
  return tensor;
}
