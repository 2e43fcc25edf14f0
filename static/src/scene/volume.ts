/** A stack of maps, (channels, height, width), in one array. */

export interface Volume {
  channels: number;
  height: number;
  width: number;
  /** (channels, height, width), row by row. */
  data: Float32Array;
}

/** A volume of these values, by default zeros. Throws RangeError if their number does not match. */
export function volume(channels: number, height: number, width: number, values?: ArrayLike<number>): Volume {
  const cells = channels * height * width;
  if (values !== undefined && values.length !== cells) {
    throw new RangeError(`${values.length} values for ${channels} × ${height} × ${width} cells`);
  }
  if (values === undefined) return { channels, height, width, data: new Float32Array(cells) };
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  return { channels, height, width, data };
}

/** One channel's values, as a view. */
export function channel({ height, width, data }: Volume, index: number): Float32Array {
  return data.subarray(index * height * width, (index + 1) * height * width);
}

/** One value; undefined outside. */
export function cell({ channels, height, width, data }: Volume, at: number, row: number, col: number) {
  const inside = at >= 0 && at < channels && row >= 0 && row < height && col >= 0 && col < width;
  return inside ? data[(at * height + row) * width + col] : undefined;
}

/** Rows, or channels of rows, as a volume; throws if the rows differ in length. */
export function fromNested(values: readonly number[][] | readonly number[][][]): Volume {
  const channels = (Array.isArray(values[0]?.[0]) ? values : [values]) as number[][][];
  const height = channels[0]?.length ?? 0;
  const width = channels[0]?.[0]?.length ?? 0;
  for (const rows of channels) {
    if (rows.length !== height || rows.some((row) => row.length !== width)) throw new RangeError('ragged rows');
  }
  return volume(channels.length, height, width, channels.flat(2));
}

/** The volume as channels of rows. */
export function nested(of: Volume): number[][][] {
  return Array.from({ length: of.channels }, (_, index) => rows(channel(of, index), of.width));
}

/** Values as rows of this width. */
export function rows(values: ArrayLike<number>, width: number): number[][] {
  const count = width === 0 ? 0 : values.length / width;
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: width }, (_, col) => values[row * width + col] ?? 0),
  );
}
