/** A long run is followed by its curve: requests, and that no event is lost or repeated. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { completeSettings } from '../../scene/training-settings';
import type { Curve, Run } from '../../wire/types';
import { Watch } from './watching.svelte';

const LONG = { timeout: 10_000 }; // ms; eighty thousand steps are parsed meanwhile
const asked: { path: string; after: string | null }[] = [];
let answers: Record<string, () => Response> = {};

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (then: (now: number) => void) => setTimeout(() => then(performance.now())));
  vi.stubGlobal('fetch', (url: URL, init?: RequestInit) => {
    const path = url.pathname + url.search;
    asked.push({ path, after: new Headers(init?.headers).get('last-event-id') });
    const answer = Object.entries(answers).find(([part]) => path.includes(part));
    return answer === undefined ? Promise.reject(new TypeError('lost')) : Promise.resolve(answer[1]());
  });
  answers = { '/events': () => new Response(null, { status: 204 }) };
});

afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

function run(step: number): Run {
  const about = { id: 'long', name: 'long', note: '', reason: '', position: null, created: '', device: 'cpu' };
  const figures = { started: null, ended: null, last: null, best: null, steps: step, step, epoch: 2, seconds: 1 };
  return { ...about, ...figures, status: 'finished', settings: completeSettings({}) } as unknown as Run;
}

/** Every hundredth of a hundred thousand steps. */
function curve(seq = 7): Curve {
  const step = Array.from({ length: 1000 }, (_, index) => 1 + 100 * index);
  const columns = { step, loss: step, accuracy: step, rate: step, gradient: step, seconds: step };
  const row = { loss: 1, accuracy: 0, validation_loss: 1, validation_accuracy: 0, best: true, seconds: 1 };
  const epochs = [1, 2].map((epoch) => ({ ...row, epoch, step: 50_000 * epoch }));
  const told = {
    epochs,
    latest: { ...epochs[1], confusion: [[2]], layers: [] },
    started: null,
    notices: [],
    snapshots: [0],
  };
  return { seq, steps: 100_000, ...columns, mean_loss: step, mean_accuracy: step, ...told } as unknown as Curve;
}

function paths(): string[] {
  return asked.map(({ path }) => path);
}

test('a long run is its curve and the events after it, and not its log', async () => {
  answers['/curve'] = () => Response.json(curve());
  const watch = new Watch(run(100_000), undefined, 0.6);
  expect(watch.arriving).toBe(true);
  watch.told(run(100_000)); // the list comes again meanwhile
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked).toEqual([
    { path: '/runs/long/curve?points=4000&smoothing=0.6', after: null },
    { path: '/runs/long/events', after: '7' },
  ]);
  expect([watch.step, watch.snapshots, watch.epochs.length, watch.last?.confusion]).toEqual([99_901, [0], 2, [[2]]]);
  watch.close();
});

test('a short run is heard from its first event', async () => {
  const watch = new Watch(run(100), undefined);
  await vi.waitFor(() => expect(asked).toEqual([{ path: '/runs/long/events', after: null }]));
  watch.close();
});

test('where the curve cannot be had, the log is read', async () => {
  const watch = new Watch(run(100_000), undefined);
  await vi.waitFor(() => expect(asked.at(-1)).toEqual({ path: '/runs/long/events', after: null }));
  watch.close();
});

test('single steps are asked for where they are zoomed into, once, and another smoothing for all', async () => {
  answers['/curve'] = () => Response.json(curve());
  const step = Array.from({ length: 11 }, (_, index) => 5000 + index);
  const close = { steps: 100_000, step, loss: step, accuracy: step, rate: step, gradient: step, seconds: step };
  answers['/steps'] = () => Response.json({ ...close, mean_loss: step, mean_accuracy: step });
  const watch = new Watch(run(100_000), undefined, 0.6);
  await vi.waitFor(() => expect(watch.outlines).toBe(1));
  for (let again = 0; again < 3; again += 1) watch.look({ smoothing: 0.6, steps: [5000, 5010] });
  await vi.waitFor(() => expect(watch.log.summarized).toBe(1010));
  watch.look({ smoothing: 0.6, steps: [5000, 5010] });
  watch.look({ smoothing: 0.6, steps: null });
  watch.look({ smoothing: 0.9, steps: null });
  await vi.waitFor(() => expect(watch.outlines).toBe(2));
  expect(paths().filter((path) => !path.includes('events'))).toEqual([
    '/runs/long/curve?points=4000&smoothing=0.6',
    '/runs/long/steps?from=5000&to=5010&points=4000&smoothing=0.6',
    '/runs/long/curve?points=4000&smoothing=0.9',
  ]);
  watch.close();
});

test('of a short run nothing is asked for, however closely it is looked at', async () => {
  const watch = new Watch(run(100), undefined);
  watch.look({ smoothing: 0.9, steps: [1, 10] });
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  watch.close();
});

test('an epoch that is only known by its figures is recalled whole', async () => {
  answers['/curve'] = () => Response.json(curve());
  answers['/epochs'] = () => Response.json({ epochs: [{ ...curve().epochs[0], confusion: [[1]], layers: [] }] });
  const watch = new Watch(run(100_000), undefined);
  await vi.waitFor(() => expect(watch.outlines).toBe(1));
  expect(watch.epochs[0]?.confusion).toBeNull();
  await watch.recall(1);
  expect(paths().at(-1)).toBe('/runs/long/epochs?most=2&from=1&to=1');
  expect(watch.epochs[0]?.confusion).toEqual([[1]]);
  watch.close();
});

test('what is heard while a curve is on its way is not lost', async () => {
  let arrive: (answer: Response) => void = () => undefined;
  const events = Array.from({ length: 4 }, (_, index) => {
    const values = Array.from({ length: 20_000 }, () => 1);
    const told = { loss: values, accuracy: values, rate: values, gradient: values, seconds: index };
    return { seq: index + 1, kind: 'steps', first: 1 + 20_000 * index, ...told };
  });
  const after = {
    seq: 5,
    kind: 'steps',
    first: 80_001,
    loss: [9],
    accuracy: [9],
    rate: [9],
    gradient: [9],
    seconds: 5,
  };
  const told = (list: object[]) => list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (feed = controller) });
  answers['/events'] = () => new Response(body);
  const fetched = globalThis.fetch;
  vi.stubGlobal('fetch', (url: URL, init?: RequestInit) =>
    url.pathname.endsWith('/curve') ? new Promise<Response>((resolve) => (arrive = resolve)) : fetched(url, init),
  );
  const watch = new Watch({ ...run(0), status: 'running' }, undefined);
  feed?.enqueue(new TextEncoder().encode(told(events)));
  await vi.waitFor(() => expect(watch.step).toBe(80_000), LONG);
  feed?.enqueue(new TextEncoder().encode(told([after])));
  await vi.waitFor(() => expect(watch.step).toBe(80_001), LONG);
  arrive(Response.json({ ...curve(4), steps: 80_000 }));
  await vi.waitFor(() => expect(watch.outlines).toBe(1), LONG);
  expect(watch.log.step.length).toBeLessThan(1010);
  expect([watch.log.step.last, watch.log.columns.loss.last]).toEqual([80_001, 9]);
  watch.close();
}, 30_000);
