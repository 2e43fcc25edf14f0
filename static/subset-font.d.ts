/** The part of subset-font that the build uses; the package has no types. */

declare module 'subset-font' {
  interface Options {
    targetFormat?: 'sfnt' | 'woff' | 'woff2';
    /** For each axis the one place that stays, or the range. */
    variationAxes?: Record<string, number | { min: number; max: number; default?: number }>;
  }

  /** The font with the glyphs of the text alone. */
  export default function subset(font: Buffer, text: string, options?: Options): Promise<Buffer>;
}
