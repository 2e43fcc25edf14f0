/** Encodes a raster for the socket: a header of twelve bytes, then one grey byte per pixel. */

const HEADER_BYTES = 12;
const VERSION = 1;
const STROKE = 1;

export interface Raster {
  width: number;
  height: number;
  data: Uint8Array; // 0 = black ink, 255 = white paper
}

export function encodeStroke(sequence: number, { width, height, data }: Raster): ArrayBuffer {
  const message = new ArrayBuffer(HEADER_BYTES + data.length);
  const header = new DataView(message);
  header.setUint8(0, 'R'.charCodeAt(0));
  header.setUint8(1, 'X'.charCodeAt(0));
  header.setUint8(2, VERSION);
  header.setUint8(3, STROKE);
  header.setUint32(4, sequence, true);
  header.setUint16(8, width, true);
  header.setUint16(10, height, true);
  new Uint8Array(message, HEADER_BYTES).set(data);
  return message;
}
