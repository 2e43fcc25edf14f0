/** The session against a real server: requests, address, and changes of the network. */

import { once } from 'node:events';
import { createServer, type Server as Http } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type * as Sockets from 'ws';

import type { FrameHeader, LayerRow, Look } from '../wire/types';
import { Session } from './session.svelte';

// An import would resolve to the browser stub of `ws`.
const { WebSocket: Client, WebSocketServer } = createRequire(`${process.cwd()}/`)('ws') as typeof Sockets;

vi.stubGlobal('WebSocket', Client); // Node's WebSocket rejects jsdom's events

const MODELS = [
  { name: 'lenet5', title: 'today' },
  { name: 'lenet5-1998', title: '1998' },
];

function layer(name: string, output_shape: number[]): Partial<LayerRow> {
  return { name, output_shape, inputs: ['input'], module: name };
}

const LAYERS: Record<string, Partial<LayerRow>[]> = {
  lenet5: [layer('c1', [6, 28, 28]), layer('c1_relu', [6, 28, 28]), layer('c5', [120, 1, 1]), layer('f6', [84])],
  'lenet5-1998': [layer('c1', [6, 28, 28]), layer('f6', [84])],
  'run:a-1': [layer('conv1_1', [4, 28, 28]), { ...layer('relu', [4, 28, 28]), module: null }],
};

let http: Http;
let looks: Look[];
let peers: Set<Sockets.WebSocket>;
/** Networks that this server refuses. */
let silent: string[];
let session: Session;
let close: () => void;

beforeEach(async () => {
  history.replaceState(null, '', '/?lang=zh');
  looks = [];
  silent = [];
  http = createServer(({ url = '' }, response) => {
    const name = url.replace('/models/', '');
    if (LAYERS[name] === undefined) {
      response.statusCode = 404;
      response.setHeader('access-control-allow-origin', '*');
      response.end('{}');
      return;
    }
    if (silent.includes(name)) {
      response.destroy();
      return;
    }
    response.setHeader('access-control-allow-origin', '*');
    const run = name.startsWith('run:') ? { title: 'Tanh', card: { settings: { dataset: 'digits' } } } : {};
    response.end(JSON.stringify({ name, input_shape: [1, 32, 32], layers: LAYERS[name], ...run }));
  });
  const sockets = new WebSocketServer({ server: http });
  peers = sockets.clients;
  sockets.on('connection', (peer) =>
    peer.on('message', (data: Buffer, binary) => {
      if (!binary) looks.push(JSON.parse(data.toString()) as Look);
    }),
  );
  http.listen(0);
  await once(http, 'listening');
});

afterEach(() => {
  close();
  http.closeAllConnections();
  http.close();
});

function open(): void {
  const server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  session = new Session({ models: MODELS, defaultModel: 'lenet5', server, mirrored: true });
  close = session.open();
}

async function looksLast(expected: Partial<Look>): Promise<void> {
  await vi.waitFor(() => expect(looks.at(-1)).toMatchObject(expected), { timeout: 5000 });
}

test('every layer is in view until the view is set', async () => {
  open();
  await looksLast({ model: 'lenet5', layers: ['c1', 'c1_relu', 'c5', 'f6'], closely: [], steps: false });
  session.look(['c1']);
  session.showSteps(true);
  await looksLast({ layers: ['c1'], steps: true });
});

test('the selected map is requested closely, a unit of a vector as the whole vector', async () => {
  open();
  await vi.waitFor(() => expect(session.layers).toHaveLength(4));
  session.select({ layer: 'c1_relu', map: 4 });
  await looksLast({ closely: [{ layer: 'c1_relu', map: 4 }] });
  session.select({ layer: 'c5', map: 77 });
  await looksLast({ closely: [{ layer: 'c5', map: 0 }] });
  session.lookClosely([{ layer: 'c5', map: 0 }]);
  session.select(null);
  await looksLast({ closely: [{ layer: 'c5', map: 0 }] });
});

test('the displayed state is in the address and restored from it', async () => {
  open();
  await vi.waitFor(() => expect(session.layers).toHaveLength(4));
  session.select({ layer: 'c1_relu', map: 4 });
  session.setScale('layer');
  expect(location.search).toBe('?lang=zh&layer=c1_relu&map=4&scale=layer');
  close();
  looks = [];
  open();
  expect([session.selected, session.scale]).toEqual([{ layer: 'c1_relu', map: 4 }, 'layer']);
  await looksLast({ closely: [{ layer: 'c1_relu', map: 4 }] });
});

test('the selection of the input, which every network has, is restored from the address', async () => {
  history.replaceState(null, '', '/?layer=input&map=0');
  open();
  await vi.waitFor(() => expect(session.layers).toHaveLength(4));
  expect(session.selected).toEqual({ layer: 'input', map: 0 });
  session.setModel('lenet5-1998');
  await looksLast({ model: 'lenet5-1998' });
  expect(session.selected).toEqual({ layer: 'input', map: 0 });
});

test('another network has its own layers, and a map that it does not have is not selected', async () => {
  open();
  await vi.waitFor(() => expect(session.layers).toHaveLength(4));
  session.select({ layer: 'c1_relu', map: 4 });
  session.setModel('lenet5-1998');
  expect(session.frame).toBeNull();
  await looksLast({ model: 'lenet5-1998', layers: ['c1', 'f6'], closely: [] });
  expect(session.selected).toBeNull();
  expect(location.search).toBe('?lang=zh&model=lenet5-1998');
});

test('an address with an unknown network shows the default network', async () => {
  history.replaceState(null, '', '/?model=alexnet');
  open();
  expect(session.model).toBe('lenet5');
  await looksLast({ model: 'lenet5' });
});

