/** The lab's state: address, effect of a new run on the displayed ones, fields of problems. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { completeSettings, DEFAULTS } from '../../scene/training-settings';
import type { Run } from '../../wire/runs';
import { homeOf } from './planning.svelte';
import { Lab } from './state.svelte';

const fetched = vi.fn<typeof fetch>();

beforeEach(() => vi.stubGlobal('fetch', fetched));
afterEach(() => {
  vi.unstubAllGlobals();
  fetched.mockReset();
});

function run(id: string, status: Run['status'] = 'finished', settings: object = {}): Run {
  const figures = { last: null, best: null, steps: 10, step: 10, epoch: 1, seconds: 1, device: 'cpu' };
  const times = { created: id, started: null, ended: null, position: null };
  return {
    id,
    name: id,
    note: '',
    status,
    reason: '',
    why: null,
    settings: completeSettings(settings),
    ...times,
    ...figures,
  };
}

/** Answers for a list of runs; every stream ends at once. */
function serve(runs: Run[], begun?: Run): void {
  fetched.mockImplementation((url, init) => {
    const { pathname } = new URL(url as URL);
    if (pathname.endsWith('/events')) return Promise.resolve(new Response(null, { status: 204 }));
    const answer = init?.method === 'POST' && pathname === '/runs' ? begun : { runs };
    return Promise.resolve(Response.json(answer));
  });
}

test('what an address says comes back from the state', () => {
  const said = { run: 'a', compare: 'b,c', settings: '{"epochs":3}', axis: 'epochs', smoothing: '0.5', view: 'layers' };
  expect(new Lab({ ...said, log: true }).attributes).toEqual({ ...said, log: '' });
  expect(new Lab({ axis: 'years', smoothing: 'much', view: 'none', settings: '{' }).attributes).toEqual({});
});

test('without a word the run that is running is shown, else the newest', async () => {
  serve([run('c'), run('b', 'running'), run('a')]);
  const lab = new Lab({});
  await lab.look();
  expect(lab.run).toBe('b');
  serve([run('c'), run('a')]);
  const other = new Lab({});
  await other.look();
  expect(other.run).toBe('c');
});

test('settings in an address wait for their own run, and show no other', async () => {
  serve([run('c'), run('b', 'finished', { epochs: 3 })]);
  const lab = new Lab({ settings: '{"epochs":3}' });
  await lab.look();
  expect(lab.run).toBe('b');
  const none = new Lab({ settings: '{"epochs":4}' });
  await none.look();
  expect(none.run).toBeNull();
});

test('a new run stands in front of the one before, each with a colour that it keeps', async () => {
  serve([run('a')], run('b', 'running'));
  const lab = new Lab({});
  await lab.look();
  expect(lab.placeOf('a')).toBe(0);
  serve([run('b', 'running'), run('a')], run('b', 'running'));
  await lab.train();
  expect([lab.run, lab.compared]).toEqual(['b', ['a']]);
  expect([lab.placeOf('a'), lab.placeOf('b')]).toEqual([0, 1]);
  for (const watch of lab.watches) watch.close();
});

test('shipped runs are asked for by name, and trained here they give way to the new ones', async () => {
  const shipped = [run('prepared-a', 'finished', { epochs: 3 }), run('prepared-b', 'failed', { epochs: 4 })];
  const begun: unknown[] = [];
  fetched.mockImplementation((url, init) => {
    const { pathname } = new URL(url as URL);
    if (pathname.endsWith('/events')) return Promise.resolve(new Response(null, { status: 204 }));
    if (init?.method === 'POST') {
      begun.push(JSON.parse(init.body as string));
      return Promise.resolve(Response.json(run(`new-${begun.length}`, 'queued')));
    }
    const found = shipped.find(({ id }) => pathname === `/runs/${id}`);
    return Promise.resolve(Response.json(found ?? { runs: [] }));
  });
  const lab = new Lab({ run: 'prepared-a', compare: 'prepared-b' });
  await lab.look();
  expect(lab.watches.map(({ id }) => id)).toEqual(['prepared-a', 'prepared-b']);
  expect(lab.runs).toEqual([]);
  await lab.trainAll();
  expect(begun).toEqual([completeSettings({ epochs: 3 }), completeSettings({ epochs: 4 })]);
  expect([lab.run, lab.compared]).toEqual(['new-1', ['new-2']]);
  for (const watch of lab.watches) watch.close();
});

