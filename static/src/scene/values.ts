/** Values of a layer from a frame, for maps and vectors alike. */

/** One byte per value: value = minimum + q / 255 * (maximum - minimum) of its map. */
export interface Quantized {
  count: number;
  height: number;
  width: number;
  q: Uint8Array;
  range: Float32Array;
}

/** [minimum, maximum] of the range of a map; a vector has one range for all units. */
export function rangeOf(values: Quantized, map: number): [number, number] {
  const at = values.range.length > 2 ? 2 * map : 0;
  return [values.range[at] ?? 0, values.range[at + 1] ?? 0];
}

/** Magnitude with the last colour: of one map, or of the layer if no map is given. */
export function limitOf(values: Quantized, map: number | null): number {
  if (map !== null) {
    const [minimum, maximum] = rangeOf(values, map);
    return Math.max(Math.abs(minimum), Math.abs(maximum));
  }
  let limit = 0;
  for (const end of values.range) limit = Math.max(limit, Math.abs(end));
  return limit;
}

/** Value of one cell of a map; of unit `map` for a vector. */
export function valueOf(values: Quantized, map: number, row: number, col: number): number {
  const [minimum, maximum] = rangeOf(values, map);
  const size = values.count === 1 && values.height === 1 ? 1 : values.height * values.width;
  const q = values.q[map * size + row * values.width + col] ?? 0;
  return minimum + (q / 255) * (maximum - minimum);
}

export function magnitude(values: Iterable<number>): number {
  let limit = 0;
  for (const value of values) limit = Math.max(limit, Math.abs(value));
  return limit;
}

/** All values of a vector. */
export function dequantized(values: Quantized): Float32Array {
  return Float32Array.from(values.q, (q, unit) => {
    const [minimum, maximum] = rangeOf(values, unit);
    return minimum + (q / 255) * (maximum - minimum);
  });
}
