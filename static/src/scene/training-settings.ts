/** The settings of a run: what is usual, what is said of them in an address, and in what two runs differ. */

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

export const USUAL: Settings = {
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

/** The usual of each nested part; one that may be missing has its own where it is there. */
const NESTED: Record<string, object> = {
  model: PATTERN,
  schedule: SCHEDULE,
  augmentation: USUAL.augmentation,
  early_stopping: STOPPING,
};

/** What is not as usual, as it is sent and as an address says it. */
export function said(settings: Settings): GivenSettings {
  const told: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(settings)) {
    const usual = USUAL[name as keyof Settings] as unknown;
    if (isPart(value)) {
      const part = unusual(value, NESTED[name] ?? {});
      if (Object.keys(part).length > 0 || !isPart(usual)) told[name] = part;
    } else if (value !== usual) told[name] = value;
  }
  return told;
}

/** All settings of what is said; what is not said, or of a kind that cannot be, is as usual. */
export function settled(told: object): Settings {
  const all: Record<string, unknown> = structuredClone(USUAL) as never;
  for (const [name, usual] of Object.entries(USUAL)) {
    const value = (told as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const whole = NESTED[name];
    if (isPart(value) && whole !== undefined) all[name] = { ...structuredClone(whole), ...known(value, whole) };
    else if (fits(name, value, usual)) all[name] = value;
  }
  return all as unknown as Settings;
}

/** The settings that an attribute says as JSON; the usual ones where it cannot be read. */
export function readSettings(text: string | undefined): Settings {
  try {
    const told: unknown = JSON.parse(text || '{}');
    return settled(isPart(told) ? told : {});
  } catch {
    return settled({});
  }
}

/** As an attribute says them; '' where everything is as usual. */
export function settingsText(settings: Settings): string {
  const told = said(settings);
  return Object.keys(told).length === 0 ? '' : JSON.stringify(told);
}

export type Difference = [name: string, value: unknown];

/**
 * For every one of several runs, the settings in which they are not all alike, by their path as in
 * `schedule.kind`. Repetitions with the same settings differ in nothing.
 */
export function differing(all: readonly Settings[]): Difference[][] {
  const flat = all.map(leaves);
  const names = [...new Set(flat.flatMap((one) => [...one.keys()]))];
  const unlike = names.filter((name) => new Set(flat.map((one) => JSON.stringify(one.get(name)))).size > 1);
  return flat.map((one, index) =>
    unlike
      .filter((name) => one.has(name) && !IDLE[name]?.where(all[index] ?? USUAL))
      .map((name): Difference => [name, one.get(name) ?? null]),
  );
}

/** Settings that are of no effect beside some others; one of those counts as usual. */
const IDLE: Record<string, { usual: number; where: (settings: Settings) => boolean }> = {
  momentum: { usual: USUAL.momentum, where: ({ optimizer }) => !['momentum', 'nesterov'].includes(optimizer) },
  'schedule.every': { usual: SCHEDULE.every, where: ({ schedule }) => schedule.kind !== 'step' },
  'schedule.factor': { usual: SCHEDULE.factor, where: ({ schedule }) => schedule.kind !== 'step' },
  'schedule.lowest': {
    usual: SCHEDULE.lowest,
    where: ({ schedule }) => !['linear', 'cosine'].includes(schedule.kind),
  },
};

/** Every single setting by its path; null stands for a part that is not there. */
function leaves(settings: Settings): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(settings)) {
    if (!isPart(value)) found.set(name, value);
    else for (const [inner, one] of Object.entries(value)) found.set(`${name}.${inner}`, one);
  }
  for (const [name, { usual, where }] of Object.entries(IDLE)) if (where(settings)) found.set(name, usual);
  return found;
}

function unusual(part: object, usual: object): Record<string, unknown> {
  const entries = Object.entries(part).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify((usual as Record<string, unknown>)[name]),
  );
  return Object.fromEntries(entries);
}

function known(part: object, whole: object): object {
  return Object.fromEntries(Object.entries(part).filter(([name]) => name in whole));
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fits(name: string, value: unknown, usual: unknown): boolean {
  if (value === null) return usual === null || name === 'early_stopping';
  if (name === 'batch_size') return value === 'all' || typeof value === 'number';
  return usual === null ? typeof value === 'number' : typeof value === typeof usual;
}
