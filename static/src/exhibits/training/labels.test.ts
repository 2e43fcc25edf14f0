import { afterEach, expect, test } from 'vitest';

import { setLanguage } from '../../words/words';
import { className, classText, differenceText } from './labels';
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
