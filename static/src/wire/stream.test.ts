/** Server-sent events: split at any byte, refused, interrupted, aborted. */

import { afterEach, describe, expect, test, vi } from 'vitest';

import { Parser, RefusedError, stream, type StreamEvent } from './stream';

const TEXT = [
  ': a comment\r\n',
  'event: fit\r\nid: 7\r\ndata: {"step": 1,\r\ndata:  "loss": 0.5}\r\n\r\n',
  'event: empty\n\n',
  'data: "é"\n\n',
  'event: done\ndata: {}\n\n',
  'data: "never finished"\n',
].join('');

const EVENTS: StreamEvent[] = [
  { event: 'fit', data: { step: 1, loss: 0.5 }, id: '7' },
  { event: 'message', data: 'é', id: '7' },
  { event: 'done', data: {}, id: '7' },
];

const URL_ = new URL('http://server/operations/approximation');

async function all(events: AsyncGenerator<StreamEvent>): Promise<StreamEvent[]> {
  const kept: StreamEvent[] = [];
  for await (const event of events) kept.push(event);
  return kept;
}

function body(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(at, (at += size)));
    },
  });
}

afterEach(() => vi.unstubAllGlobals());

test.each([1, 2, 3, 7, 1000])('events come out whole when the bytes come in pieces of %i', async (size) => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body(new TextEncoder().encode(TEXT), size))));
  expect(await all(stream(URL_, {}, new AbortController().signal))).toEqual(EVENTS);
});

test('a lone carriage return ends a line too', () => {
  const parser = new Parser();
  expect([...parser.take('data: 1\r\rdata: 2\r\r'), ...parser.take('\n')].map(({ data }) => data)).toEqual([1, 2]);
});

test('the payload is sent as JSON and an event stream is requested', async () => {
  const fetch = vi.fn(() => Promise.resolve(new Response(body(new Uint8Array(), 1))));
  vi.stubGlobal('fetch', fetch);
  await all(stream(URL_, { units: 5 }, new AbortController().signal));
  const [url, options] = fetch.mock.calls[0] as unknown as [URL, RequestInit];
  expect(url.pathname).toBe('/operations/approximation');
  expect(options.body).toBe('{"units":5}');
  expect(new Headers(options.headers).get('Accept')).toBe('text/event-stream');
});

describe('failures', () => {
  test("a refusal has the server's field and sentence", async () => {
    const problem = { type: 'about:blank', title: 'No', status: 422, detail: 'units: 0; 1 to 200 are allowed' };
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(problem, { status: 422 })));
    const asked = all(stream(URL_, {}, new AbortController().signal));
    await expect(asked).rejects.toThrow(RefusedError);
    await expect(asked).rejects.toMatchObject({ problem });
  });

  test('a response that is no problem document is reported by its status', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502, statusText: 'Bad Gateway' })));
    await expect(all(stream(URL_, {}, new AbortController().signal))).rejects.toMatchObject({
      problem: { status: 502 },
    });
  });

  test('ending the iteration closes the connection', async () => {
    const cancel = vi.fn();
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('data: 1\n\n'));
      },
      cancel,
    });
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(endless)));
    for await (const event of stream(URL_, {}, new AbortController().signal)) {
      expect(event.data).toBe(1);
      break;
    }
    expect(cancel).toHaveBeenCalledOnce();
  });
});
