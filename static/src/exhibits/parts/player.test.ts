/** The player: it stays within its length, a step pauses it, and its speed does not depend on the frame rate. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Player } from './player.svelte';

let frames: FrameRequestCallback[];

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback));
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []));
});

afterEach(() => vi.unstubAllGlobals());

function frame(now: number): void {
  const due = frames;
  frames = [];
  for (const callback of due) callback(now);
}

test('a position outside the line is its end', () => {
  const player = new Player({ length: 5 });
  player.scrub(99);
  expect(player.position).toBe(4);
  player.scrub(-1);
  expect(player.position).toBe(0);
  player.step(-1);
  expect(player.position).toBe(0);
});

test('a line that becomes shorter ends what is shown, and the place is kept for when it is longer again', () => {
  const player = new Player({ length: 10, position: 8 });
  player.length = 4;
  expect(player.position).toBe(3);
  player.length = 10;
  expect(player.position).toBe(8);
});

test('playing goes at its rate times the speed, in as many frames as there are', () => {
  for (const times of [
    [0, 1000],
    [0, 250, 500, 750, 1000],
  ]) {
    const player = new Player({ length: 100, rate: 3 });
    player.speed = 4;
    player.play();
    times.forEach(frame);
    expect(player.position).toBe(12);
    player.pause();
  }
});

test('at the end it stops, and plays from the beginning when it is asked again', () => {
  const player = new Player({ length: 3, rate: 1 });
  player.play();
  frame(0);
  frame(60_000);
  expect([player.position, player.playing, frames.length]).toEqual([2, false, 0]);
  player.play();
  expect([player.position, player.playing]).toEqual([0, true]);
});

test('a step pauses', () => {
  const player = new Player({ length: 9, position: 3 });
  player.play();
  player.step(1);
  expect([player.position, player.playing]).toEqual([4, false]);
});

test('nothing plays where motion is not wanted', async () => {
  vi.resetModules();
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: () => undefined }));
  const { Player: Still } = await import('./player.svelte');
  const player = new Still({ length: 9 });
  player.play();
  expect(player.playing).toBe(false);
});
