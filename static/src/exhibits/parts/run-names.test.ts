import { afterEach, expect, test } from 'vitest';

import { LENET5 } from '../../scene/network';
import { DEFAULTS } from '../../scene/training-settings';
import { setLanguage } from '../../words/words';
import { networkTitle, runKind } from './run-names';

afterEach(() => setLanguage('en'));

const EMPTY = {
  channels: [],
  convolutions: 1,
  kernel: 3,
  padding: 'same',
  pooling: 'max',
  window: 2,
  units: [],
  activation: 'relu',
  batch_norm: false,
  dropout: 0,
} as const;

test.each([
  [{}, 'LeNet-5 on small digits (scikit-learn)'],
  [{ dataset: 'folder:/home/me/cats and dogs' }, 'LeNet-5 on cats and dogs'],
  [{ dataset: 'folder:pictures/' }, 'LeNet-5 on pictures/'],
  [{ dataset: 'folder:C:\\Users\\me\\birds' }, 'LeNet-5 on birds'],
  [{ dataset: 'mnist', model: { ...EMPTY, channels: [8, 16], units: [64] } }, 'own network 8 → 16 → 64 on MNIST'],
  [{ dataset: 'mnist', model: EMPTY }, 'own network on MNIST'],
] as const)('a run of %j is %s', (settings, said) => {
  expect(runKind({ ...DEFAULTS, ...settings } as typeof DEFAULTS)).toBe(said);
});

test('a network of nothing but an output has no layers to be named by in Chinese either', () => {
  setLanguage('zh');
  expect(runKind({ ...DEFAULTS, dataset: 'mnist', model: EMPTY } as unknown as typeof DEFAULTS)).toBe(
    '自建网络，MNIST',
  );
});

test('a run that nobody has named is called by what it is, any other by its name', () => {
  const id = '20261128-120000-lenet5-abcd';
  const run = { ...LENET5, name: `run:${id}`, title: id, card: { settings: { dataset: 'mnist' } } };
  expect(networkTitle(run)).toBe('LeNet-5 on MNIST');
  expect(networkTitle({ ...run, title: 'Mine' })).toBe('Mine');
  expect(networkTitle(LENET5)).toBe('LeNet-5');
});
