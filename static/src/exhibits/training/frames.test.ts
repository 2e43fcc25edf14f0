/** Distribution of work over animation frames. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { inTurn, notAnyMore, soon } from './frames';

let waiting: ((now: number) => void)[] = [];
let now = 1e6;

beforeEach(() => {
  waiting = [];
  vi.stubGlobal('requestAnimationFrame', (work: (now: number) => void) => waiting.push(work));
});

afterEach(() => {
  while (waiting.length > 0) frame(1000);
  vi.unstubAllGlobals();
});

function frame(later = 16): void {
  now += later;
  for (const work of waiting.splice(0)) work(now);
}

test('what changes between two frames is shown once, together', () => {
  const [one, other] = [vi.fn(), vi.fn()];
  for (const show of [one, other, one, one]) soon(show);
  expect(waiting).toHaveLength(1);
  frame(1000);
  expect([one.mock.calls.length, other.mock.calls.length, waiting.length]).toEqual([1, 1, 0]);
});

test('it is not shown more often than trainers tell of their steps', () => {
  const show = vi.fn();
  for (let count = 0; count < 60; count += 1) {
    soon(show);
    frame();
  }
  expect(show.mock.calls.length).toBeGreaterThanOrEqual(10);
  expect(show.mock.calls.length).toBeLessThanOrEqual(13);
});

test('of what is costly one is drawn in a frame, and nothing is drawn twice', () => {
  const drawn: string[] = [];
  const [loss, accuracy] = [() => void drawn.push('loss'), () => void drawn.push('accuracy')];
  for (const draw of [loss, accuracy, loss]) inTurn(draw);
  frame();
  expect(drawn).toEqual(['loss']);
  frame();
  expect(drawn).toEqual(['loss', 'accuracy']);
  expect(waiting).toHaveLength(0);
});

test('what is gone is neither shown nor drawn', () => {
  const work = vi.fn();
  soon(work);
  inTurn(work);
  notAnyMore(work);
  frame(1000);
  frame(1000);
  expect(work).not.toHaveBeenCalled();
});
