/** Layout of the kernels of one output map in a legend: in a row, as large as its width allows. */

import type { Problem } from '../../../scene/convolution';

const NAME = 18; // CSS pixels above each kernel

export interface KernelRoom {
  cell: number;
  places: { x: number; y: number }[];
  height: number;
}

export function kernelRoom({ filters }: Problem, width: number): KernelRoom {
  const gap = 16;
  const cell = Math.max(22, Math.min(46, Math.floor((width - 8) / filters.width)));
  const each = filters.width * cell + gap;
  const across = Math.max(1, Math.min(filters.into, Math.floor((width + gap) / each)));
  const tall = filters.height * cell + (filters.into > 1 ? NAME : 0) + 10;
  const places = Array.from({ length: filters.into }, (_, index) => ({
    x: (index % across) * each,
    y: Math.floor(index / across) * tall + (filters.into > 1 ? NAME : 0),
  }));
  return { cell, places, height: Math.ceil(filters.into / across) * tall };
}
