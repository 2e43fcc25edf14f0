/** A 3-D convolution in a small volume: window positions, sums, and sheets in an oblique projection. */

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
  /** True if the position is padding. */
  outside: boolean;
  value: number;
  weight: number;
  product: number;
}

export type Point = readonly [number, number];

export function solid(depth: number, height: number, width: number, data: ArrayLike<number>): Solid {
  return { depth, height, width, data: Float32Array.from(data) };
}

/** The volume as nested lists. */
export function nestedSolid({ depth, height, width, data }: Solid): number[][][] {
  return Array.from({ length: depth }, (_, slice) =>
    Array.from({ length: height }, (_, row) =>
      Array.from({ length: width }, (_, col) => data[(slice * height + row) * width + col] ?? 0),
    ),
  );
}

/** Nested lists as a volume. */
export function solidOf(values: readonly (readonly (readonly number[])[])[]): Solid {
  return solid(values.length, values[0]?.length ?? 0, values[0]?.[0]?.length ?? 0, values.flat(2));
}

/** Output size along one axis. */
export function sideOut(length: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((length + 2 * padding - kernel) / stride) + 1;
}

/** Output size (depth, height, width). */
export function shapeOut(input: Solid, kernel: Solid, stride: number, padding: number): [number, number, number] {
  return [
    sideOut(input.depth, kernel.depth, stride, padding),
    sideOut(input.height, kernel.height, stride, padding),
    sideOut(input.width, kernel.width, stride, padding),
  ];
}

/** Position of an index, counting along rows, then slices. */
export function placeOf(index: number, [, height, width]: readonly [number, number, number]): Place {
  return { slice: Math.floor(index / (height * width)), row: Math.floor(index / width) % height, col: index % width };
}

/** Products of one output value, by kernel slice. */
export function terms3(input: Solid, kernel: Solid, stride: number, padding: number, out: Place): Term3[] {
  const terms: Term3[] = [];
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
    terms.push({ at, outside, value, weight, product: value * weight });
  });
  return terms;
}

/** The whole output, as a preview until the server answers. */
export function convolve3(input: Solid, kernel: Solid, stride: number, padding: number): Solid {
  const shape = shapeOut(input, kernel, stride, padding);
  const data = Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, (_, index) =>
    terms3(input, kernel, stride, padding, placeOf(index, shape)).reduce((sum, { product }) => sum + product, 0),
  );
  return { depth: shape[0], height: shape[1], width: shape[2], data };
}

/** Oblique projection: offsets to the next column, row and slice, pixels. */
export interface Slant {
  col: Point;
  row: Point;
  slice: Point;
}

/** Whole-pixel offsets for legible numbers: cells `pitch` wide, rows two thirds as high and shifted left. */
export function slant(pitch: number, rows: number): Slant {
  const down = Math.round(pitch * 0.68);
  return {
    col: [pitch, 0],
    row: [-Math.round(pitch * 0.36), down],
    slice: [0, rows * down + Math.round(pitch * 0.7)],
  };
}

/** Point of a position, which may lie between cells. */
export function project({ col, row, slice }: Slant, at: Place): Point {
  return [
    at.col * col[0] + at.row * row[0] + at.slice * slice[0],
    at.col * col[1] + at.row * row[1] + at.slice * slice[1],
  ];
}

/** Corners of a rectangle of cells on one sheet. */
export function patch(view: Slant, at: Place, height: number, width: number): Point[] {
  return [
    [0, 0],
    [0, width],
    [height, width],
    [height, 0],
  ].map(([down = 0, right = 0]) => project(view, { slice: at.slice, row: at.row + down, col: at.col + right }));
}

/** Size of the projected volume, and the offset of its first corner. */
export function extent(
  view: Slant,
  [depth, height, width]: readonly [number, number, number],
): { width: number; height: number; left: number } {
  const corners = [0, depth - 1].flatMap((slice) => patch(view, { slice, row: 0, col: 0 }, height, width));
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const left = -Math.min(...xs);
  return { width: Math.max(...xs) + left, height: Math.max(...ys), left };
}

/** Points in the syntax of an SVG polygon. */
export function points(corners: readonly Point[]): string {
  return corners.map(([x, y]) => `${x},${y}`).join(' ');
}
