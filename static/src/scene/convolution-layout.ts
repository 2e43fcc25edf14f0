/** Layout of input, kernel, products and output: side by side, or stacked on a phone. */

import type { Box } from './box';

export const STACKED = 720; // CSS pixels; below this width the figure runs downwards
export const LEGIBLE = 28; // CSS pixels; the least cell that holds its number
export const HEAD = 28; // CSS pixels above each grid, for its name
export const FOOT = 46; // CSS pixels below the grids, for the scales

const SIGN = 34; // CSS pixels between two grids, for the operator
const BETWEEN = 14; // CSS pixels between two channels
const TALL = 350; // CSS pixels of cells visible beside the controls on a laptop
const TALLER = 440; // the same for several stacked channels
const DOWN = 470; // CSS pixels of input and output on a phone
const KERNELS = 0.42; // share of the width for the kernels
const LARGEST = 44; // CSS pixels; largest cell
/** Allowed cell sides: whole pixels, or fractions for a picture larger than the figure. */
const CELLS = [...Array.from({ length: LARGEST }, (_, index) => LARGEST - index), 0.75, 0.5, 0.375, 0.25, 0.125];

export type Part = 'input' | 'patch' | 'kernel' | 'products' | 'partial' | 'output';

export interface Sides {
  rows: number;
  cols: number;
}

export interface Parts {
  channels: number;
  /** A photo is drawn as one picture in colour. */
  together: boolean;
  /** Input channels of the selected output map. */
  reads: number[];
  input: Sides;
  kernel: Sides;
  output: Sides;
  /** A transposed convolution adds its products to the output one by one. */
  spreads: boolean;
}

export interface Grid {
  part: Part;
  /** -1: all channels. */
  channel: number;
  box: Box;
  cell: number;
}

export interface Sign {
  x: number;
  y: number;
  sign: string;
}

export interface Layout {
  width: number;
  height: number;
  stacked: boolean;
  grids: Grid[];
  signs: Sign[];
}

interface Cells {
  map: number;
  partial: number;
  kernel: number;
}

interface Column {
  part: Part;
  sides: Sides;
  cell: number;
  channels: number[];
  /** The operator between this part and the one before. */
  sign: string;
}

export function grid(layout: Layout, part: Part, channel = -1): Grid | undefined {
  return layout.grids.find((one) => one.part === part && (channel === -1 || one.channel === channel));
}

function columns(parts: Parts, cells: Cells, patch: boolean): Column[] {
  const { channels, together, reads, input, kernel, output, spreads } = parts;
  const all = together ? [-1] : Array.from({ length: channels }, (_, channel) => channel);
  const small = { sides: kernel, cell: cells.kernel, channels: reads };
  return [
    { part: 'input', sides: input, cell: cells.map, channels: all, sign: '' },
    ...(patch ? [{ part: 'patch' as const, ...small, sign: '' }] : []),
    { part: 'kernel', ...small, sign: '×' },
    { part: 'products', ...small, sign: '=' },
    ...(reads.length > 1
      ? [{ part: 'partial' as const, sides: output, cell: cells.partial, channels: reads, sign: 'Σ' }]
      : []),
    { part: 'output', sides: output, cell: cells.map, channels: [-1], sign: reads.length > 1 || spreads ? '+' : 'Σ' },
  ];
}

/** The largest allowed cell side of at most `side`. */
function snapped(side: number): number {
  return CELLS.find((cell) => cell <= side) ?? 0.125;
}

/** The largest cells with which everything fits into width and height. */
function wideCells(parts: Parts, width: number, patch: boolean): Cells {
  const { channels, together, reads, input, kernel, output } = parts;
  const tall = channels > 1 ? TALLER : TALL;
  const each = (tall - (channels - 1) * BETWEEN) / channels;
  const several = reads.length > 1;
  const grids = patch ? 3 : 2;
  const room = width - SIGN * (grids + 1 + Number(several));
  const small = snapped(Math.min(each / kernel.rows, (KERNELS * room) / (grids * kernel.cols)));
  for (const map of CELLS) {
    const partial = several ? snapped(Math.min(map, each / output.rows)) : 0;
    const across = (input.cols + output.cols) * map + output.cols * partial + grids * kernel.cols * small;
    if (across <= room && input.rows * map <= (together ? tall : each) && output.rows * map <= tall)
      return { map, partial, kernel: small };
  }
  return { map: 0.125, partial: 0.125, kernel: small };
}

