/** Lines of a log: events merged by their number, smoothing, thinning that keeps peaks, one table of many. */

import { describe, expect, test } from 'vitest';

import type { Curve } from '../wire/types';
import { byEpoch, alignLines, positionOf, readAt, stepsWithin, thin } from './training-curves';
import { isIncomplete, RunLog, type LogEvent } from './training-log';
import { smoothed } from './training-means';

const STARTED = { seq: 1, kind: 'started', steps: 20, per_epoch: 5, epochs: 4 };

function steps(seq: number, first: number, count: number, seconds: number): LogEvent {
  const values = Array.from({ length: count }, (_, index) => first + index);
  return { seq, kind: 'steps', first, loss: values, accuracy: values, rate: values, gradient: values, seconds };
}

function epoch(seq: number, number: number, best = true): LogEvent {
  return { seq, kind: 'epoch', epoch: number, step: 5 * number, validation_loss: 1 / number, best, seconds: number };
}

function log(events: readonly object[]): RunLog {
  const made = new RunLog();
  for (const event of events) made.apply(event as LogEvent);
  return made;
}

describe('a log', () => {
  test('an event that comes twice is taken once', () => {
    const made = log([STARTED, steps(2, 1, 5, 1)]);
    expect(made.apply(steps(2, 1, 5, 1))).toBe(false);
    expect([...made.step.values]).toEqual([1, 2, 3, 4, 5]);
  });

  test('steps of one event share its time evenly', () => {
    const made = log([STARTED, steps(2, 1, 4, 1), steps(3, 5, 2, 2)]);
    expect([...made.seconds.values]).toEqual([0.25, 0.5, 0.75, 1, 1.5, 2]);
  });

  test('a run that went on from an epoch has nothing of what came after it', () => {
    const events = [STARTED, steps(2, 1, 5, 1), epoch(3, 1), steps(4, 6, 5, 2), epoch(5, 2), steps(6, 11, 3, 3)];
    const snapshots = [7, 8].map((seq, index) => ({ seq, kind: 'snapshot', step: 5 + 7 * index }));
    const status = { seq: 9, kind: 'status', status: 'interrupted' };
    const made = log([...events, ...snapshots, status, { seq: 10, kind: 'continued', epoch: 1, step: 5 }]);
    expect([...made.step.values]).toEqual([1, 2, 3, 4, 5]);
    expect(made.epochs.map((row) => row.epoch)).toEqual([1]);
    expect(made.snapshots).toEqual([5]);
    expect(made.status).toBeNull();
    made.apply(steps(11, 6, 2, 4));
    expect([...made.step.values]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('a million steps are kept, and a diverged one is a gap', () => {
    const made = log([STARTED]);
    for (let seq = 2; seq < 102; seq += 1) made.apply(steps(seq, 1 + (seq - 2) * 10_000, 10_000, seq));
    made.apply({ seq: 102, kind: 'steps', first: 1_000_001, loss: [null], seconds: 200 });
    expect(made.step.length).toBe(1_000_001);
    expect(made.columns.loss.at(1_000_000)).toBeNaN();
    expect(made.columns.loss.at(999_999)).toBe(1_000_000);
  });

  test('the best epoch is the last one marked best', () => {
    expect(log([STARTED, epoch(2, 1), epoch(3, 2), epoch(4, 3, false)]).best?.epoch).toBe(2);
  });
});

/** Every tenth of a thousand steps, whose mean is their negative. */
function outline(): Curve {
  const step = Array.from({ length: 100 }, (_, index) => 1 + 10 * index);
  const epochs = [1, 2].map((number) => ({ epoch: number, step: 500 * number, best: true, seconds: number }));
  const figures = { loss: 1, accuracy: 0.5, validation_loss: 1, validation_accuracy: 0.5 };
  const latest = { ...epochs[1], ...figures, seq: 90, kind: 'epoch', confusion: [[1]], layers: [] };
  const made = {
    ...{ seq: 99, steps: 1000, step, loss: step, accuracy: step, rate: step, gradient: step, seconds: step },
    ...{ mean_loss: step.map((one) => -one), mean_accuracy: step },
    ...{ epochs: epochs.map((row) => ({ ...row, ...figures })), latest, snapshots: [0], notices: [] },
    started: { ...STARTED, per_epoch: 500 },
  };
  return made as unknown as Curve;
}

describe('a log that is a curve', () => {
  test('has what the curve has, and goes on with the events after it', () => {
    const made = new RunLog();
    made.fill(outline(), 0.5);
    expect([made.seq, made.summarized, made.step.last, made.snapshots]).toEqual([99, 100, 991, [0]]);
    expect(made.epochs.map(isIncomplete)).toEqual([true, false]);
    expect(made.apply(steps(99, 992, 5, 992))).toBe(false);
    made.apply(steps(100, 992, 3, 992));
    expect([made.step.last, made.summarized]).toEqual([994, 100]);
    const mean = made.mean('loss', 0.5);
    expect(mean[99]).toBe(-991);
    expect(mean[100]).toBe((-991 + 992) / 2);
  });

  test('steps that are told again take the place of points', () => {
    const made = new RunLog();
    made.fill(outline(), 0.5);
    made.apply(steps(100, 972, 5, 992));
    expect([made.step.last, made.summarized, made.step.length]).toEqual([976, 98, 103]);
  });

  test('a stretch of it is had step by step, between points that stay', () => {
    const made = new RunLog();
    made.fill(outline(), 0.5);
    made.apply(steps(100, 992, 3, 992));
    const step = Array.from({ length: 40 }, (_, index) => 301 + index);
    const values = { loss: step, accuracy: step, rate: step, gradient: step, seconds: step };
    made.refine({ ...outline(), ...values, step, mean_loss: step, mean_accuracy: step });
    expect([...made.step.values.subarray(29, 33)]).toEqual([291, 301, 302, 303]);
    expect([...made.step.values.subarray(69, 72)]).toEqual([340, 341, 351]);
    expect(made.summarized).toBe(136);
    expect([...made.mean('loss', 0.5).subarray(29, 31)]).toEqual([-291, 301]);
    expect(made.step.last).toBe(994);
  });

  test('epochs are known whole when they are told', () => {
    const made = new RunLog();
    made.fill(outline(), 0.5);
    const row = made.epochs[0];
    made.replaceEpochs([{ ...row, confusion: [[7]], layers: [] } as never]);
    expect(made.epochs.map(({ confusion }) => confusion)).toEqual([[[7]], [[1]]]);
  });

  test('what is in view is said in steps', () => {
    const made = new RunLog();
    made.fill(outline(), 0.5);
    expect(stepsWithin(made, 'steps', [33.3, 44.4])).toEqual([33, 45]);
    expect(stepsWithin(made, 'epochs', [0.1, 0.2])).toEqual([50, 100]);
    expect(stepsWithin(made, 'seconds', [100, 110])).toEqual([91, 111]);
  });
});

describe('a line', () => {
  test('its x is steps, epochs or seconds', () => {
    const made = log([STARTED, steps(2, 1, 10, 2), epoch(3, 1), epoch(4, 2)]);
    expect((['steps', 'epochs', 'seconds'] as const).map((axis) => positionOf(made, axis)(9))).toEqual([10, 2, 2]);
    expect(byEpoch(made, (row) => row.validation_loss, 'steps')).toEqual({ xs: [5, 10], ys: [1, 0.5] });
  });

  test('without weight, smoothing changes nothing; with it, a constant stays and a step is approached', () => {
    expect([...smoothed([3, 1, 4], 0)]).toEqual([3, 1, 4]);
    for (const value of smoothed([2, 2, 2, 2], 0.9)) expect(value).toBeCloseTo(2, 12);
    const [first, second] = smoothed([1, 0], 0.5);
    expect(first).toBe(1);
    expect(second).toBeCloseTo(0.25 / 0.75, 12);
  });

  test('a gap stays a gap and does not pull the mean', () => {
    const [, gap, after] = smoothed([2, NaN, 2], 0.9);
    expect(gap).toBeNaN();
    expect(after).toBeCloseTo(2, 12);
  });

  test('thinning keeps the first, the last and every peak', () => {
    const values = Array.from({ length: 100_000 }, (_, index) => Math.sin(index / 5000));
    values[54_321] = 9;
    values[12_345] = -9;
    const line = thin(values, (index) => index, 1000);
    expect(line.xs.length).toBeLessThanOrEqual(1010);
    expect([line.xs[0], line.xs.at(-1)]).toEqual([0, 99_999]);
    expect(line.ys[line.xs.indexOf(54_321)]).toBe(9);
    expect(line.ys[line.xs.indexOf(12_345)]).toBe(-9);
    expect([...line.xs].sort((a, b) => a - b)).toEqual(line.xs);
  });

  test('where points stand close together, thinning gives the others their room', () => {
    const places = [
      ...Array.from({ length: 1000 }, (_, index) => 10 * index),
      ...Array.from({ length: 10_000 }, (_, index) => 10_000 + index / 10),
    ];
    const line = thin(places, (index) => places[index] ?? NaN, 200);
    expect(line.xs.filter((x) => x < 10_000).length).toBeGreaterThan(150);
  });

  test('in a zoomed view every point is there, and one beyond it at each end', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, index) => index);
    expect(thin(values, (index) => index, 100, 500, 510).xs).toEqual([
      499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510,
    ]);
  });

  test('lines of different x become one table with every x once', () => {
    const table = alignLines([
      { xs: [1, 2, 4], ys: [10, 20, null] },
      { xs: [2, 3], ys: [5, 6] },
    ]);
    expect(table).toEqual([
      [1, 2, 3, 4],
      [10, 20, undefined, null],
      [undefined, 5, 6, undefined],
    ]);
  });

  test('it is read where it is, or where it last was', () => {
    const line = { xs: [5, 10], ys: [1, 0.5] };
    expect([readAt(line, 5), readAt(line, 7), readAt(line, 12), readAt(line, 1)]).toEqual([1, 1, 0.5, 1]);
  });
});
