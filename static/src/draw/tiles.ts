/** Paints every map of the figure from bytes: nearest neighbour, whole device pixels per cell. */

import type { Block, Scene, Tile } from '../scene/arrange';
import { indexOf, type Palette } from '../scene/palette';
import { limitOf, rangeOf, type Quantized } from '../scene/values';

export interface Brush {
  palette: Palette;
  /** One scale per map, or one for the layer. */
  scale: 'map' | 'layer';
  /** Number of values of each map to paint; the rest stays empty. */
  filled: number;
  /** True if the layer has not been computed yet. */
  dim: boolean;
}

export interface Colours {
  sheet: string;
  hairline: string;
}

/** The network's input: values of each channel (0 to 1), and the colour of a channel. */
export type Picture = { values: Float32Array; palette: Palette; edge: string | null }[];

/** Cell size (CSS pixels) from which on hairlines are drawn between cells. */
export const HAIRLINE_FROM = 12;

const MAX_ROWS = 8192; // rows of the scratch canvas; browsers limit its height

let scratch: HTMLCanvasElement | null = null;

export function words(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
): { image: ImageData; pixels: Uint32Array } {
  const image = context.createImageData(width, height);
  return { image, pixels: new Uint32Array(image.data.buffer) };
}

export function scratchOf(width: number, height: number): CanvasRenderingContext2D {
  scratch ??= document.createElement('canvas');
  if (scratch.width < width) scratch.width = width;
  if (scratch.height < height) scratch.height = height;
  const context = scratch.getContext('2d', { willReadFrequently: false });
  if (context === null) throw new Error('this browser draws no 2D pictures');
  return context;
}

/** Colour word (RGBA, 32 bits) for each byte of a map. */
export function lookup(palette: Palette, minimum: number, maximum: number, limit: number): Uint32Array {
  const table = new Uint32Array(256);
  const step = (maximum - minimum) / 255;
  for (let q = 0; q < 256; q += 1) {
    table[q] = palette.words[indexOf(palette.diverging, minimum + q * step, limit)] ?? 0;
  }
  return table;
}

function outline(context: CanvasRenderingContext2D, box: Tile['box'], colours: Colours, line: number): void {
  context.fillStyle = colours.hairline;
  context.fillRect(box.x - line, box.y - line, box.width + 2 * line, box.height + 2 * line);
  context.fillStyle = colours.sheet;
  context.fillRect(box.x, box.y, box.width, box.height);
}

/** Paints every map of a block; without values only the empty sheets. */
export function paintBlock(
  context: CanvasRenderingContext2D,
  scene: Scene,
  block: Block,
  values: Quantized | null,
  brush: Brush,
  colours: Colours,
): void {
  const { column, tiles, cell } = block;
  const line = Math.max(1, Math.round(scene.ratio));
  context.save();
  if (column.vector) outline(context, block.box, colours, line);
  else for (const tile of tiles) outline(context, tile.box, colours, line);
  if (values !== null) {
    context.globalAlpha = brush.dim ? 0.12 : 1;
    context.imageSmoothingEnabled = false;
    if (column.vector) paintUnits(context, block, values, brush);
    else paintMaps(context, tiles, values, brush, column.width, column.height);
    context.globalAlpha = 1;
  }
  if (cell / scene.ratio >= HAIRLINE_FROM) {
    context.fillStyle = colours.hairline;
    const boxes = column.vector ? [block.box] : tiles.map((tile) => tile.box);
    for (const box of boxes) rule(context, box, cell);
  }
  context.restore();
}

function paintMaps(
  context: CanvasRenderingContext2D,
  tiles: readonly Tile[],
  values: Quantized,
  brush: Brush,
  width: number,
  height: number,
): void {
  const size = width * height;
  const shared = brush.scale === 'layer' ? limitOf(values, null) : null;
  const mapsPerPass = Math.max(1, Math.floor(MAX_ROWS / height));
  for (let first = 0; first < tiles.length; first += mapsPerPass) {
    const some = tiles.slice(first, first + mapsPerPass);
    const scratched = scratchOf(width, height * some.length);
    const { image, pixels } = words(scratched, width, height * some.length);
    some.forEach(({ map }, position) => {
      const [minimum, maximum] = rangeOf(values, map);
      const table = lookup(brush.palette, minimum, maximum, shared ?? limitOf(values, map));
      const end = Math.min(size, brush.filled);
      for (let index = 0; index < end; index += 1) {
        pixels[position * size + index] = table[values.q[map * size + index] ?? 0] ?? 0;
      }
    });
    scratched.putImageData(image, 0, 0);
    some.forEach(({ box }, position) => {
      context.drawImage(scratched.canvas, 0, position * height, width, height, box.x, box.y, box.width, box.height);
    });
  }
}

function paintUnits(context: CanvasRenderingContext2D, block: Block, values: Quantized, brush: Brush): void {
  const { across, tiles, box } = block;
  const down = Math.ceil(tiles.length / across);
  const scratched = scratchOf(across, down);
  const { image, pixels } = words(scratched, across, down);
  const limit = limitOf(values, null);
  const single = values.range.length <= 2;
  const table = single ? lookup(brush.palette, ...rangeOf(values, 0), limit) : null;
  const end = Math.min(tiles.length, brush.filled);
  for (let unit = 0; unit < end; unit += 1) {
    pixels[unit] =
      table === null
        ? (brush.palette.words[indexOf(brush.palette.diverging, rangeOf(values, unit)[0], limit)] ?? 0)
        : (table[values.q[unit] ?? 0] ?? 0);
  }
  scratched.putImageData(image, 0, 0);
  context.drawImage(scratched.canvas, 0, 0, across, down, box.x, box.y, box.width, box.height);
}

function rule(context: CanvasRenderingContext2D, box: Tile['box'], cell: number): void {
  for (let x = box.x + cell; x < box.x + box.width; x += cell) context.fillRect(x, box.y, 1, box.height);
  for (let y = box.y + cell; y < box.y + box.height; y += cell) context.fillRect(box.x, y, box.width, 1);
}

/** Paints the network's input; without values only the empty sheets. */
export function paintPicture(
  context: CanvasRenderingContext2D,
  scene: Scene,
  picture: Picture | null,
  colours: Colours,
): void {
  const { tiles, cell } = scene.input;
  tiles.forEach(({ box }, channel) => {
    const input = picture?.[channel];
    const line = Math.max(1, Math.round(scene.ratio));
    if (input?.edge) outline(context, box, { ...colours, hairline: input.edge }, 2 * line);
    else outline(context, box, colours, line);
    if (input === undefined) return;
    const { values, palette } = input;
    const [width, height] = [box.width / cell, box.height / cell];
    const scratched = scratchOf(width, height);
    const { image, pixels } = words(scratched, width, height);
    values.forEach((value, index) => (pixels[index] = palette.words[indexOf(false, value, 1)] ?? 0));
    scratched.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(scratched.canvas, 0, 0, width, height, box.x, box.y, box.width, box.height);
  });
}
