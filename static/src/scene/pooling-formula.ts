/** Arithmetic of one pooling window with its numbers, as pieces that refer to cells. */

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
  type WindowCells,
} from './pooling';

export interface Piece {
  text: string;
  /** Input cell of this number. */
  cell?: Cell;
  /** Suffix of the key of the message that explains this symbol. */
  symbol?: 'max' | 'divisor' | 'root' | 'coefficient' | 'sum' | 'bias' | 'tanh' | 'padding' | 'left' | 'upstream';
  /** The maximum of the window. */
  winner?: boolean;
  /** A result in full precision. */
  value?: number;
}

const MOST = 12; // most numbers written out; longer sums are shortened
const FIRST = 7;
const LAST = 2;

/** Positions of the window that count, in reading order; null for padding. */
function positions(read: WindowCells, padding: boolean): (WindowCells['cells'][number] | null)[] {
  const { cells, padded } = read;
  if (!padding || padded === 0) return cells;
  return [...cells, ...Array.from({ length: padded }, () => null)];
}

/** Numbers joined by operators; long series are shortened to their ends. */
function series(read: WindowCells, between: string, after: string, padding: number | null, winner: number): Piece[] {
  const all = positions(read, padding !== null);
  const indices = all.length <= MOST ? all.map((_, index) => index) : head(all.length);
  const pieces: Piece[] = [];
  for (const index of indices) {
    if (index === null) {
      pieces.push({ text: between }, { text: '…', symbol: 'left' });
      continue;
    }
    const place = all[index];
    const value = place?.value ?? padding ?? 0;
    // Adding a negative number is written as a subtraction.
    const subtracted = between === ' + ' && value < 0 && after === '';
    if (pieces.length > 0) pieces.push({ text: subtracted ? ` ${MINUS} ` : between });
    const text = plain(subtracted && pieces.length > 0 ? -value : value);
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

/** Arithmetic of one output, line by line; `output` is the server's value. */
export function arithmetic(read: WindowCells, pooling: Pooling, output: number, before: number | null): Piece[][] {
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

/** Gradients that one window passes back for a gradient of 1 at its output. */
export function backwardFormula(read: WindowCells, pooling: Pooling): Piece[][] {
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
    const cells = read.cells.slice(0, MOST / 2);
    const parts = cells.flatMap((cell, index): Piece[] => [
      ...(index > 0 ? [{ text: ',  ' }] : []),
      { text: plain(cell.value), cell },
      { text: ` / ${plain(norm)} = ` },
      { text: plain(cell.value / norm), value: cell.value / norm },
    ]);
    return [cells.length < read.cells.length ? [...parts, { text: ', ' }, { text: '…', symbol: 'left' }] : parts];
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

/** Output size along one axis with numbers; ⌊ ⌋ is drawn even if nothing is dropped. */
export function sizeFormula(
  length: number,
  window: number,
  stride: number,
  padding: number,
  ceil: boolean,
  to: number,
) {
  const [open, close] = ceil ? ['⌈', '⌉'] : ['⌊', '⌋'];
  const size = (ceil ? Math.ceil : Math.floor)((length + 2 * padding - window) / stride) + 1;
  const text = `${open}(${length} + 2·${padding} ${MINUS} ${window}) / ${stride}${close} + 1 = ${size}`;
  return size === to ? text : `${text} → ${to}`;
}
