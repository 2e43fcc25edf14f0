/** Checks the settings of the pooling exhibit: the control and what it allows. */

import { pooledSize, type Pooling, type Size } from './pooling';

export type Field = 'window' | 'stride' | 'padding' | 'coefficient' | 'bias';

export interface SettingProblem {
  field: Field;
  /** Key of the message. */
  why: 'whole' | 'stride' | 'padding' | 'large' | 'half' | 'number';
  values: Record<string, string | number>;
}

export const LARGEST_WINDOW = 256;
export const LARGEST_STRIDE = 256;

const pair = ([rows, cols]: readonly [number, number]) => `${rows}×${cols}`;
const whole = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most;

/** The first problem of these settings for an input of this size; null if there is none. */
export function settingProblem(pooling: Pooling, size: Size): SettingProblem | null {
  const { kind, window, stride, padding, coefficient, bias } = pooling;
  if (kind === 'subsampling') {
    if (!Number.isFinite(coefficient)) return { field: 'coefficient', why: 'number', values: {} };
    if (!Number.isFinite(bias)) return { field: 'bias', why: 'number', values: {} };
  }
  if (kind === 'global-average') return null;
  if (!window.every((side) => whole(side, 1, LARGEST_WINDOW)))
    return { field: 'window', why: 'whole', values: { least: 1, most: LARGEST_WINDOW, value: pair(window) } };
  if (!stride.every((side) => whole(side, 1, LARGEST_STRIDE)))
    return { field: 'stride', why: 'stride', values: { most: LARGEST_STRIDE, value: pair(stride) } };
  if (!padding.every((side) => whole(side, 0, LARGEST_WINDOW)))
    return { field: 'padding', why: 'padding', values: { value: pair(padding) } };
  if (padding.some((side, axis) => 2 * side > (window[axis] ?? 0))) {
    const largest = pair([Math.floor(window[0] / 2), Math.floor(window[1] / 2)]);
    return { field: 'padding', why: 'half', values: { most: largest, window: pair(window), value: pair(padding) } };
  }
  const output = pooledSize({ ...pooling, ceil: false }, size);
  if (output.height < 1 || output.width < 1) {
    const most = pair([size.height + 2 * padding[0], size.width + 2 * padding[1]]);
    return { field: 'window', why: 'large', values: { most, value: pair(window) } };
  }
  return null;
}
