/** Loads parameters of a network one at a time. */

import type { Parameter } from '../../scene/explain';
import { decode } from '../../wire/safetensors';

/** Values of one parameter; null without a connection or if there is no such parameter. */
export async function askParameter(server: URL, model: string, name: string): Promise<Parameter | null> {
  try {
    const address = new URL(`models/${model}/weights/${name}`, server);
    const response = await fetch(address, { headers: { accept: 'application/vnd.safetensors' } });
    if (!response.ok) return null;
    const [tensor] = decode(await response.arrayBuffer()).tensors.values();
    return tensor === undefined ? null : { shape: tensor.shape, data: tensor.data as Float32Array };
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
