/** A player and its state: the end is null, and neither runs ahead of the other. */

import { flushSync } from 'svelte';
import { expect, test } from 'vitest';

import { Line } from './follow.fixture.svelte';

test('the end of a line is null in the state, and a new line begins at its end', () => {
  const line = new Line();
  flushSync();
  expect(line.player.position).toBe(0);
  line.length = 5;
  flushSync();
  expect([line.player.end, line.player.position, line.position]).toEqual([5, 5, null]);
  line.player.step(-1);
  flushSync();
  expect(line.position).toBe(4);
  line.player.scrub(5);
  flushSync();
  expect(line.position).toBeNull();
  line.end();
});

test('what the state says moves the player, and a shorter line ends it', () => {
  const line = new Line();
  line.length = 9;
  line.position = 7;
  flushSync();
  expect(line.player.position).toBe(7);
  line.length = 3;
  flushSync();
  expect(line.player.position).toBe(3);
  line.length = 9;
  flushSync();
  expect(line.player.position).toBe(7);
  line.end();
});
