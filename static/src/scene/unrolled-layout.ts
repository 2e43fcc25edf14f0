/** Layout of a convolution's neurons and matrices: oblique sheets, cells as large as fit. */

import type { Point } from './solid';

export interface Shape {
  channels: number;
  height: number;
  width: number;
}

/** One map as a sheet of neurons; (x, y) is the centre of its first one. */
export interface Sheet {
  x: number;
  y: number;
  top: number;
  left: number;
}

export interface Net {
  width: number;
  height: number;
  /** True if the legend is beside the sheets. */
  beside: boolean;
  pitch: number;
  radius: number;
  /** Offsets to the next neuron in a row and to the next row. */
  down: number;
  lean: number;
  inputs: Sheet[];
  outputs: Sheet[];
  /** Position of the kernels, which are the legend. */
  legend: { x: number; y: number; width: number };
}

const HEAD = 26; // CSS pixels for a sheet's name
const LEGEND = 320; // CSS pixels beside the sheets, if there is room
const WIDE = 720;
const PITCH = { least: 27, most: 50 };

function row(shape: Shape, pitch: number, lean: number, down: number, top: number): { sheets: Sheet[]; width: number } {
  const each = (shape.width - 1) * pitch + (shape.height - 1) * lean + pitch;
  const sheets = Array.from({ length: shape.channels }, (_, index) => {
    const left = index * (each + pitch * 0.5);
    return { left, x: left + pitch / 2 + (shape.height - 1) * lean, y: top + HEAD + down / 2, top };
  });
  return { sheets, width: shape.channels * each + (shape.channels - 1) * pitch * 0.5 };
}

/** Input neurons above, output neurons below, centred. */
export function net(input: Shape, output: Shape, width: number, kernelHeight: number): Net {
  const beside = width >= WIDE;
  const room = beside ? width - LEGEND - 48 : width;
  const share = beside ? 0.34 : 0.18;
  const units = Math.max(
    ...[input, output].map((shape) => shape.channels * (shape.width + (shape.height - 1) * share + 0.5) - 0.5),
  );
  const pitch = Math.max(PITCH.least, Math.min(PITCH.most, Math.floor(room / units)));
  const [lean, down] = [pitch * share, Math.round(pitch * 0.74)];
  const above = row(input, pitch, lean, down, 0);
  const gap = Math.min(150, Math.max(84, pitch * 2.8));
  const top = HEAD + input.height * down + gap;
  const below = row(output, pitch, lean, down, top);
  const across = Math.max(above.width, below.width);
  const shifted = (sheets: Sheet[], own: number) =>
    sheets.map((sheet) => ({ ...sheet, x: sheet.x + (across - own) / 2, left: sheet.left + (across - own) / 2 }));
  const bottom = top + HEAD + output.height * down + 8;
  const legend = beside
    ? { x: across + 48, y: 0, width: Math.max(LEGEND, Math.min(600, width - across - 48)) }
    : { x: 0, y: bottom + 16, width };
  return {
    width: beside ? Math.max(width, across + 48 + LEGEND) : Math.max(width, across),
    height: beside ? Math.max(bottom, kernelHeight) : bottom + 16 + kernelHeight,
    beside,
    pitch,
    radius: Math.floor(pitch * 0.34),
    down,
    lean,
    inputs: shifted(above.sheets, above.width),
    outputs: shifted(below.sheets, below.width),
    legend,
  };
}

/** Centre of a neuron. */
export function neuron({ pitch, down, lean }: Net, sheet: Sheet, rowAt: number, col: number): Point {
  return [sheet.x + col * pitch - rowAt * lean, sheet.y + rowAt * down];
}

/** The largest cell in whole CSS pixels with which this many fit side by side; at least `least`. */
export function cellFor(count: number, room: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(room / Math.max(1, count))));
}
