/** Palettes, one per quantity: tables of 256 colours, with zero in exactly the sheet's colour. */

export type Rgb = readonly [number, number, number];
export type Quantity = 'ink' | 'activation' | 'signed' | 'weight' | 'gradient';
export type Theme = 'light' | 'dark';

/** Colour of the sheet per theme, if no stylesheet sets it. */
export const SHEET: Record<Theme, Rgb> = { light: [255, 255, 255], dark: [14, 16, 20] };

/** Index of zero in a diverging table. */
export const ZERO = 128;

/** Colours from nearest zero to furthest; the sheet's colour precedes them. */
const RAMPS: Record<Theme, Record<Quantity, { below: Rgb[]; above: Rgb[] }>> = {
  light: {
    ink: { below: [], above: [[29, 31, 36]] },
    activation: {
      below: [],
      above: [
        [167, 170, 222],
        [93, 84, 179],
        [38, 20, 107],
      ],
    },
    signed: {
      below: [
        [196, 163, 207],
        [118, 42, 131],
        [64, 0, 75],
      ],
      above: [
        [143, 203, 142],
        [27, 120, 55],
        [0, 68, 27],
      ],
    },
    weight: {
      below: [
        [146, 187, 226],
        [33, 102, 172],
        [5, 48, 97],
      ],
      above: [
        [247, 186, 124],
        [204, 91, 8],
        [115, 44, 2],
      ],
    },
    gradient: {
      below: [
        [216, 190, 130],
        [140, 81, 10],
        [84, 48, 5],
      ],
      above: [
        [128, 205, 193],
        [1, 102, 94],
        [0, 60, 48],
      ],
    },
  },
  dark: {
    ink: { below: [], above: [[236, 234, 228]] },
    activation: {
      below: [],
      above: [
        [94, 79, 58],
        [185, 150, 84],
        [255, 240, 200],
      ],
    },
    signed: {
      below: [
        [92, 62, 110],
        [168, 116, 190],
        [236, 208, 246],
      ],
      above: [
        [44, 98, 60],
        [92, 176, 108],
        [206, 246, 206],
      ],
    },
    weight: {
      below: [
        [40, 84, 128],
        [94, 158, 218],
        [208, 232, 255],
      ],
      above: [
        [122, 74, 26],
        [224, 142, 58],
        [255, 228, 190],
      ],
    },
    gradient: {
      below: [
        [104, 80, 40],
        [190, 144, 76],
        [248, 226, 180],
      ],
      above: [
        [26, 98, 92],
        [72, 178, 166],
        [204, 248, 240],
      ],
    },
  },
};

type Lab = [number, number, number];

function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

function gamma(part: number): number {
  const channel = part <= 0.0031308 ? part * 12.92 : 1.055 * part ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, channel)));
}

/** OKLab of an sRGB colour (Ottosson 2020). */
function toLab([red, green, blue]: Rgb): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromLab([light, a, b]: Lab): Rgb {
  const l = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (light - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Colour at `t` (0 to 1) of a ramp with evenly spaced stops. */
function along(stops: readonly Lab[], t: number): Rgb {
  const place = Math.min(1, Math.max(0, t)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(place));
  const from = stops[index] ?? [0, 0, 0];
  const to = stops[index + 1] ?? from;
  const part = place - index;
  return fromLab([0, 1, 2].map((axis) => (from[axis] ?? 0) * (1 - part) + (to[axis] ?? 0) * part) as Lab);
}

export interface Palette {
  quantity: Quantity;
  diverging: boolean;
  /** 256 colours as red, green, blue. */
  colours: Rgb[];
  /** The same 256 colours as little-endian RGBA words, ready for ImageData. */
  words: Uint32Array;
}

/** The 256 colours of a quantity; a diverging table has zero at index 128 and both ends equally far from it. */
export function palette(quantity: Quantity, theme: Theme, sheet: Rgb = SHEET[theme]): Palette {
  const { below, above } = RAMPS[theme][quantity];
  const diverging = below.length > 0;
  const up = [sheet, ...above].map(toLab);
  const down = [sheet, ...below].map(toLab);
  const colours = Array.from({ length: 256 }, (_, index): Rgb => {
    if (index === (diverging ? ZERO : 0)) return sheet;
    if (!diverging) return along(up, index / 255);
    return index > ZERO ? along(up, (index - ZERO) / 127) : along(down, (ZERO - index) / 127);
  });
  return { quantity, diverging, colours, words: wordsOf(colours) };
}

function wordsOf(colours: readonly Rgb[]): Uint32Array {
  return Uint32Array.from(colours, ([red, green, blue]) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0);
}

/** Black to white, so that a photo is not shown as its negative. */
export const GREYS: Palette = (() => {
  const colours = Array.from({ length: 256 }, (_, level): Rgb => [level, level, level]);
  return { quantity: 'ink', diverging: false, colours, words: wordsOf(colours) };
})();

/** Colours of the channels of a colour picture: red, green and blue. */
export const CHANNELS = ['rgb(201 48 44)', 'rgb(38 132 62)', 'rgb(42 98 201)'];

/** Index of a value's colour; a magnitude of `limit` has the last colour. */
export function indexOf(diverging: boolean, value: number, limit: number): number {
  if (!(limit > 0)) return diverging ? ZERO : 0;
  const part = value / limit;
  if (diverging) return ZERO + Math.sign(part) * Math.round(127 * Math.min(1, Math.abs(part)));
  return Math.round(255 * Math.min(1, Math.max(0, part)));
}

/** A value's colour as CSS writes it. */
export function css(table: Palette, value: number, limit: number): string {
  const [red, green, blue] = table.colours[indexOf(table.diverging, value, limit)] ?? [0, 0, 0];
  return `rgb(${red} ${green} ${blue})`;
}

/** Relative luminance (WCAG 2), 0 to 1. */
export function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** Contrast ratio of two colours (WCAG 2), 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [one, two] = [luminance(a), luminance(b)];
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
}

const BLACK: Rgb = [16, 16, 20];
const WHITE: Rgb = [255, 255, 255];

/** Black or white, whichever has more contrast. */
export function inkOn(colour: Rgb): string {
  return contrast(colour, BLACK) >= contrast(colour, WHITE) ? 'rgb(16 16 20)' : 'rgb(255 255 255)';
}