function wide(parts: Parts, width: number): Layout {
  const plain = wideCells(parts, width, false);
  const patch = plain.map < LEGIBLE;
  const cells = patch ? wideCells(parts, width, true) : plain;
  const all = columns(parts, cells, patch);
  const tallest = (which: (column: Column) => boolean) =>
    Math.max(0, ...all.filter(which).map((column) => column.sides.rows * column.cell));
  const each = tallest((column) => column.channels[0] !== -1);
  const stack = parts.channels * each + (parts.channels - 1) * BETWEEN;
  const body = Math.max(
    stack,
    tallest((column) => column.channels[0] === -1),
  );
  const middle = (channel: number) =>
    HEAD + body / 2 + (channel === -1 ? 0 : (channel - (parts.channels - 1) / 2) * (each + BETWEEN));
  const used = all.reduce((sum, { sides, cell }) => sum + sides.cols * cell, SIGN * (all.length - 1));
  let x = Math.max(0, Math.floor((width - used) / 2));
  const grids: Grid[] = [];
  const signs: Sign[] = [];
  for (const { part, sides, cell, channels, sign } of all) {
    const size = { width: sides.cols * cell, height: sides.rows * cell };
    for (const channel of channels) {
      const y = Math.round(middle(channel) - size.height / 2);
      grids.push({ part, channel, cell, box: { x, y, ...size } });
      if (sign !== '') signs.push({ x: x - SIGN / 2, y: middle(channel), sign });
    }
    x = Math.round(x + size.width + SIGN);
  }
  return { width, height: Math.round(HEAD + body + FOOT), stacked: false, grids, signs };
}

function stackedCells(parts: Parts, width: number, patch: boolean): Cells {
  const { kernel, input, output, reads } = parts;
  const grids = patch ? 3 : 2;
  const small = snapped(Math.min(40, (width - SIGN * (grids - 1)) / (grids * kernel.cols)));
  const widest = width / Math.max(input.cols, output.cols);
  const map = snapped(Math.min(widest, Math.max(LEGIBLE, DOWN / (input.rows + output.rows))));
  const partial = reads.length > 1 ? snapped(Math.min(map, (0.5 * width) / output.cols)) : 0;
  return { map, partial, kernel: small };
}

/** Each channel with its kernel and products below, the output at the end. */
function stacked(parts: Parts, width: number): Layout {
  const plain = stackedCells(parts, width, false);
  const patch = plain.map < LEGIBLE;
  const cells = patch ? stackedCells(parts, width, true) : plain;
  const all = columns(parts, cells, patch);
  const grids: Grid[] = [];
  const signs: Sign[] = [];
  let y = 0;
  const line = (members: Column[], channel: number) => {
    const used = members.reduce((sum, { sides, cell }) => sum + sides.cols * cell, SIGN * (members.length - 1));
    const high = Math.max(...members.map(({ sides, cell }) => sides.rows * cell));
    let x = Math.max(0, Math.floor((width - used) / 2));
    members.forEach(({ part, sides, cell, sign }, index) => {
      const size = { width: sides.cols * cell, height: sides.rows * cell };
      grids.push({ part, channel, cell, box: { x, y: Math.round(y + HEAD + (high - size.height) / 2), ...size } });
      if (index > 0 && sign !== '') signs.push({ x: x - SIGN / 2, y: y + HEAD + high / 2, sign });
      x = Math.round(x + size.width + SIGN);
    });
    y = Math.round(y + HEAD + high + BETWEEN);
  };
  const named = (...parts: Part[]) => all.filter(({ part }) => parts.includes(part));
  if (parts.together) line(named('input'), -1);
  for (let channel = 0; channel < parts.channels; channel += 1) {
    if (!parts.together) line(named('input'), channel);
    if (!parts.reads.includes(channel)) continue;
    line(named('patch', 'kernel', 'products'), channel);
    if (parts.reads.length > 1) line(named('partial'), channel);
  }
  line(named('output'), -1);
  return { width, height: y + FOOT, stacked: true, grids, signs };
}

export function arrange(parts: Parts, width: number): Layout {
  return width < STACKED ? stacked(parts, width) : wide(parts, width);
}

/**
 * Wraps words into lines, the first with `head` characters less; if more than `lines` are needed, the last one
 * leaves `tail` characters free and the rest is returned.
 */
export function flow(
  words: string[],
  { width, head, tail, lines }: { width: number; head: number; tail: number; lines: number },
): { lines: number[][]; left: number } {
  const all = placed(words, (line) => width - (line === 0 ? head : 0));
  if (all.length <= lines) return { lines: all, left: 0 };
  const short = (line: number) => width - (line === 0 ? head : 0) - (line === lines - 1 ? tail : 0);
  const some = placed(words, short).slice(0, lines);
  return { lines: some, left: words.length - some.flat().length };
}

function placed(words: string[], room: (line: number) => number): number[][] {
  const lines: number[][] = [[]];
  let used = 0;
  for (const [index, word] of words.entries()) {
    if (used > 0 && used + word.length > room(lines.length - 1)) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(index);
    used += word.length + 1;
  }
  return lines;
}
