/** Layout of a line plot: frame, ticks, lines, and the row of names above. */

import { scaleLinear, scaleLog } from 'd3-scale';

import type { Box } from './box';
import { minus } from './format';

export interface Series {
  values: ArrayLike<number>;
  label: string;
  colour: string;
  dashed?: boolean;
}

export interface Tick {
  at: number;
  text: string;
}

export interface Name {
  x: number;
  y: number;
  series: Series;
}

export interface Plot {
  /** The area of the lines. */
  frame: Box;
  xTicks: Tick[];
  yTicks: Tick[];
  names: Name[];
  lines: { series: Series; path: string }[];
  /** Position of zero, if it is in range. */
  zero: number | null;
  x: (value: number) => number;
  y: (value: number) => number;
}

const LEFT = 44; // width of the y axis labels
const BELOW = 36; // height of the x axis labels and name
const ROW = 18; // height of a row of names
const SHORT = 6; // characters of a number that always fit
const SAMPLE = 26; // width of the line sample before a name, and the gap after it

export function plot(box: Box, series: readonly Series[], xs: ArrayLike<number>, logY: boolean): Plot {
  const { names, rows } = nameRows(box, series);
  const frame: Box = {
    x: box.x + LEFT,
    y: box.y + rows * ROW + 6,
    width: Math.max(1, box.width - LEFT - 8),
    height: Math.max(1, box.height - rows * ROW - 6 - BELOW),
  };
  const [left, right] = extent([xs]);
  const x = scaleLinear([left, right === left ? left + 1 : right], [frame.x, frame.x + frame.width]);
  const values = series.map((one) => one.values);
  const y = logY
    ? scaleLog(logExtent(values), [frame.y + frame.height, frame.y])
    : scaleLinear(padded(extent(values)), [frame.y + frame.height, frame.y]).nice(4);
  const [low = 0, high = 1] = y.domain();
  return {
    frame,
    x,
    y,
    names,
    zero: !logY && low < 0 && high > 0 ? y(0) : null,
    xTicks: ticked(x.ticks(Math.max(2, Math.min(8, Math.round(frame.width / 80)))), x),
    yTicks: logY ? powers(low, high, y) : ticked(y.ticks(4), y),
    lines: series.map((one) => ({ series: one, path: path(one.values, xs, x, y, logY) })),
  };
}

/** Index whose x is nearest to a position in the figure. */
export function nearest(xs: ArrayLike<number>, x: (value: number) => number, at: number): number {
  let best = 0;
  for (let index = 1; index < xs.length; index += 1) {
    if (Math.abs(x(xs[index] ?? 0) - at) < Math.abs(x(xs[best] ?? 0) - at)) best = index;
  }
  return best;
}

/** Labels of one axis in one format: plain if all are short, else as powers of ten. */
export function axisTexts(values: readonly number[]): string[] {
  const texts = values.map((value) => String(Number(value.toPrecision(6))));
  if (texts.every((text) => text.length <= SHORT && !text.includes('e'))) return texts.map(minus);
  if (values.every((value) => Number.isInteger(exponent(value)))) {
    return values.map((value) => `10${raised(exponent(value))}`);
  }
  return texts.map((text) => (text === '0' ? text : minus(Number(text).toExponential().replace('e+', 'e'))));
}

/** A single label. */
export function axisLabel(value: number): string {
  const size = Math.abs(value);
  const text =
    size !== 0 && (size >= 1e5 || size < 1e-3) ? value.toExponential() : String(Number(value.toPrecision(6)));
  return text.replaceAll('-', '−').replace('e+', 'e');
}

function path(
  values: ArrayLike<number>,
  xs: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
  logY: boolean,
): string {
  let text = '';
  let connected = false; // the path is interrupted at missing values
  for (let index = 0; index < Math.min(values.length, xs.length); index += 1) {
    const value = values[index] ?? NaN;
    const visible = Number.isFinite(value) && (!logY || value > 0);
    if (visible) text += `${connected ? 'L' : 'M'}${x(xs[index] ?? 0).toFixed(2)},${y(value).toFixed(2)}`;
    connected = visible;
  }
  return text;
}

function extent(all: readonly ArrayLike<number>[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const values of all) {
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? NaN;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

function padded([low, high]: [number, number]): [number, number] {
  if (low !== high) return [low, high];
  const air = Math.abs(low) / 2 || 0.5;
  return [low - air, high + air];
}

/** Whole powers of ten around all positive values. */
function logExtent(all: readonly ArrayLike<number>[]): [number, number] {
  const above = all.map((values) => Array.from(values).filter((value) => Number.isFinite(value) && value > 0));
  if (above.every((values) => values.length === 0)) return [0.1, 10];
  const [low, high] = extent(above).map(Math.log10) as [number, number];
  const [from, to] = [Math.floor(low + 1e-9), Math.ceil(high - 1e-9)];
  return [10 ** from, 10 ** (to > from ? to : from + 1)];
}

/** Base-10 logarithm, exact for powers of ten. */
function exponent(value: number): number {
  return Number(Math.log10(value).toFixed(9));
}

function ticked(values: readonly number[], place: (value: number) => number): Tick[] {
  const texts = axisTexts(values);
  return values.map((value, index) => ({ at: place(value), text: texts[index] ?? '' }));
}

/** At most six powers of ten. */
function powers(low: number, high: number, y: (value: number) => number): Tick[] {
  const [from, to] = [Math.round(Math.log10(low)), Math.round(Math.log10(high))];
  const step = Math.max(1, Math.ceil((to - from) / 5));
  const ticks: Tick[] = [];
  for (let power = from; power <= to; power += step) ticks.push({ at: y(10 ** power), text: `10${raised(power)}` });
  return ticks;
}

function raised(power: number): string {
  return String(power).replace(/./g, (sign) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(sign)] ?? '⁻');
}

function nameRows(box: Box, series: readonly Series[]): { names: Name[]; rows: number } {
  const names: Name[] = [];
  let [x, row] = [box.x + LEFT, 0];
  const named = series.filter(({ label }) => label !== '');
  for (const one of named) {
    const wide = SAMPLE + width(one.label) + 14;
    if (x + wide > box.x + box.width && x > box.x + LEFT) {
      x = box.x + LEFT;
      row += 1;
    }
    names.push({ x, y: box.y + row * ROW + 12, series: one });
    x += wide;
  }
  return { names, rows: named.length === 0 ? 0 : row + 1 };
}

/** Approximate width of a text at 12 units; a Chinese character is twice as wide as a Latin letter. */
function width(text: string): number {
  let sum = 0;
  for (const sign of text) sum += sign.charCodeAt(0) > 0x2e80 ? 12 : 6.2;
  return sum;
}
