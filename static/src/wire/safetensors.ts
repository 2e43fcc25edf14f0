/** Reads safetensors files as typed views on their bytes, and writes tensors as such files. */

const VIEWS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const;

export type DType = keyof typeof VIEWS;
export type View = InstanceType<(typeof VIEWS)[DType]>;

export interface Tensor {
  dtype: DType;
  shape: number[];
  data: View;
}

export interface Tensors {
  metadata: Record<string, string>;
  tensors: Map<string, Tensor>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const LENGTH_BYTES = 8;

export class SafetensorsError extends Error {}

/** Views without a copy if a tensor is aligned to its element size; throws SafetensorsError for a damaged file. */
export function decode(file: ArrayBuffer): Tensors {
  if (file.byteLength < LENGTH_BYTES) throw new SafetensorsError(`${file.byteLength} bytes hold no header`);
  const length = Number(new DataView(file).getBigUint64(0, true));
  const start = LENGTH_BYTES + length;
  if (start > file.byteLength) throw new SafetensorsError(`a header of ${length} bytes in ${file.byteLength}`);
  const { __metadata__: metadata = {}, ...entries } = parse(new Uint8Array(file, LENGTH_BYTES, length));
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    tensors.set(name, view(file, start, name, entry));
  }
  return { metadata: metadata as Record<string, string>, tensors };
}

/** A tensor to be sent: its shape and values, float32, int32 or uint8 after their array. */
export interface Sendable {
  shape: readonly number[];
  data: Float32Array | Int32Array | Uint8Array;
}

/** Encodes tensors and metadata as one file. */
export function encode(tensors: Record<string, Sendable>, metadata: Record<string, string> = {}): ArrayBuffer {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let size = 0;
  const chunks: { at: number; data: Sendable['data'] }[] = [];
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    const dtype = data instanceof Float32Array ? 'F32' : data instanceof Int32Array ? 'I32' : 'U8';
    if (shape.reduce((product, side) => product * side, 1) !== data.length) {
      throw new SafetensorsError(`${name}: ${data.length} values for a shape of ${shape.join(' × ')}`);
    }
    header[name] = { dtype, shape, data_offsets: [size, size + data.byteLength] };
    chunks.push({ at: size, data });
    size += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const file = new Uint8Array(LENGTH_BYTES + length + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + length);
  file.set(text, LENGTH_BYTES);
  for (const { at, data } of chunks) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), LENGTH_BYTES + length + at);
  }
  return file.buffer;
}

function parse(header: Uint8Array<ArrayBuffer>): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(header)) as Record<string, unknown>;
  } catch {
    throw new SafetensorsError('the header is no JSON');
  }
}

function view(
  file: ArrayBuffer,
  start: number,
  name: string,
  { dtype, shape, data_offsets: [from, to] }: Entry,
): Tensor {
  if (!(dtype in VIEWS)) throw new SafetensorsError(`${name} is ${dtype}, which is not read here`);
  const Elements = VIEWS[dtype as DType];
  const size = Elements.BYTES_PER_ELEMENT;
  const count = shape.reduce((product, side) => product * side, 1);
  if (to - from !== count * size || from < 0 || start + to > file.byteLength) {
    throw new SafetensorsError(`${name} of ${count} elements lies at ${from} to ${to} of ${file.byteLength - start}`);
  }
  const at = start + from;
  const data = at % size === 0 ? new Elements(file, at, count) : new Elements(file.slice(at, start + to));
  return { dtype: dtype as DType, shape, data };
}
