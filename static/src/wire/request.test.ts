/** Questions against a real server: the newest wins, problems name their field, a lost connection comes back. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { volume } from '../scene/volume';
import { LatestRequest, post, TENSORS, toVolume, type FloatTensor, type RequestError, type Problem } from './request';
import { decode, encode } from './safetensors';

type Handler = (body: Buffer, request: IncomingMessage, response: ServerResponse) => void;

let http: Server;
let address: string;
let handle: Handler;

beforeEach(async () => {
  http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.setHeader('access-control-allow-origin', '*');
      response.setHeader('access-control-allow-headers', '*');
      if (request.method === 'OPTIONS') response.end();
      else handle(Buffer.concat(parts), request, response);
    });
  });
  http.listen(0);
  await once(http, 'listening');
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
});

afterEach(() => {
  http.closeAllConnections();
  http.close();
});

function json(response: ServerResponse, content: object, status = 200): void {
  response.writeHead(status, { 'content-type': status === 200 ? 'application/json' : 'application/problem+json' });
  response.end(JSON.stringify(content));
}

test('of the payloads that wait during a request only the newest is sent', async () => {
  const asked: number[] = [];
  const free: (() => void)[] = [];
  handle = (body, _, response) => {
    const { n } = JSON.parse(body.toString()) as { n: number };
    asked.push(n);
    free.push(() => json(response, { n }));
  };
  const answers: number[] = [];
  const asker = new LatestRequest<{ n: number }, { n: number }>('double', address, ({ n }) => answers.push(n), fail);
  for (let n = 1; n <= 5; n++) asker.send({ n });
  await vi.waitFor(() => expect(asked).toEqual([1]));
  free[0]?.();
  await vi.waitFor(() => expect(asked).toEqual([1, 5]));
  free[1]?.();
  await vi.waitFor(() => expect(answers).toEqual([1, 5]));
  await vi.waitFor(() => expect(asker.busy).toBe(false));
});

function fail(problem: Problem | null): void {
  if (problem !== null) throw new Error(problem.detail);
}

test('a refusal is reported with its field and reason until the next response', async () => {
  handle = (body, _, response) => {
    const { stride } = JSON.parse(body.toString()) as { stride: number };
    if (stride > 0) json(response, { ok: true });
    else json(response, { title: 'no', detail: 'stride: 0; at least 1' }, 422);
  };
  const problems: (Problem | null)[] = [];
  const answers: unknown[] = [];
  const asker = new LatestRequest<object, object>(
    'x',
    address,
    (answer) => answers.push(answer),
    (problem) => problems.push(problem),
  );
  asker.send({ stride: 0 });
  await vi.waitFor(() => expect(problems).toMatchObject([{ status: 422, field: 'stride', reason: '0; at least 1' }]));
  asker.send({ stride: 1 });
  await vi.waitFor(() => expect(answers).toEqual([{ ok: true }]));
  expect(problems.at(-1)).toBeNull();
});

test('a refusal of a payload that was replaced is not reported', async () => {
  const refuse: (() => void)[] = [];
  handle = (body, _, response) => {
    const { stride } = JSON.parse(body.toString()) as { stride: number };
    if (stride > 0) json(response, { ok: true });
    else refuse.push(() => json(response, { title: 'no', detail: 'stride: 0; at least 1' }, 422));
  };
  const problems: (Problem | null)[] = [];
  const answers: unknown[] = [];
  const asker = new LatestRequest<object, object>(
    'x',
    address,
    (answer) => answers.push(answer),
    (problem) => problems.push(problem),
  );
  asker.send({ stride: 0 });
  await vi.waitFor(() => expect(refuse).toHaveLength(1));
  asker.send({ stride: 2 });
  refuse[0]?.();
  await vi.waitFor(() => expect(answers).toHaveLength(1));
  expect(problems).toEqual([null]);
});

test('a lost connection is reported, and the newest payload is answered when it is back', async () => {
  const { port } = http.address() as AddressInfo;
  http.close();
  await once(http, 'close');
  handle = (body, _, response) => json(response, JSON.parse(body.toString()) as object);
  const fields: string[] = [];
  const answers: unknown[] = [];
  const asker = new LatestRequest<object, object>(
    'x',
    address,
    (answer) => answers.push(answer),
    (problem) => fields.push(problem?.field ?? ''),
  );
  asker.send({ n: 1 });
  await vi.waitFor(() => expect(fields).toEqual(['connection']));
  http.listen(port);
  await once(http, 'listening');
  asker.send({ n: 2 });
  await vi.waitFor(() => expect(answers).toEqual([{ n: 2 }]));
});

test('nothing is reported after close', async () => {
  const free: (() => void)[] = [];
  handle = (_, __, response) => free.push(() => json(response, {}));
  const answers: unknown[] = [];
  const asker = new LatestRequest<object, object>('x', address, (answer) => answers.push(answer), fail);
  asker.send({ n: 1 });
  await vi.waitFor(() => expect(free).toHaveLength(1));
  asker.close();
  free[0]?.();
  handle = (_, __, response) => json(response, {});
  await post('x', {}, address);
  expect(answers).toEqual([]);
});

test('tensors travel as safetensors both ways, the other fields in the metadata', async () => {
  handle = (body, request, response) => {
    expect([request.headers['content-type'], request.headers.accept]).toEqual([TENSORS, TENSORS]);
    const { metadata, tensors } = decode(new Uint8Array(body).buffer);
    const input = tensors.get('input');
    expect([metadata.request, input?.shape]).toEqual(['{"stride":2}', [1, 2, 2]]);
    const data = (input?.data as Float32Array).map((value) => 2 * value);
    response.setHeader('content-type', TENSORS);
    const indices = { shape: [2], data: new Int32Array([3, 7]) };
    response.end(Buffer.from(encode({ output: { shape: [2, 2], data }, indices }, { answer: '{"macs":16}' })));
  };
  type Answer = { macs: number; tensors: Record<string, FloatTensor> };
  const question = { tensors: { input: volume(1, 2, 2, [1, 2, 3, 4]) }, stride: 2 };
  const { macs, tensors } = await post<Answer>('x', question, address);
  expect(macs).toBe(16);
  expect(tensors.output?.data).toEqual(new Float32Array([2, 4, 6, 8]));
  expect(toVolume(tensors.output as FloatTensor)).toMatchObject({ channels: 1, height: 2, width: 2 });
  expect(tensors.indices?.data).toEqual(new Float32Array([3, 7]));
});

test('a response without a problem of the server is reported by its status', async () => {
  handle = (_, __, response) => {
    response.writeHead(502);
    response.end('<html>');
  };
  await expect(post('x', {}, address)).rejects.toSatisfy((error: RequestError) =>
    error.problem.detail.startsWith('502'),
  );
});
