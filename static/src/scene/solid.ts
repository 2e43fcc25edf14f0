/** A 3-D convolution in a small volume: the window's places and sums, and the volume as sheets seen from above at a slant. */

export interface Solid {
  depth: number;
  height: number;
  width: number;
  data: Float32Array;
}

export interface Place {
  slice: number;
  row: number;
  col: number;
}

export interface Term3 {
  at: Place;
  /** Whether the place is padding, outside of the volume. */
  outside: boolean;
  value: number;
  weight: number;
  product: number;
}

export type Point = readonly [number, number];

export function solid(depth: number, height: number, width: number, data: ArrayLike<number>): Solid {
  return { depth, height, width, data: Float32Array.from(data) };
}

/** The volume as lists in lists. */
export function nestedSolid({ depth, height, width, data }: Solid): number[][][] {
  return Array.from({ length: depth }, (_, slice) =>
    Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, col) => data[(slice * height + row) * width + col] ?? 0),
    ),
  );
}

/** A list of lists of lists as a volume. */
export function solidOf(values: readonly (readonly (readonly number[])[])[]): Solid {
  return solid(values.length, values[0]?.length ?? 0, values[0]?.[0]?.length ?? 0, values.flat(2));
}

/** One side of the output, by the formula of the flat convolution. */
export function sideOut(length: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((length + 2 * padding - kernel) / stride) + 1;
}

/** Depth, height and width of the output. */
export function shapeOut(input: Solid, kernel: Solid, stride: number, padding: number): [number, number, number] {
  return [
    sideOut(input.depth, kernel.depth, stride, padding),
    sideOut(input.height, kernel.height, stride, padding),
    sideOut(input.width, kernel.width, stride, padding),
  ];
}

/** The place with a number, counting along rows, then slices. */
export function placeOf(index: number, [, height, width]: readonly [number, number, number]): Place {
  return { slice: Math.floor(index / (height * width)), row: Math.floor(index / width) % height, col: index % width };
}

/** The products that make one output value, kernel slice by kernel slice. */
export function terms3(input: Solid, kernel: Solid, stride: number, padding: number, out: Place): Term3[] {
  const found: Term3[] = [];
  kernel.data.forEach((weight, index) => {
    const k = placeOf(index, [kernel.depth, kernel.height, kernel.width]);
    const at = {
      slice: out.slice * stride - padding + k.slice,
      row: out.row * stride - padding + k.row,
      col: out.col * stride - padding + k.col,
    };
    const outside =
      Math.min(at.slice, at.row, at.col) < 0 ||
      at.slice >= input.depth ||
      at.row >= input.height ||
      at.col >= input.width;
    const value = outside ? 0 : (input.data[(at.slice * input.height + at.row) * input.width + at.col] ?? 0);
    found.push({ at, outside, value, weight, product: value * weight });
  });
  return found;
}

/** The whole output, as the browser shows it until the server has answered. */
export function convolve3(input: Solid, kernel: Solid, stride: number, padding: number): Solid {
  const shape = shapeOut(input, kernel, stride, padding);
  const data = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, index) =>
    terms3(input, kernel, stride, padding, placeOf(index, shape)).reduce((sum, { product }) => sum + product, 0),
  );
  return { depth: shape[0], height: shape[1], width: shape[2], data };
}

/** Sheets seen at a slant: a step along a row, a step to the next row, a step to the next slice, in pixels. */
export interface Slant {
  col: Point;
  row: Point;
  slice: Point;
}

/** Whole steps that keep numbers apart: cells as wide as `pitch`, rows two thirds as high and moved to the left. */
export function slant(pitch: number, rows: number): Slant {
  const down = Math.round(pitch * 0.68);
  return {
    col: [pitch, 0],
    row: [-Math.round(pitch * 0.36), down],
    slice: [0, rows * down + Math.round(pitch * 0.7)],
  };
}

/** The point at a place, which may lie between cells. */
export function project({ col, row, slice }: Slant, at: Place): Point {
  return [
    at.col * col[0] + at.row * row[0] + at.slice * slice[0],
    at.col * col[1] + at.row * row[1] + at.slice * slice[1],
  ];
}

/** The four corners of a rectangle of cells on one sheet. */
export function patch(view: Slant, at: Place, height: number, width: number): Point[] {
  return [
    [0, 0],
    [0, width],
    [height, width],
    [height, 0],
  ].map(([down = 0, right = 0]) => project(view, { slice: at.slice, row: at.row + down, col: at.col + right }));
}

/** How much room a volume takes, and how far right its first corner has to start so that nothing is cut off. */
export function extent(
  view: Slant,
  [depth, height, width]: readonly [number, number, number],
): { width: number; height: number; left: number } {
  const corners = [0, depth - 1].flatMap((slice) => patch(view, { slice, row: 0, col: 0 }, height, width));
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const left = -Math.min(...xs);
  return { width: Math.max(...xs) + left, height: Math.max(...ys), left };
}

/** Points as an svg polygon writes them. */
export function points(corners: readonly Point[]): string {
  return corners.map(([x, y]) => `${x},${y}`).join(' ');
}
