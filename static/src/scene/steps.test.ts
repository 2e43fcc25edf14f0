/** Layout of the preprocessing steps, for the golden frame and small pictures. */

import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { decodeFrame, type Frame, type StepName } from '../wire/frame';
import { centreOfMass, stepTiles } from './steps';

const bytes = readFileSync('src/wire/golden.safetensors');
const frame = decodeFrame(new Uint8Array(bytes).buffer);

test('what is drawn crisp has whole device pixels for each of its own', () => {
  for (const density of [1, 1.25, 1.5, 2, 3]) {
    for (const tile of stepTiles(frame, density)) {
      expect(tile.cell < 1 || Number.isInteger(tile.cell)).toBe(true);
      expect(tile.width).toBe(Math.round(tile.picture.width * tile.cell));
      expect(Math.max(tile.width, tile.height)).toBeLessThanOrEqual(64 * density);
    }
  }
});

test('the last three pictures are drawn to one scale', () => {
  const cells = stepTiles(frame, 1).filter(({ name }) => ['fit', 'centre', 'pad'].includes(name));
  expect(new Set(cells.map(({ cell }) => cell))).toEqual(new Set([2]));
});

test('the box of the crop lies on the ink that it is cut from', () => {
  const tiles = Object.fromEntries(stepTiles(frame, 1).map((tile) => [tile.name, tile]));
  const box = frame.header.steps.find(({ name }) => name === 'crop')?.box;
  expect([box?.width, box?.height]).toEqual([tiles.crop?.picture.width, tiles.crop?.picture.height]);
  expect(tiles.ink?.box).toEqual(box);
  expect(tiles.crop?.box).toBeNull();
});

test('the arrow ends in the centre of mass and is as long as the shift', () => {
  const tile = stepTiles(frame, 1).find(({ name }) => name === 'centre');
  const shift = frame.header.steps.find(({ name }) => name === 'centre')?.shift;
  expect(tile?.arrow?.to).toEqual(tile?.cross);
  expect([
    (tile?.arrow?.to.x ?? 0) - (tile?.arrow?.from.x ?? 0),
    (tile?.arrow?.to.y ?? 0) - (tile?.arrow?.from.y ?? 0),
  ]).toEqual(shift);
});

test('the centre of mass of one pixel is its middle, of two equal ones the middle between, of none nothing', () => {
  const data = new Uint8Array(12);
  expect(centreOfMass({ width: 4, height: 3, data })).toBeNull();
  data[6] = 200;
  expect(centreOfMass({ width: 4, height: 3, data })).toEqual({ x: 2.5, y: 1.5 });
  data[4] = 200;
  expect(centreOfMass({ width: 4, height: 3, data })).toEqual({ x: 1.5, y: 1.5 });
});

test('a step that is taken twice has its own picture each time, and a photo keeps its colours', () => {
  const step = (name: StepName, width: number, height: number) => ({ name, width, height, box: null, shift: null });
  const steps = [step('grey', 4, 4), step('colour', 4, 4), step('size', 2, 3), step('grey', 2, 3)];
  const photo: Frame = {
    ...frame,
    header: { ...frame.header, steps, paper: null },
    step: (name, time = 1) => {
      const found = steps.filter((one) => one.name === name)[time - 1];
      return found === undefined ? null : { ...found, data: new Uint8Array(found.width * found.height) };
    },
  };
  const tiles = stepTiles(photo, 1);
  expect(tiles.map(({ name, picture }) => [name, picture.width])).toEqual([
    ['grey', 4],
    ['colour', 4],
    ['size', 2],
    ['grey', 2],
  ]);
  expect(new Set(tiles.map(({ of }) => of))).toEqual(new Set(['photo']));
  expect(stepTiles(frame, 1).map(({ of }) => of)).toEqual(['paper', 'ink', 'ink', 'ink', 'ink', 'ink']);
});
