/** Reasons in the visitor's language by code, or in the server's words without one. */

import { afterEach, expect, test } from 'vitest';

import { setLanguage } from '../../words/words';
import { problemText, reasonText } from './reasons';
import './words';

afterEach(() => setLanguage('en'));

const diverged = {
  code: 'diverged-loss',
  values: { epoch: 3, step: 1200, value: 'nan', rate: '0.9' },
};

test('a reason with a code is said in both languages', () => {
  expect(reasonText(diverged, '')).toBe(
    'the run diverged in epoch 3: the loss is no number any more (NaN) at step 1,200, where the learning rate is 0.9: ' +
      'take a lower one, or clip the gradient',
  );
  setLanguage('zh');
  expect(reasonText(diverged, '')).toBe(
    '训练在第 3 轮发散：第 1,200 步的损失为 NaN（非数），当时学习率为 0.9；请减小学习率，或使用梯度裁剪',
  );
});

test('what the server calls by its own names is called as on the page', () => {
  setLanguage('zh');
  const values = { network: 'lenet5', outputs: 10, data: 'digits', classes: 12 };
  expect(reasonText({ code: 'too-few-outputs', values }, '')).toContain('LeNet-5 只能区分 10 个类别，而 小数字图');
  const early = { epoch: 9, metric: 'validation loss', count: 3, best: 6 };
  expect(reasonText({ code: 'stopped-early', values: early }, '')).not.toContain('loss');
});

test('a run of an older version, and a code that the page does not know, keep the words of the server', () => {
  setLanguage('zh');
  for (const why of [null, undefined, { code: 'from-the-future', values: {} }]) {
    expect(reasonText(why, 'the loss is nan')).toBe('the loss is nan');
  }
});

test('a problem names its field only in the words of the server', () => {
  const detail = 'dropout: this network has no dropout layer; give a pattern some';
  const why = { code: 'no-dropout', values: {} };
  expect(problemText({ detail, why })).toBe('this network has no dropout layer; give a pattern some');
  expect(problemText({ detail, why: null })).toBe(detail);
});