test('where there is no run yet, shipped ones are shown, which no address keeps and the first own one replaces', async () => {
  let kept: Run[] = [];
  fetched.mockImplementation((url, init) => {
    const { pathname } = new URL(url as URL);
    if (pathname.endsWith('/events')) return Promise.resolve(new Response(null, { status: 204 }));
    if (init?.method === 'POST') return Promise.resolve(Response.json((kept = [run('mine', 'running')])[0]));
    const shipped = /prepared-.*$/.exec(pathname)?.[0];
    return Promise.resolve(Response.json(shipped === undefined ? { runs: kept } : run(shipped)));
  });
  const lab = new Lab({});
  await lab.look();
  expect(lab.example).toBe(true);
  expect(lab.watches).toHaveLength(3);
  expect(lab.attributes).toEqual({});
  lab.setAttributes(lab.attributes);
  expect(lab.watches).toHaveLength(3);
  await lab.train();
  expect([lab.example, lab.run, lab.compared]).toEqual([false, 'mine', []]);
  for (const watch of lab.watches) watch.close();
});

test.each(['prepared-no-more', 'no-more'])(
  'of %s that is not there it is said so, and the others are listed',
  async (id) => {
    const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: `run: '${id}' is not kept here` };
    fetched.mockImplementation((url) => {
      const { pathname } = new URL(url as URL);
      if (pathname.endsWith('/events')) return Promise.resolve(new Response(null, { status: 204 }));
      if (pathname === '/runs') return Promise.resolve(Response.json({ runs: [run('a')] }));
      return Promise.resolve(Response.json(problem, { status: 404 }));
    });
    const lab = new Lab({ run: id, compare: 'a' });
    await lab.look();
    await lab.look();
    expect(lab.missing?.reason).toContain('not kept here');
    expect(lab.problem).toBeNull();
    expect(lab.runs).toHaveLength(1);
    expect(lab.watches.map((watch) => watch.id)).toEqual(['a']);
    expect(fetched.mock.calls.filter(([url]) => (url as URL).pathname === `/runs/${id}`)).toHaveLength(1);
    lab.show('a');
    expect(lab.missing).toBeNull();
    for (const watch of lab.watches) watch.close();
  },
);

test('a run that was deleted elsewhere is said to be no more', async () => {
  serve([run('a')]);
  const lab = new Lab({ run: 'a' });
  await lab.look();
  fetched.mockImplementation((url) =>
    Promise.resolve(
      (url as URL).pathname === '/runs'
        ? Response.json({ runs: [] })
        : Response.json({ type: '', title: '', status: 404, detail: 'run: not kept here' }, { status: 404 }),
    ),
  );
  await lab.look();
  expect([lab.run, lab.missing?.status]).toEqual(['a', 404]);
  for (const watch of lab.watches) watch.close();
});

test('settings in an address are no reason for an example', async () => {
  serve([]);
  const lab = new Lab({ settings: '{"epochs":3}' });
  await lab.look();
  expect([lab.example, lab.run]).toEqual([false, null]);
});

test('a setting that cannot be is said in the part of the form where it stands', () => {
  const problem = { type: '', title: '', status: 422, reason: '', why: null };
  expect(homeOf({ ...problem, field: 'schedule.factor', detail: '' })).toBe('schedule');
  expect(homeOf({ ...problem, field: 'model', detail: 'model: pool5: it does not fit' })).toBe('network');
  expect(homeOf({ ...problem, field: '', detail: 'subset is larger than the data set' })).toBe('data');
  expect(new Lab({}).settings).toEqual(DEFAULTS);
});

test('runs that cannot be read are kept apart from the others, which still work', async () => {
  const broken = { id: 'b', name: 'b', reason: 'damaged', why: { code: 'run-damaged', values: {} } };
  fetched.mockImplementation((url) => {
    const { pathname } = new URL(url as URL);
    if (pathname.endsWith('/events')) return Promise.resolve(new Response(null, { status: 204 }));
    return Promise.resolve(Response.json({ runs: [run('a')], damaged: [broken] }));
  });
  const lab = new Lab({ run: 'a' });
  await lab.look();
  expect(lab.runs?.map(({ id }) => id)).toEqual(['a']);
  expect(lab.damaged).toEqual([broken]);
  for (const watch of lab.watches) watch.close();
});
