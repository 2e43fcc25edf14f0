/** A streamed training: completed, stopped, on a busy server, and after a lost connection. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Fitting, type Hearer } from './fitting';

const URL_ = new URL('http://server/operations/approximation');
const FIT = { step: 3, loss: 0.5, curve: [0, 1], offset: 0.25, pieces: [[1, 2]] };
const said: string[] = [];
const hearer: Hearer = {
  fit: (fit) => said.push(`fit ${fit.step} ${fit.bias} ${JSON.stringify(fit.pieces)}`),
  done: () => said.push('done'),
  waiting: () => said.push('waiting'),
  problem: ({ detail }) => said.push(detail),
  lost: () => said.push('lost'),
};

const events = (...all: [string, unknown][]) =>
  new Response(all.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join(''));
const refusal = (status: number) =>
  Response.json({ type: 'about:blank', title: '', status, detail: 'units: 0' }, { status });

beforeEach(() => {
  said.length = 0;
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function run(...answers: (Response | Error)[]): Promise<void> {
  vi.stubGlobal('fetch', () => {
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  new Fitting(hearer).start(URL_, {});
  await vi.runAllTimersAsync();
}

test('every fit is told, then the end', async () => {
  await run(events(['fit', FIT], ['fit', { ...FIT, step: 4, pieces: null }], ['done', {}]));
  expect(said).toEqual(['fit 3 0.25 [[1,2]]', 'fit 4 0.25 null', 'done']);
});

test('a busy server is asked again', async () => {
  await run(refusal(429), refusal(429), events(['done', {}]));
  expect(said).toEqual(['waiting', 'waiting', 'done']);
});

test('a refusal is told in the words of the server, and not tried again', async () => {
  await run(refusal(422), events(['done', {}]));
  expect(said).toEqual(['units: 0']);
});

test('a stream that breaks off before its end is a lost connection', async () => {
  await run(events(['fit', FIT]));
  expect(said).toEqual(['fit 3 0.25 [[1,2]]', 'lost']);
});

test('nobody there is a lost connection too', async () => {
  await run(new TypeError('network'));
  expect(said).toEqual(['lost']);
});

test('after a stop nothing more is told', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(events(['fit', FIT], ['done', {}])));
  const fitting = new Fitting(hearer);
  fitting.start(URL_, {});
  fitting.stop();
  await vi.runAllTimersAsync();
  expect(said).toEqual([]);
});
