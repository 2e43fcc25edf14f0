/** Layout of the six maps of the frequency view: space and spectra side by side, as the width allows. */

import { cellFor } from '../../../scene/unrolled-layout';

export interface Panel {
  x: number;
  y: number;
}

export interface Stage {
  width: number;
  bottom: number;
  cell: number;
  panels: Record<string, Panel>;
  signs: { x: number; y: number; text: string }[];
}

const SIGN = 52; // CSS pixels between maps, for what is done with them
const HEAD = 24; // CSS pixels for a name
const FOOT = 34; // CSS pixels for a scale
const WIDE = 680;
const PARTS = ['input', 'kernel', 'product'] as const;
const SIGNS = { space: ['⊛', '='], frequency: ['×', '='] } as const;

function sized(side: number, room: number): number {
  return side * 4 <= room ? cellFor(side, room, 4, 44) : room / side;
}

/** Wide: one row in space and its spectra below. Narrow: one line each for input, kernel and output. */
export function stage(height: number, width: number, room: number): Stage {
  const along = room >= WIDE ? 3 : 2;
  const most = Math.min(290, (room - (along - 1) * SIGN) / along);
  const cell = sized(Math.max(height, width), most);
  const [across, down] = [Math.max(width * cell, 128), height * cell + FOOT + HEAD];
  const panels: Stage['panels'] = {};
  const signs: Stage['signs'] = [];
  PARTS.forEach((part, index) => {
    (['space', 'frequency'] as const).forEach((kind, other) => {
      const [col, row] = along === 3 ? [index, other] : [other, index];
      const x = col * (across + SIGN);
      const y = HEAD + row * (down + (along === 3 ? SIGN - 8 : 8));
      panels[`${part} ${kind}`] = { x, y };
      const sign = SIGNS[kind][index - 1];
      if (along === 3 && sign !== undefined) signs.push({ x: x - SIGN / 2, y: y + (height * cell) / 2, text: sign });
      if (kind === 'frequency') {
        const text = (part === 'product' ? 'inverse' : 'fft') + (along === 3 ? '' : '_across');
        signs.push(
          along === 3 ? { x: x + 40, y: y - HEAD - 14, text } : { x: x - SIGN / 2, y: y + (height * cell) / 2, text },
        );
      }
    });
  });
  const last = panels['product frequency'] ?? { x: 0, y: 0 };
  return {
    width: Math.max(room, along * across + (along - 1) * SIGN),
    bottom: last.y + height * cell + FOOT,
    cell,
    panels,
    signs,
  };
}
