/** An event stream that is lost and resumed: it goes on after the last event and repeats none. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { EventStream } from './events';

interface Event {
  seq: number;
  kind: string;
}

const fetched = vi.fn<typeof fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetched);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetched.mockReset();
});

function told(...events: object[]): Response {
  return new Response(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
}

function step(seq: number): Event {
  return { seq, kind: 'steps' };
}

function listen(after = 0): {
  seen: number[];
  lost: (number | null)[];
  ends: boolean[];
  listening: EventStream<Event>;
} {
  const [seen, lost, ends]: [number[], (number | null)[], boolean[]] = [[], [], []];
  const listening = new EventStream<Event>('runs/one/events', 'http://here', after, {
    onevent: ({ seq }) => seen.push(seq),
    onlost: (seconds) => lost.push(seconds),
    onend: (gone) => ends.push(gone),
  });
  return { seen, lost, ends, listening };
}

function asked(call: number): Record<string, string> {
  return (fetched.mock.calls[call]?.[1]?.headers ?? {}) as Record<string, string>;
}

test('a lost stream resumes after the last event and drops repeated events', async () => {
  fetched
    .mockResolvedValueOnce(told(step(1), step(2)))
    .mockRejectedValueOnce(new TypeError('no network'))
    .mockResolvedValueOnce(told(step(2), step(3), { seq: 4, kind: 'status', status: 'finished' }));
  const { seen, lost, ends } = listen();
  await vi.advanceTimersByTimeAsync(5000);
  expect(seen).toEqual([1, 2, 3, 4]);
  expect(asked(0)['Last-Event-ID']).toBeUndefined();
  expect([asked(1)['Last-Event-ID'], asked(2)['Last-Event-ID']]).toEqual(['2', '2']);
  expect(lost).toEqual([0.5, 1, null]);
  expect(ends).toEqual([false]);
  expect(fetched).toHaveBeenCalledTimes(3);
});

test('the stream of a finished run ends without a retry', async () => {
  fetched.mockResolvedValueOnce(new Response(null, { status: 204 }));
  const { seen, ends } = listen(9);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([seen, ends]).toEqual([[], [false]]);
  expect(asked(0)['Last-Event-ID']).toBe('9');
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('a deleted run ends the stream as missing', async () => {
  fetched.mockResolvedValueOnce(new Response('{}', { status: 404 }));
  const { ends } = listen();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ends).toEqual([true]);
  expect(fetched).toHaveBeenCalledTimes(1);
});

test('after close there are no events and no retries', async () => {
  fetched.mockImplementation(() => Promise.resolve(told(step(1))));
  const { listening, seen } = listen();
  await vi.advanceTimersByTimeAsync(0);
  listening.close();
  const calls = fetched.mock.calls.length;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(seen).toEqual([1]);
  expect(fetched.mock.calls.length).toBe(calls);
});
