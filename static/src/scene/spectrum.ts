/** Discrete Fourier transform of small maps: displayed spectra, and circular convolution through them. */

export interface Spectrum {
  height: number;
  width: number;
  real: Float64Array;
  imag: Float64Array;
}

/** Largest side whose spectrum is computed in the browser. */
export const PREVIEWED = 32;

/** Transforms `count` rows of `length` values, `step` apart within a row and `stride` from row to row, into new arrays. */
function alongAxis(
  from: Spectrum,
  length: number,
  step: number,
  count: number,
  stride: number,
  sign: number,
): Spectrum {
  const real = new Float64Array(from.real.length);
  const imag = new Float64Array(from.imag.length);
  const cos = Float64Array.from({ length }, (_, turn) => Math.cos((2 * Math.PI * turn) / length));
  const sin = Float64Array.from({ length }, (_, turn) => sign * Math.sin((2 * Math.PI * turn) / length));
  for (let line = 0; line < count; line += 1) {
    for (let u = 0; u < length; u += 1) {
      let [re, im] = [0, 0];
      for (let n = 0; n < length; n += 1) {
        const [a, b] = [from.real[line * stride + n * step] ?? 0, from.imag[line * stride + n * step] ?? 0];
        const [c, s] = [cos[(u * n) % length] ?? 0, sin[(u * n) % length] ?? 0];
        re += a * c - b * s;
        im += a * s + b * c;
      }
      real[line * stride + u * step] = re;
      imag[line * stride + u * step] = im;
    }
  }
  return { height: from.height, width: from.width, real, imag };
}

function both(from: Spectrum, sign: number): Spectrum {
  const { height, width } = from;
  return alongAxis(alongAxis(from, width, 1, height, width, sign), height, width, width, 1, sign);
}

/** X[u, v] = sum over n, m of x[n, m] exp(-2 pi i (u n / H + v m / W)). */
export function transform(values: ArrayLike<number>, height: number, width: number): Spectrum {
  const real = Float64Array.from({ length: height * width }, (_, at) => values[at] ?? 0);
  return both({ height, width, real, imag: new Float64Array(height * width) }, -1);
}

/** Real part of the inverse transform. */
export function inverse(spectrum: Spectrum): Float64Array {
  const size = spectrum.height * spectrum.width;
  return both(spectrum, 1).real.map((value) => value / size);
}

/** Product per frequency, with the conjugate of the second for cross-correlation. */
export function product(one: Spectrum, other: Spectrum, conjugate: boolean): Spectrum {
  const sign = conjugate ? -1 : 1;
  const real = one.real.map((a, at) => a * (other.real[at] ?? 0) - sign * (one.imag[at] ?? 0) * (other.imag[at] ?? 0));
  const imag = one.real.map((a, at) => sign * a * (other.imag[at] ?? 0) + (one.imag[at] ?? 0) * (other.real[at] ?? 0));
  return { height: one.height, width: one.width, real, imag };
}

/** Magnitude |X| of every frequency. */
export function magnitudes({ real, imag }: Pick<Spectrum, 'real' | 'imag'>): Float64Array {
  return real.map((a, at) => Math.hypot(a, imag[at] ?? 0));
}

/** Offset of frequency zero in a displayed spectrum. */
const half = (length: number) => Math.floor(length / 2);

/** Frequency at a displayed index: 0 in the middle, negative before it. */
export function frequency(place: number, length: number): number {
  return place - half(length);
}

/** Index of a frequency in the transform. */
export function indexOfFrequency(place: number, length: number): number {
  return (frequency(place, length) + length) % length;
}

/** The values shifted so that frequency zero is in the middle. */
export function centred(values: ArrayLike<number>, height: number, width: number): Float64Array {
  return Float64Array.from({ length: height * width }, (_, at) => {
    const [row, col] = [Math.floor(at / width), at % width];
    return values[indexOfFrequency(row, height) * width + indexOfFrequency(col, width)] ?? 0;
  });
}

/** Displayed magnitude: log(1 + |X|), so that weak ones are visible beside the mean. */
export function displayedMagnitude(magnitude: number): number {
  return Math.log1p(magnitude);
}

/** The wave of one frequency, cos(2 pi (u n / H + v m / W)), row by row. */
export function wave(u: number, v: number, height: number, width: number): Float64Array {
  return Float64Array.from({ length: height * width }, (_, at) =>
    Math.cos(2 * Math.PI * ((u * Math.floor(at / width)) / height + (v * (at % width)) / width)),
  );
}

/** The kernel with the gaps of its dilation. */
export function dilated(
  kernel: ArrayLike<number>,
  [height, width]: readonly [number, number],
  [down, across]: readonly [number, number],
): { values: Float64Array; height: number; width: number } {
  const [tall, wide] = [(height - 1) * down + 1, (width - 1) * across + 1];
  const values = new Float64Array(tall * wide);
  for (let row = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1) values[row * down * wide + col * across] = kernel[row * width + col] ?? 0;
  }
  return { values, height: tall, width: wide };
}

/** A kernel in the upper left corner of a zero map of the transform's size. */
export function enlarged(
  kernel: ArrayLike<number>,
  [tall, wide]: readonly [number, number],
  [height, width]: readonly [number, number],
): Float64Array {
  const values = new Float64Array(height * width);
  for (let row = 0; row < tall; row += 1) {
    for (let col = 0; col < wide; col += 1) values[row * width + col] = kernel[row * wide + col] ?? 0;
  }
  return values;
}

/** Position of an output cell in the circular output along one axis, and whether its window is inside the input. */
export function circularPlace(
  cell: number,
  {
    stride,
    before,
    side,
    length,
    flip,
  }: { stride: number; before: number; side: number; length: number; flip: boolean },
): { place: number; inside: boolean } {
  const first = cell * stride - before;
  const place = flip ? first + side - 1 : first;
  return { place: ((place % length) + length) % length, inside: first >= 0 && first + side <= length };
}
