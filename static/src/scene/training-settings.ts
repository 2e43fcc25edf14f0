/** Settings of a run: defaults, their form in an address, and differences between runs. */

import type { GivenSettings } from '../wire/runs';
import type { EarlyStopping, Pattern, RunSettings as Settings, Schedule } from '../wire/types';

export type { EarlyStopping, Pattern, Schedule, Settings };

export const KINDS = [
  'shift',
  'rotate',
  'scale',
  'shear',
  'elastic',
  'flip',
  'crop',
  'light',
  'colour',
  'noise',
  'erase',
  'stroke',
] as const;
export type Augmentation = Record<(typeof KINDS)[number], number>;

export const PATTERN: Pattern = {
  channels: [8, 16],
  convolutions: 1,
  kernel: 3,
  padding: 'same',
  pooling: 'max',
  window: 2,
  units: [64],
  activation: 'relu',
  batch_norm: false,
  dropout: 0,
};

export const SCHEDULE: Schedule = { kind: 'constant', factor: 0.5, every: 10, lowest: 0, warm_up: 0 };

export const STOPPING: EarlyStopping = { metric: 'validation-loss', patience: 5, restore_best: true };

export const DEFAULTS: Settings = {
  model: 'lenet5',
  dataset: 'digits',
  held_out: 0.2,
  subset: null,
  epochs: 10,
  batch_size: 32,
  seed: 1,
  optimizer: 'adam',
  learning_rate: 1e-3,
  momentum: 0.9,
  schedule: SCHEDULE,
  weight_decay: 0,
  l1: 0,
  decay_factor: 0,
  dropout: null,
  label_smoothing: 0,
  clip: null,
  loss: 'cross-entropy',
  initialization: 'default',
  augmentation: Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Augmentation,
  early_stopping: null,
  snapshots: 60,
  threads: 1,
};

/** Defaults of each nested part, also of an optional one. */
const NESTED: Record<string, object> = {
  model: PATTERN,
  schedule: SCHEDULE,
  augmentation: DEFAULTS.augmentation,
  early_stopping: STOPPING,
};

/** Settings that differ from the defaults, as sent and as written in an address. */
export function givenSettings(settings: Settings): GivenSettings {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const fallback = DEFAULTS[name as keyof Settings] as unknown;
    if (isPart(value)) {
      const part = changedFields(value, NESTED[name] ?? {});
      if (Object.keys(part).length > 0 || !isPart(fallback)) given[name] = part;
    } else if (value !== fallback) given[name] = value;
  }
  return given;
}

/** Completes given settings with defaults; invalid ones are ignored. */
export function completeSettings(given: object): Settings {
  const settings: Record<string, unknown> = structuredClone(DEFAULTS) as never;
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const defaults = NESTED[name];
    if (isPart(value) && defaults !== undefined)
      settings[name] = { ...structuredClone(defaults), ...knownFields(value, defaults) };
    else if (isValid(name, value, fallback)) settings[name] = value;
  }
  return settings as unknown as Settings;
}

/** Parses settings from a JSON attribute; the defaults if invalid. */
export function readSettings(text: string | undefined): Settings {
  try {
    const parsed: unknown = JSON.parse(text || '{}');
    return completeSettings(isPart(parsed) ? parsed : {});
  } catch {
    return completeSettings({});
  }
}

/** Settings as a JSON attribute; '' for the defaults. */
export function settingsText(settings: Settings): string {
  const given = givenSettings(settings);
  return Object.keys(given).length === 0 ? '' : JSON.stringify(given);
}

export type Difference = [name: string, value: unknown];

/**
 * For each run, the settings in which the runs differ, by path such as `schedule.kind`; empty for repetitions with
 * equal settings.
 */
export function differences(runs: readonly Settings[]): Difference[][] {
  const flat = runs.map(settingsByPath);
  const names = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  const unlike = names.filter((name) => new Set(flat.map((one) => JSON.stringify(one.get(name)))).size > 1);
  return flat.map((one, index) =>
    unlike
      .filter((name) => one.has(name) && !UNUSED[name]?.applies(runs[index] ?? DEFAULTS))
      .map((name): Difference => [name, one.get(name) ?? null]),
  );
}

/** Settings without effect under others; they count as their default. */
const UNUSED: Record<string, { fallback: number; applies: (settings: Settings) => boolean }> = {
  momentum: { fallback: DEFAULTS.momentum, applies: ({ optimizer }) => !['momentum', 'nesterov'].includes(optimizer) },
  'schedule.every': { fallback: SCHEDULE.every, applies: ({ schedule }) => schedule.kind !== 'step' },
  'schedule.factor': { fallback: SCHEDULE.factor, applies: ({ schedule }) => schedule.kind !== 'step' },
  'schedule.lowest': {
    fallback: SCHEDULE.lowest,
    applies: ({ schedule }) => !['linear', 'cosine'].includes(schedule.kind),
  },
};

/** All settings by path; null for a missing part. */
function settingsByPath(settings: Settings): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(settings)) {
    if (!isPart(value)) values.set(name, value);
    else for (const [inner, one] of Object.entries(value)) values.set(`${name}.${inner}`, one);
  }
  for (const [name, { fallback: usual, applies: where }] of Object.entries(UNUSED))
    if (where(settings)) values.set(name, usual);
  return values;
}

function changedFields(part: object, defaults: object): Record<string, unknown> {
  const entries = Object.entries(part).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify((defaults as Record<string, unknown>)[name]),
  );
  return Object.fromEntries(entries);
}

function knownFields(part: object, defaults: object): object {
  return Object.fromEntries(Object.entries(part).filter(([name]) => name in defaults));
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isValid(name: string, value: unknown, fallback: unknown): boolean {
  if (value === null) return fallback === null || name === 'early_stopping';
  if (name === 'batch_size') return value === 'all' || typeof value === 'number';
  return fallback === null ? typeof value === 'number' : typeof value === typeof fallback;
}
