/** The sources of an input: numbers, patterns, pictures; and their limits. */

import { LARGEST, PATTERNS } from '../../scene/convolution-inputs';
import { readKernel } from '../../scene/learned';
import { DEFAULT_NETWORK } from '../../scene/network';

export const CHANNELS = 4;
/** The inputs that a network's kernels are first shown on: in grey, or in colour. */
export const GREY = 'digit:21';
export const COLOUR = 'photo:china';
export const LARGEST_VALUE = 1e9; // of an input or a weight, as the server has it

export interface Size {
  default: number;
  limit: number;
}

/** The sides of an input from this source, in cells. */
export function sizes(source: string): Size {
  if (source.startsWith('photo') || source === 'file') return { default: 128, limit: 256 };
  if (source.startsWith('digit') || source === 'drawing') return { default: 28, limit: 64 };
  return { default: 6, limit: LARGEST };
}

/** True for a source that has to be fetched. */
export function pictured(source: string): boolean {
  return source !== 'numbers' && !(PATTERNS as readonly string[]).includes(source);
}

/** True for a kernel of another network than the usual one: the exhibit then begins with a picture. */
export function brought(kernel: string): boolean {
  return readKernel(kernel) !== null && !kernel.startsWith(`${DEFAULT_NETWORK}:`);
}
