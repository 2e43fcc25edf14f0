// @vitest-environment node
/** The socket against a real WebSocket server: the newest stroke and frame win, and a lost connection is restored. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocketServer, type WebSocket as Peer } from 'ws';

import type { Frame } from './frame';
import { LiveSocket, type Status } from './live';
import type { Raster } from './stroke';
import type { FrameHeader, Look, Problem } from './types';

const LOOK: Look = { type: 'look', model: 'lenet5', layers: ['c1'], closely: [], steps: false };

/** A server that answers only when the test calls `answer`. */
class Server {
  server = new WebSocketServer({ port: 0 });
  peer: Peer | null = null;
  texts: unknown[] = [];
  strokes: { sequence: number; grey: number }[] = [];

  constructor() {
    this.server.on('connection', (peer) => {
      this.peer = peer;
      peer.on('message', (data: Buffer, binary) => {
        if (binary) this.strokes.push({ sequence: data.readUInt32LE(4), grey: data.readUInt8(12) });
        else this.texts.push(JSON.parse(data.toString()));
      });
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answer(sequence: number, header: Partial<FrameHeader> = {}): void {
    this.peer?.send(frameBytes({ ...HEADER, sequence, ...header }));
  }

  close(): void {
    for (const peer of this.server.clients) peer.terminate();
    this.server.close();
  }
}

const HEADER: FrameHeader = {
  sequence: 0,
  model: 'lenet5',
  blank: true,
  paper: 'light',
  label: null,
  index: null,
  probability: null,
  steps: [],
};

function frameBytes(header: FrameHeader): Buffer {
  const text = Buffer.from(JSON.stringify({ __metadata__: { frame: JSON.stringify(header) } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text]);
}

function raster(grey: number): Raster {
  return { width: 2, height: 2, data: new Uint8Array(4).fill(grey) };
}

/** Records the events of a socket, as a page would. */
class Page {
  frames: number[] = [];
  statuses: Status[] = [];
  problems: Problem[] = [];
  sent: [number, number][] = [];
  frame = (frame: Frame) => this.frames.push(frame.header.sequence);
  status = (status: Status) => this.statuses.push(status);
  problem = (problem: Problem) => this.problems.push(problem);
}

let server: Server;
let page: Page;
let live: LiveSocket;

beforeEach(async () => {
  server = new Server();
  await once(server.server, 'listening');
  page = new Page();
  live = new LiveSocket(server.url, LOOK, {
    frame: (frame) => page.frame(frame),
    status: (status) => page.status(status),
    problem: (problem) => page.problem(problem),
    sent: (sequence, time) => page.sent.push([sequence, time]),
  });
  await vi.waitFor(() => expect(server.texts).toHaveLength(1));
});

afterEach(() => {
  live.close();
  server.close();
});

test('the view is sent before the first stroke and again when it changes', async () => {
  expect(server.texts).toEqual([LOOK]);
  const closer = { ...LOOK, closely: [{ layer: 'c1', map: 3 }] };
  live.look(closer);
  await vi.waitFor(() => expect(server.texts).toEqual([LOOK, closer]));
});

test('while a stroke is unanswered only the newest later one waits', async () => {
  for (let grey = 1; grey <= 50; grey++) live.draw(raster(grey), 1000 + grey);
  await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
  server.answer(1);
  await vi.waitFor(() => expect(server.strokes).toHaveLength(2));
  expect(server.strokes).toEqual([
    { sequence: 1, grey: 1 },
    { sequence: 50, grey: 50 },
  ]);
  expect(page.sent).toEqual([
    [1, 1001],
    [50, 1050],
  ]);
});

test('a frame older than the displayed one is dropped', async () => {
  for (const sequence of [1, 2, 3]) {
    live.draw(raster(sequence));
    await vi.waitFor(() => expect(server.strokes).toHaveLength(sequence));
    server.answer(sequence);
    await vi.waitFor(() => expect(page.frames).toHaveLength(sequence));
  }
  server.answer(2);
  server.answer(3);
  await vi.waitFor(() => expect(page.frames).toEqual([1, 2, 3, 3]));
});

test('a frame of a network that is no longer in view is dropped', async () => {
  live.draw(raster(1));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
  live.look({ ...LOOK, model: 'lenet5-1998' });
  server.answer(1);
  server.answer(1, { model: 'lenet5-1998' });
  await vi.waitFor(() => expect(page.frames).toEqual([1]));
});

test('a problem is reported and the next stroke is sent', async () => {
  live.draw(raster(1));
  live.draw(raster(2));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
  const problem: Problem = { type: 'about:blank', title: 'Too large', status: 413, detail: 'width is 9', why: null };
  server.peer?.send(JSON.stringify({ type: 'error', problem, sequence: 1 }));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(2));
  expect(page.problems).toEqual([problem]);
});

test('the status is "waking" until the first frame', async () => {
  server.peer?.send(JSON.stringify({ type: 'waking' }));
  live.draw(raster(1));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
  server.answer(1);
  await vi.waitFor(() => expect(page.frames).toEqual([1]));
  expect(page.statuses).toEqual(['live', 'waking', 'live']);
});

test('a lost connection is restored with the view and the newest drawing', async () => {
  live.draw(raster(1));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
  server.peer?.terminate();
  await vi.waitFor(() => expect(page.statuses.at(-1)).toBe('lost'));
  live.draw(raster(7));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(2), { timeout: 10_000 });
  expect(server.strokes[1]).toEqual({ sequence: 2, grey: 7 });
  expect(server.texts).toEqual([LOOK, LOOK]);
  server.answer(2);
  await vi.waitFor(() => expect(page.frames).toEqual([2]));
  expect(page.statuses).toEqual(['live', 'lost', 'live']);
});

test('a drawing that was answered before the connection was lost is answered again after it', async () => {
  live.draw(raster(1));
  await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
  server.answer(1);
  await vi.waitFor(() => expect(page.frames).toEqual([1]));
  server.peer?.terminate();
  await vi.waitFor(() => expect(page.statuses.at(-1)).toBe('lost'));
  live.retry();
  await vi.waitFor(() => expect(server.strokes).toHaveLength(2));
  server.answer(1);
  await vi.waitFor(() => expect(page.frames).toEqual([1, 1]));
});

test('a silent connection is closed, and the newest drawing is sent over the next', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    live.draw(raster(1));
    live.draw(raster(2));
    await vi.waitFor(() => expect(server.strokes).toHaveLength(1));
    vi.advanceTimersByTime(5000);
    expect(page.statuses).toEqual(['live', 'lost']);
  } finally {
    vi.useRealTimers();
  }
  live.retry();
  await vi.waitFor(() => expect(server.strokes.at(-1)).toEqual({ sequence: 2, grey: 2 }));
  server.answer(2);
  await vi.waitFor(() => expect(page.frames).toEqual([2]));
});

test('a closed socket does not reconnect', async () => {
  live.close();
  await vi.waitFor(() => expect(server.server.clients.size).toBe(0));
  live.retry();
  live.draw(raster(1));
  expect(page.statuses).toEqual(['live']);
});
