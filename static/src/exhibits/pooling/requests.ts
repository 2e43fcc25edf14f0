/** Request fields of the pooling exhibit without tensors, and the convolution before the pooling. */

import { outputSize, STILL, type Filters, type Problem } from '../../scene/convolution';
import { isPreset, kernel } from '../../scene/kernels';
import { greyKernel, kernelAt, readKernel, type FirstKernels } from '../../scene/learned';
import { settled, type Pooling } from '../../scene/pooling';
import type { Volume } from '../../scene/volume';
import { amounts, kernelSize, type Motion } from './setup';

/** POST /operations/pooling; a global average needs no window. */
export function poolingFields({ kind, window, stride, padding, ceil, coefficient, bias }: Pooling) {
  if (kind === 'global-average') return { kind };
  const trained = kind === 'subsampling' ? { coefficient, bias } : {};
  return { kind, kernel_size: window, stride, padding, ceil_mode: ceil, ...trained };
}

/** POST /operations/invariance; with all positions of the slider for the curve. */
export function invarianceFields(pooling: Pooling, problem: Problem, motion: Motion, at: number, curve: boolean) {
  const { kind, window, stride } = settled(pooling, outputSize(problem));
  const summary = kind === 'l2' || kind === 'max' ? kind : 'average';
  return { kind: summary, window, stride, motion, at, positions: curve ? amounts(motion, problem.input) : [] };
}

/** The kernel as (1, 1, height, width). */
export function kernelTensor({ filters }: Problem): { shape: number[]; data: Float32Array } {
  return { shape: [1, 1, filters.height, filters.width], data: filters.data };
}

/** Weights of a kernel for one grey channel; null until its network is loaded. */
export function numbersOf(name: string, known: FirstKernels | null): number[][] | null {
  const size = kernelSize(name, known);
  if (size !== null && isPreset(name)) return kernel(name, { size, sigma: 1, angle: 0, wavelength: 4 });
  const { kernels = null, data = null } = known ?? {};
  if (kernels === null || data === null) return null;
  return greyKernel(kernelAt(kernels, data, readKernel(name)?.index ?? 0));
}

/** One kernel on one channel, no bias, stride 1, no padding. */
export function convolutionOf(input: Volume, kernel: number[][]): Problem {
  const filters: Filters = {
    out: 1,
    into: 1,
    height: kernel.length,
    width: kernel[0]?.length ?? 0,
    data: Float32Array.from(kernel.flat()),
  };
  return { input, filters, bias: new Float32Array(), settings: STILL };
}
