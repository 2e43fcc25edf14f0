/** The drawing as data: its operations, and lossless packing. */

import { describe, expect, test } from 'vitest';

import { pointsDrawn, demonstrationLine } from './demonstration';
import { pack, packShort, unpack } from './packing';
import { add, clear, extend, EMPTY, point, redo, SIDE, undo, visible, type Drawing, type Mark } from './strokes';

/** Seeded pseudo-random numbers in [0, 1) (mulberry32). */
function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function someMark(roll: () => number): Mark {
  const which = roll();
  if (which < 0.1) return { kind: 'clear' };
  if (which < 0.2) return { kind: 'picture', source: `samples/${Math.floor(roll() * 5000)}.png` };
  const even = roll() < 0.5;
  const points = Array.from({ length: 1 + Math.floor(roll() * 40) }, () =>
    point((3 * roll() - 1) * SIDE, (3 * roll() - 1) * SIDE, even ? undefined : roll() * 255),
  );
  return { kind: roll() < 0.7 ? 'pen' : 'eraser', width: Math.floor(roll() * 300), points };
}

function someMarks(seed: number): Mark[] {
  const roll = dice(seed);
  return Array.from({ length: Math.floor(roll() * 12) }, () => someMark(roll));
}

describe('packing', () => {
  test('unpack reverses pack for every drawing', () => {
    for (let seed = 0; seed < 300; seed++) expect(unpack(pack(someMarks(seed)))).toEqual(someMarks(seed));
  });

  test('the text is safe in an address', () => {
    for (let seed = 0; seed < 50; seed++) expect(pack(someMarks(seed))).toMatch(/^[\w-]*$/);
  });

  test('a text cut anywhere is refused or is a shorter drawing, and never throws', () => {
    const marks = someMarks(7);
    const whole = pack(marks);
    for (let length = 0; length < whole.length; length++) {
      const read = unpack(whole.slice(0, length));
      expect(read === null || read.length <= marks.length).toBe(true);
    }
  });

  test('texts that pack cannot write are refused', () => {
    for (const text of ['', '%', 'AA', 'AgA', '中文', 'Af____8', 'AX8']) expect(unpack(text)).toBeNull();
  });

  test('an address carries no picture of the visitor, and nothing that is too long', () => {
    expect(packShort([{ kind: 'picture', source: 'data:image/png;base64,AAAA' }])).toBeNull();
    expect(packShort([{ kind: 'picture', source: 'samples/3.png' }])).not.toBeNull();
    const long = Array.from({ length: 9000 }, (_, index) => point(index % SIDE, (index * 7) % SIDE));
    expect(packShort([{ kind: 'pen', width: 76, points: long }])).toBeNull();
    expect(packShort([])).toBeNull();
  });

  test('an ordinary digit takes a few hundred characters', () => {
    expect(pack([{ kind: 'pen', width: 76, points: demonstrationLine() }]).length).toBeLessThan(400);
  });
});

describe('drawing', () => {
  const dot = (x: number): Mark => ({ kind: 'pen', width: 76, points: [point(x, 5)] });
  const three = [1, 2, 3].reduce<Drawing>((drawing, x) => add(drawing, dot(x)), EMPTY);

  test('redo restores everything undone, in order', () => {
    for (let seed = 0; seed < 100; seed++) {
      const drawing = someMarks(seed).reduce<Drawing>(add, EMPTY);
      let back = drawing;
      drawing.marks.forEach(() => (back = undo(back)));
      expect(back.marks).toEqual([]);
      drawing.marks.forEach(() => (back = redo(back)));
      expect(back).toEqual(drawing);
    }
  });

  test('undo and redo without a mark change nothing', () => {
    expect(undo(EMPTY)).toEqual(EMPTY);
    expect(redo(three)).toEqual(three);
  });

  test('a new stroke forgets what was undone', () => {
    expect(redo(add(undo(three), dot(9))).marks).toEqual([dot(1), dot(2), dot(9)]);
  });

  test('clearing can be undone, and an empty sheet is not cleared again', () => {
    const cleared = clear(three);
    expect(visible(cleared.marks)).toEqual([]);
    expect(clear(cleared)).toBe(cleared);
    expect(visible(undo(cleared).marks)).toEqual(three.marks);
  });

  test('a picture replaces the marks before it', () => {
    const picture: Mark = { kind: 'picture', source: 'samples/1.png' };
    expect(visible(add(add(three, picture), dot(4)).marks)).toEqual([picture, dot(4)]);
  });

  test('points too near to the last one are left out, and far ones are kept', () => {
    const stroke = { kind: 'pen', width: 76, points: [point(0, 0)] } as const;
    expect(extend(stroke, [point(1, 1), point(2, 2)])).toBe(stroke);
    expect(extend(stroke, [point(3, 0), point(4, 0), point(6, 0), point(8, 0)]).points.map(({ x }) => x)).toEqual([
      0, 4, 8,
    ]);
  });

  test('points outside the sheet and invalid pressures are clamped', () => {
    expect(point(1e9, -1e9, 999)).toEqual({ x: 2 * SIDE, y: -SIDE, pressure: 255 });
  });
});

test('the demonstration grows from its first point to its whole line, inside the sheet', () => {
  const points = demonstrationLine();
  expect(pointsDrawn(0, points.length)).toBe(1);
  expect(pointsDrawn(5000, points.length)).toBe(points.length);
  for (let ms = 0; ms < 1300; ms += 16) {
    expect(pointsDrawn(ms + 16, points.length)).toBeGreaterThanOrEqual(pointsDrawn(ms, points.length));
  }
  expect(points.every(({ x, y }) => x > 0 && x < SIDE && y > 0 && y < SIDE)).toBe(true);
});
