/** The arithmetic of one pooling window written out with its numbers, as pieces that know which cell they speak of. */

import { MINUS, plain } from './format';
import {
  AMPLITUDE,
  energyOf,
  pooledValue,
  SLOPE,
  sumOf,
  winnerOf,
  type Cell,
  type Pooling,
  type Reading,
} from './pooling';

export interface Piece {
  text: string;
  /** The cell of the input that this number is. */
  cell?: Cell;
  /** A symbol that can be explained: the end of its message's name. */
  symbol?: 'max' | 'divisor' | 'root' | 'coefficient' | 'sum' | 'bias' | 'tanh' | 'padding' | 'left' | 'upstream';
  /** The largest of a window. */
  winner?: boolean;
  /** A result, in full precision. */
  value?: number;
}

const MOST = 12; // numbers written out; more are shortened
const FIRST = 7;
const LAST = 2;

/** Every place under the window that counts, as a page is read; null where it is the padding. */
function places(read: Reading, padding: boolean): (Reading['cells'][number] | null)[] {
  const { cells, padded } = read;
  if (!padding || padded === 0) return cells;
  return [...cells, ...Array.from({ length: padded }, () => null)];
}

/** Numbers between signs; many are shortened to the first and last of them. */
function series(read: Reading, between: string, after: string, padding: number | null, winner: number): Piece[] {
  const all = places(read, padding !== null);
  const shown = all.length <= MOST ? all.map((_, index) => index) : head(all.length);
  const pieces: Piece[] = [];
  for (const index of shown) {
    if (index === null) {
      pieces.push({ text: between }, { text: '…', symbol: 'left' });
      continue;
    }
    const place = all[index];
    const value = place?.value ?? padding ?? 0;
    // A negative number that is added is written as one that is taken away.
    const taken = between === ' + ' && value < 0 && after === '';
    if (pieces.length > 0) pieces.push({ text: taken ? ` ${MINUS} ` : between });
    const text = plain(taken && pieces.length > 0 ? -value : value);
    const written = after !== '' && value < 0 ? `(${text})${after}` : `${text}${after}`;
    if (place == null) pieces.push({ text: written, symbol: 'padding' });
    else pieces.push({ text: written, cell: { row: place.row, col: place.col }, winner: index === winner });
  }
  return pieces;
}

function head(count: number): (number | null)[] {
  const first = Array.from({ length: FIRST }, (_, index) => index);
  return [...first, null, ...Array.from({ length: LAST }, (_, index) => count - LAST + index)];
}

function plus(value: number): string {
  return value < 0 ? ` ${MINUS} ` : ' + ';
}

/** How one output came about, line by line; `output` is the value as the server gave it. */
export function arithmetic(read: Reading, pooling: Pooling, output: number, before: number | null): Piece[][] {
  const { kind, coefficient, bias } = pooling;
  const end: Piece[] = [{ text: ' = ' }, { text: plain(output), value: output }];
  if (kind === 'max') {
    const list = series(read, ', ', '', -Infinity, winnerOf(read));
    return [[{ text: 'max', symbol: 'max' }, { text: '(' }, ...list, { text: ')' }, ...end]];
  }
  if (kind === 'l2') {
    const squares = series(read, ' + ', '²', null, -1);
    const root: Piece = { text: '√', symbol: 'root' };
    return [[root, { text: '(' }, ...squares, { text: ') = ' }, root, { text: `${plain(energyOf(read))}` }, ...end]];
  }
  const sum = series(read, ' + ', '', kind === 'subsampling' ? null : 0, -1);
  const divisor: Piece = { text: plain(read.divisor), symbol: 'divisor' };
  if (kind !== 'subsampling')
    return [
      [{ text: '(' }, ...sum, { text: ') / ' }, divisor, { text: ` = ${plain(sumOf(read))} / ` }, divisor, ...end],
    ];
  const linear = before ?? pooledValue(read, pooling);
  const scale: Piece = {
    text: coefficient < 0 ? `(${plain(coefficient)})` : plain(coefficient),
    symbol: 'coefficient',
  };
  const offset: Piece[] = [{ text: plus(bias) }, { text: plain(Math.abs(bias)), symbol: 'bias' }];
  return [
    [
      scale,
      { text: ' · (' },
      ...sum,
      { text: ')' },
      ...offset,
      { text: ' = ' },
      scale,
      { text: sumOf(read) < 0 ? ` · (${plain(sumOf(read))})` : ` · ${plain(sumOf(read))}` },
      ...offset,
      { text: ' = ' },
      { text: plain(linear), value: linear },
    ],
    [
      { text: `${AMPLITUDE} · ` },
      { text: 'tanh', symbol: 'tanh' },
      { text: `(⅔ · ${linear < 0 ? `(${plain(linear)})` : plain(linear)})` },
      ...end,
    ],
  ];
}

/** What one window sends back of a gradient of 1 at its output, written out. */
export function wayBack(read: Reading, pooling: Pooling): Piece[][] {
  const { kind, coefficient } = pooling;
  const one: Piece = { text: '1', symbol: 'upstream' };
  if (kind === 'max') {
    const winner = read.cells[winnerOf(read)];
    if (winner === undefined) return [];
    return [[one, { text: ' → ' }, { text: plain(winner.value), cell: winner, winner: true }]];
  }
  if (kind === 'l2') {
    const norm = pooledValue(read, pooling);
    if (norm === 0) return [[{ text: '0', value: 0 }]];
    const shown = read.cells.slice(0, MOST / 2);
    const parts = shown.flatMap((cell, index): Piece[] => [
      ...(index > 0 ? [{ text: ',  ' }] : []),
      { text: plain(cell.value), cell },
      { text: ` / ${plain(norm)} = ` },
      { text: plain(cell.value / norm), value: cell.value / norm },
    ]);
    return [shown.length < read.cells.length ? [...parts, { text: ', ' }, { text: '…', symbol: 'left' }] : parts];
  }
  if (kind === 'subsampling') {
    const linear = pooledValue(read, pooling);
    const share = AMPLITUDE * SLOPE * (1 - Math.tanh(SLOPE * linear) ** 2) * coefficient;
    return [
      [
        { text: `${AMPLITUDE} · ⅔ · (1 ${MINUS} ` },
        { text: 'tanh', symbol: 'tanh' },
        { text: `²(⅔ · ${linear < 0 ? `(${plain(linear)})` : plain(linear)})) · ` },
        { text: coefficient < 0 ? `(${plain(coefficient)})` : plain(coefficient), symbol: 'coefficient' },
        { text: ' = ' },
        { text: plain(share), value: share },
      ],
    ];
  }
  return [
    [
      one,
      { text: ' / ' },
      { text: plain(read.divisor), symbol: 'divisor' },
      { text: ' = ' },
      { text: plain(1 / read.divisor), value: 1 / read.divisor },
    ],
  ];
}

/** The size of the output along one side with the numbers put in; ⌊ ⌋ is drawn even where nothing is dropped. */
export function sizeFormula(
  length: number,
  window: number,
  stride: number,
  padding: number,
  ceil: boolean,
  to: number,
) {
  const [open, close] = ceil ? ['⌈', '⌉'] : ['⌊', '⌋'];
  const usual = (ceil ? Math.ceil : Math.floor)((length + 2 * padding - window) / stride) + 1;
  const text = `${open}(${length} + 2·${padding} ${MINUS} ${window}) / ${stride}${close} + 1 = ${usual}`;
  return usual === to ? text : `${text} → ${to}`;
}
