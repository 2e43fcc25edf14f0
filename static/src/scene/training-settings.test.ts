/** Settings in an address and beside one another: only what is not usual is said, only what differs is named. */

import { expect, test } from 'vitest';

import {
  differences,
  PATTERN,
  readSettings,
  givenSettings,
  settingsText,
  completeSettings,
  STOPPING,
  DEFAULTS,
} from './training-settings';

test('the usual settings need no words', () => {
  expect(givenSettings(DEFAULTS)).toEqual({});
  expect(settingsText(DEFAULTS)).toBe('');
  expect(readSettings('')).toEqual(DEFAULTS);
});

test('what is said comes back whole', () => {
  const settings = completeSettings({
    optimizer: 'sgd',
    batch_size: 'all',
    subset: 200,
    model: { channels: [4], units: [] },
    schedule: { kind: 'cosine' },
    early_stopping: { patience: 3 },
    augmentation: { rotate: 0.5 },
  });
  expect(settings.model).toEqual({ ...PATTERN, channels: [4], units: [] });
  expect(settings.early_stopping).toEqual({ ...STOPPING, patience: 3 });
  expect(settings.augmentation.rotate).toBe(0.5);
  expect(settings.augmentation.shift).toBe(0);
  expect(readSettings(settingsText(settings))).toEqual(settings);
});

test('early stopping and a pattern as usual are still said, for without a word they are not there', () => {
  expect(givenSettings({ ...DEFAULTS, early_stopping: STOPPING, model: PATTERN })).toEqual({
    early_stopping: {},
    model: {},
  });
});

test('an address that is no JSON, or says what is no setting, changes nothing', () => {
  expect(readSettings('{"epochs":')).toEqual(DEFAULTS);
  expect(readSettings('[1]')).toEqual(DEFAULTS);
  expect(readSettings('{"nonsense":1,"epochs":"many","schedule":{"kind":"linear","way":2}}')).toEqual({
    ...DEFAULTS,
    schedule: { ...DEFAULTS.schedule, kind: 'linear' },
  });
});

test('runs are named by the settings in which they differ, and by no other', () => {
  const runs = [
    completeSettings({ learning_rate: 0.1, epochs: 5 }),
    completeSettings({ learning_rate: 0.01, epochs: 5, early_stopping: { patience: 9 } }),
  ];
  const [first, second] = differences(runs);
  expect(first).toEqual([
    ['learning_rate', 0.1],
    ['early_stopping', null],
  ]);
  expect(second?.map(([name]) => name)).toContain('early_stopping.patience');
  expect(second?.[0]).toEqual(['learning_rate', 0.01]);
  expect(differences([completeSettings({}), completeSettings({})])).toEqual([[], []]);
});

test('a run is not named by a setting that has no effect on it', () => {
  const kinds = [{ kind: 'cosine' }, { kind: 'constant' }, { kind: 'step', every: 4 }];
  expect(differences(kinds.map((schedule) => completeSettings({ schedule })))).toEqual([
    [['schedule.kind', 'cosine']],
    [['schedule.kind', 'constant']],
    [
      ['schedule.kind', 'step'],
      ['schedule.every', 4],
    ],
  ]);
});
