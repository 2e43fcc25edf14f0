/** Feature maps and weights of the server's networks, as the operations' exhibits take them for input. */

import type { Volume } from '../scene/volume';
import { asked, type Source } from '../ink/source';
import { at } from '../state/url';
import { AskError, get, TENSORS, toVolume, type Answered, type Problem } from './ask';
import { home } from './home';
import { decode } from './safetensors';

interface Weights {
  tensors: Record<string, Answered>;
}

/** A network that is asked, the default one where none is named; `colour`: whether it reads colours. */
export interface AskedNetwork {
  model?: string;
  colour?: boolean;
}

/** What the layers of a network answer to a picture; `input` is the picture as the network reads it. Throws AskError. */
export async function featureMaps(
  source: Source,
  layers: readonly string[],
  { colour = false, ...network }: AskedNetwork = {},
  server?: string | URL,
): Promise<Map<string, Volume>> {
  const picture = await asked(source, colour, server);
  const wanted = layers.filter((layer) => layer !== 'input');
  const question = { ...picture, layers: wanted, ...network };
  const response = await fetch(at(home(server), 'activations'), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: TENSORS },
    body: JSON.stringify(question),
  });
  if (!response.ok) {
    const told = (await response.json()) as Problem;
    const [field = '', ...reason] = told.detail.split(': ');
    throw new AskError({ ...told, field, reason: reason.join(': ') });
  }
  const found = new Map<string, Volume>();
  for (const [name, { shape, data: values }] of decode(await response.arrayBuffer()).tensors) {
    if (layers.includes(name)) found.set(name, toVolume({ shape, data: values as Float32Array }));
  }
  return found;
}

/** One parameter of a network: its shape, and its values in one row. Throws AskError. */
export async function weights(
  model: string,
  parameter: string,
  server?: string | URL,
): Promise<{ shape: number[]; data: Float32Array }> {
  const { tensors } = await get<Weights>(`models/${model}/weights/${parameter}`, server, undefined, TENSORS);
  const found = tensors[parameter];
  if (found === undefined) throw new RangeError(`the answer holds no ${parameter}`);
  return found;
}
