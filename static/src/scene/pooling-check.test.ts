/** Settings that cannot be are named with their control and what is allowed. */

import { expect, it } from 'vitest';

import type { Pooling } from './pooling';
import { settingProblem } from './pooling-check';

const FINE: Pooling = {
  kind: 'max',
  window: [2, 2],
  stride: [2, 2],
  padding: [0, 0],
  ceil: false,
  coefficient: 1,
  bias: 0,
};
const SIZE = { height: 6, width: 4 };

it('nothing is wrong with what fits', () => {
  expect(settingProblem(FINE, SIZE)).toBeNull();
  expect(settingProblem({ ...FINE, window: [6, 4] }, SIZE)).toBeNull();
  expect(settingProblem({ ...FINE, window: [8, 6], padding: [1, 1] }, SIZE)).toBeNull();
});

it.each([
  [{ window: [7, 2] }, 'window', 'large'],
  [{ window: [2, 5], ceil: true }, 'window', 'large'],
  [{ window: [0, 2] }, 'window', 'whole'],
  [{ window: [1.5, 2] }, 'window', 'whole'],
  [{ window: [NaN, 2] }, 'window', 'whole'],
  [{ stride: [0, 1] }, 'stride', 'stride'],
  [{ stride: [1, -1] }, 'stride', 'stride'],
  [{ padding: [-1, 0] }, 'padding', 'padding'],
  [{ padding: [2, 1] }, 'padding', 'half'],
  [{ kind: 'subsampling', coefficient: NaN }, 'coefficient', 'number'],
  [{ kind: 'subsampling', bias: Infinity }, 'bias', 'number'],
] as [Partial<Pooling>, string, string][])('%j is refused for its %s', (change, field, why) => {
  expect(settingProblem({ ...FINE, ...change }, SIZE)).toMatchObject({ field, why });
});

it('what is allowed is said in numbers', () => {
  expect(settingProblem({ ...FINE, window: [7, 7] }, SIZE)?.values).toEqual({ most: '6×4', value: '7×7' });
  expect(settingProblem({ ...FINE, window: [3, 2], padding: [2, 0] }, SIZE)?.values).toMatchObject({ most: '1×1' });
});

it('a global average has no window to be wrong', () => {
  expect(settingProblem({ ...FINE, kind: 'global-average', window: [0, 0] }, SIZE)).toBeNull();
});
