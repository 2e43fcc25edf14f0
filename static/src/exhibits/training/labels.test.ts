import { afterEach, expect, test } from 'vitest';

import { setLanguage } from '../../words/words';
import type { EpochRow } from '../../scene/training-log';
import type { Run } from '../../wire/runs';
import { className, classText } from '../parts/run-names';
import { bestText, differenceText, learnsDigits } from './labels';
import './words';

afterEach(() => setLanguage('en'));

test.each([
  [['subset', null], 'Pictures used all'],
  [['subset', 500], 'Pictures used 500'],
  [['dropout', null], "Dropout rate the network's own"],
  [['clip', null], 'Gradient clipping none'],
  [['early_stopping', null], 'Early stopping none'],
  [['early_stopping.metric', 'validation-loss'], 'What is watched loss, held out'],
  [['model.padding', 'same'], 'Padding keeps the size'],
  [['model.activation', 'relu'], 'Activation ReLU'],
  [['loss', 'cross-entropy'], 'Loss cross-entropy'],
] as const)('a setting in a legend says what its field says: %s', ([name, value], text) => {
  expect(differenceText([name, value])).toBe(text);
});

test('an output beyond the classes that were learned is called by no digit', () => {
  expect(className(['one', 'two'], 1)).toBe('two');
  expect(className(['one', 'two'], 7)).toBe('–');
  expect(className([], 7)).toBe('7');
});

test('classes of published data are called in the language of the page, others as they were named', () => {
  expect(['cat', 'ankle boot', 'my mug'].map(classText)).toEqual(['cat', 'ankle boot', 'my mug']);
  setLanguage('zh');
  expect(['cat', 'ankle boot', 'my mug', '7'].map(classText)).toEqual(['猫', '短靴', 'my mug', '7']);
});

test.each([
  [{}, 'Lowest loss, held out', '0.5094 in epoch 3 (accuracy 81.9 %)'],
  [{ held_out: 0 }, 'Lowest loss, training', '0.3489 in epoch 3 (accuracy 81.9 %)'],
  [{ early_stopping: { metric: 'validation-accuracy' } }, 'Highest accuracy, held out', '81.9 % in epoch 3'],
])('the best epoch is called by what it is the best of: %j', (settings, name, value) => {
  const best = { epoch: 3, loss: 0.34888, accuracy: 0.8933, validation_loss: 0.50936, validation_accuracy: 0.81894 };
  expect(bestText({ settings } as Run, best as EpochRow)).toEqual({ name, value });
  expect(bestText({ settings } as Run, null)).toEqual({ name, value: '–' });
});

test('only of the data sets of digits is it sure that a run learned digits', () => {
  const datasets = ['digits', 'mnist', 'fashion-mnist', 'cifar10', 'drawings', 'folder:/mugs'];
  expect(datasets.filter((dataset) => learnsDigits({ settings: { dataset } } as Run))).toEqual(['digits', 'mnist']);
  expect(learnsDigits({ settings: {} } as Run)).toBe(true);
});