/** Sends every listener a frame without layers. */
function answer(model: string, blank = false, sequence = 1): void {
  const header: FrameHeader = {
    sequence,
    model,
    blank,
    paper: 'light',
    label: '7',
    index: 7,
    probability: 0.9,
    steps: [],
  };
  const text = Buffer.from(JSON.stringify({ __metadata__: { frame: JSON.stringify(header) } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  for (const peer of peers) peer.send(Buffer.concat([length, text]));
}

test('with a drawing, a network is displayed until the first frame of the next one', async () => {
  open();
  session.draw({ width: 1, height: 1, data: new Uint8Array(1) });
  await looksLast({ layers: ['c1', 'c1_relu', 'c5', 'f6'] });
  answer('lenet5');
  await vi.waitFor(() => expect(session.frame?.header.model).toBe('lenet5'));
  session.setModel('lenet5-1998');
  await looksLast({ model: 'lenet5-1998', layers: ['c1', 'f6'] });
  expect([session.displayedModel, session.frame?.header.model]).toEqual(['lenet5', 'lenet5']);
  answer('lenet5-1998');
  await vi.waitFor(() => expect(session.displayedModel).toBe('lenet5-1998'));
  expect(session.frame?.header.model).toBe('lenet5-1998');
});

test('a drawing without ink is distinguished from an empty sheet', async () => {
  open();
  await looksLast({ layers: ['c1', 'c1_relu', 'c5', 'f6'] });
  const drawn: [number, boolean][] = [
    [255, false],
    [128, true],
    [255, false],
  ];
  for (const [at, [grey, inkless]] of drawn.entries()) {
    session.draw({ width: 1, height: 1, data: new Uint8Array([grey]) });
    answer('lenet5', true, at + 1);
    await vi.waitFor(() => expect(session.frame?.header.sequence).toBe(at + 1));
    expect(session.inkless).toBe(inkless);
  }
  session.draw({ width: 1, height: 1, data: new Uint8Array([0]) });
  answer('lenet5', false, 4);
  await vi.waitFor(() => expect(session.frame?.header.sequence).toBe(4));
  expect(session.inkless).toBe(false);
});

test('if a network cannot be loaded the previous one is displayed and the request repeated', async () => {
  open();
  await vi.waitFor(() => expect(session.layers).toHaveLength(4));
  silent = ['lenet5-1998'];
  session.setModel('lenet5-1998');
  await vi.waitFor(() => expect(session.unreachable).toBe(true));
  expect([session.displayedModel, session.layers.length]).toEqual(['lenet5', 4]);
  silent = [];
  await looksLast({ model: 'lenet5-1998', layers: ['c1', 'f6'] });
  expect([session.displayedModel, session.unreachable]).toEqual(['lenet5-1998', false]);
});

test('choosing the displayed network again cancels the change to the other', async () => {
  open();
  session.draw({ width: 1, height: 1, data: new Uint8Array(1) });
  await looksLast({ layers: ['c1', 'c1_relu', 'c5', 'f6'] });
  session.setModel('lenet5-1998');
  await looksLast({ model: 'lenet5-1998', layers: ['c1', 'f6'] });
  session.setModel('lenet5');
  await looksLast({ model: 'lenet5', layers: ['c1', 'c1_relu', 'c5', 'f6'] });
  answer('lenet5-1998');
  answer('lenet5');
  await vi.waitFor(() => expect(session.frame?.header.model).toBe('lenet5'));
  expect(session.displayedModel).toBe('lenet5');
});

test('a run is opened by its address, listed by its name, and replaced by the next run', async () => {
  history.replaceState(null, '', '/?model=run%3Aa-1');
  open();
  await looksLast({ model: 'run:a-1', layers: ['conv1_1'] });
  expect(session.models.map(({ name }) => name)).toEqual(['lenet5', 'lenet5-1998', 'run:a-1']);
  expect(session.models.at(-1)).toMatchObject({ title: 'Tanh', settings: { dataset: 'digits' } });
  session.setModel('lenet5');
  await looksLast({ model: 'lenet5' });
  expect(session.models).toHaveLength(3);
  expect(location.search).toBe('');
  session.setModel('run:b-2');
  expect(session.models.map(({ name }) => name)).toEqual(['lenet5', 'lenet5-1998', 'run:b-2']);
});

test('for a missing run the strokes go to the default network', async () => {
  history.replaceState(null, '', '/?model=run:b-2');
  open();
  session.draw({ width: 1, height: 1, data: new Uint8Array(1) });
  await vi.waitFor(() => expect(session.missing).toBe(true));
  expect(looks.map(({ model, layers }) => [model, layers])).toEqual([['lenet5', []]]);
  expect([session.detail, session.problem]).toEqual([null, null]);
  session.setModel('lenet5');
  expect(session.missing).toBe(false);
  await looksLast({ model: 'lenet5', layers: ['c1', 'c1_relu', 'c5', 'f6'] });
});

test('a run deleted while displayed is reported missing and stays displayed', async () => {
  history.replaceState(null, '', '/?model=run:a-1');
  open();
  await looksLast({ model: 'run:a-1', layers: ['conv1_1'] });
  const why = { code: 'no-such-run', values: {} };
  const problem = { type: 'about:blank', title: '', status: 422, detail: 'model', why };
  for (const peer of peers) peer.send(JSON.stringify({ type: 'error', problem, sequence: null }));
  await vi.waitFor(() => expect(session.missing).toBe(true));
  await looksLast({ model: 'lenet5', layers: [] });
  expect([session.displayedModel, session.problem]).toEqual(['run:a-1', null]);
});
