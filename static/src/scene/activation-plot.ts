/** Plots of activation functions: scales, paths, ticks and colours. */

import type { Kind } from './activation';
import type { Box } from './box';
import type { Theme } from './palette';

export interface Scale {
  (value: number): number;
  invert(place: number): number;
}

export interface Scales {
  x: Scale;
  y: Scale;
}

function linear([low, high]: readonly [number, number], from: number, to: number): Scale {
  const unit = (to - from) / (high - low);
  const scale = (value: number) => from + (value - low) * unit;
  return Object.assign(scale, { invert: (place: number) => low + (place - from) / unit });
}

/** Scales of values in a box; y runs up. */
export function scales(box: Box, xs: readonly [number, number], ys: readonly [number, number]): Scales {
  return { x: linear(xs, box.x, box.x + box.width), y: linear(ys, box.y + box.height, box.y) };
}

/** An SVG path through the points, interrupted at values that are not finite. */
export function path(xs: ArrayLike<number>, ys: ArrayLike<number>, { x, y }: Scales): string {
  const parts: string[] = [];
  let down = false;
  for (let at = 0; at < Math.min(xs.length, ys.length); at += 1) {
    const [px, py] = [x(xs[at] ?? NaN), y(ys[at] ?? NaN)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      down = false;
      continue;
    }
    parts.push(`${down ? 'L' : 'M'}${round(px)} ${round(py)}`);
    down = true;
  }
  return parts.join('');
}

function round(place: number): number {
  return Math.round(place * 100) / 100;
}

/** Round numbers from low to high, at most `count`. */
export function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((digit) => digit * power >= rough * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9; at += 1) {
    ticks.push(Number((at * step).toPrecision(12)));
  }
  return ticks;
}

/** Logarithm of a value, clamped to the plot's floor so that zero is drawn at its edge. */
export function logged(value: number, floor: number): number {
  return value > 0 ? Math.max(floor, Math.log10(value)) : value === 0 ? floor : NaN;
}

/** One colour per function, of similar lightness, with a contrast of at least 3 to 1. */
const COLOURS: Record<Theme, Record<Kind, string>> = {
  light: {
    relu: '#1f6f3a',
    'leaky-relu': '#66780f',
    sigmoid: '#c2410c',
    tanh: '#8a3b9e',
    'lecun-tanh': '#b8336a',
    softplus: '#0a7d74',
    gelu: '#8a5a00',
  },
  dark: {
    relu: '#7fd08a',
    'leaky-relu': '#b7cb58',
    sigmoid: '#ff9d6b',
    tanh: '#d39be6',
    'lecun-tanh': '#ff8fb8',
    softplus: '#52c7bd',
    gelu: '#e0b25c',
  },
};

/** Dash patterns, so that curves differ by more than colour. */
const DASHES: Record<Kind, string> = {
  relu: '',
  'leaky-relu': '9 3',
  sigmoid: '3 3',
  tanh: '6 3 2 3',
  'lecun-tanh': '12 3 2 3',
  softplus: '4 4',
  gelu: '8 3 2 3 2 3',
};

export function colourOf(kind: Kind, theme: Theme): string {
  return COLOURS[theme][kind];
}

export function dashOf(kind: Kind): string {
  return DASHES[kind];
}
