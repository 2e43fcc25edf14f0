/** Cells of a map in an SVG figure: one rect per value, updated only where it changes. */

import { css, type Palette } from './palette';

const SVG = 'http://www.w3.org/2000/svg';

export interface Cells {
  values: ArrayLike<number>;
  cols: number;
  /** Side of a cell and position of the first one, in the figure's units. */
  cell: number;
  x: number;
  y: number;
  palette: Palette;
  limit: number;
}

/**
 * Draws cells into a group and updates them. A change of many values takes a tenth of the time of a reactive attribute
 * per cell. A value that is not finite has no colour.
 */
export class CellPainter {
  #group: Element;
  #rects: Element[] = [];
  #fills: string[] = [];
  #values: number[] = [];
  #place = '';

  constructor(group: Element) {
    this.#group = group;
  }

  paint({ values, cols, cell, x, y, palette, limit }: Cells): void {
    const place = `${x} ${y} ${cols} ${cell}`;
    const moved = place !== this.#place;
    this.#place = place;
    this.#count(values.length);
    for (let index = 0; index < values.length; index += 1) {
      const rect = this.#rects[index] as Element;
      const value = values[index] as number;
      if (moved || this.#fills[index] === undefined) {
        rect.setAttribute('x', `${x + (index % cols) * cell}`);
        rect.setAttribute('y', `${y + Math.floor(index / cols) * cell}`);
        rect.setAttribute('width', `${cell}`);
        rect.setAttribute('height', `${cell}`);
      }
      const fill = Number.isNaN(value) ? 'none' : css(palette, value, limit);
      if (fill !== this.#fills[index]) rect.setAttribute('fill', fill);
      this.#fills[index] = fill;
      if (!Object.is(value, this.#values[index])) rect.setAttribute('data-value', `${value}`);
      this.#values[index] = value;
    }
  }

  /** Adjusts the number of rects to the number of values. */
  #count(count: number): void {
    for (const rect of this.#rects.splice(count)) rect.remove();
    this.#fills.length = this.#values.length = Math.min(count, this.#fills.length);
    const fresh = document.createDocumentFragment();
    while (this.#rects.length < count) {
      const rect = document.createElementNS(SVG, 'rect');
      rect.setAttribute('class', 'cell');
      this.#rects.push(rect);
      fresh.append(rect);
    }
    this.#group.append(fresh);
  }
}
