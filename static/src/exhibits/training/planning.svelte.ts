/** The plan of the settings before training: steps, shapes, learning rate; or the reason for a refusal. */

import { givenSettings, type Settings } from '../../scene/training-settings';
import { LatestRequest, type Problem } from '../../wire/request';
import type { Plan, Server, GivenSettings } from '../../wire/runs';
import { reasonText } from './reasons';

export const PARTS = [
  'network',
  'data',
  'optimizer',
  'schedule',
  'regularization',
  'augmentation',
  'stopping',
] as const;
export type Part = (typeof PARTS)[number];

/** Part of the form that contains a setting. */
const HOME: Record<string, Part> = {
  model: 'network',
  initialization: 'network',
  dataset: 'data',
  held_out: 'data',
  subset: 'data',
  optimizer: 'optimizer',
  learning_rate: 'optimizer',
  momentum: 'optimizer',
  batch_size: 'optimizer',
  epochs: 'optimizer',
  seed: 'optimizer',
  loss: 'optimizer',
  threads: 'optimizer',
  snapshots: 'optimizer',
  schedule: 'schedule',
  weight_decay: 'regularization',
  l1: 'regularization',
  decay_factor: 'regularization',
  dropout: 'regularization',
  label_smoothing: 'regularization',
  clip: 'regularization',
  augmentation: 'augmentation',
  early_stopping: 'stopping',
};

export class Planning {
  plan = $state.raw<Plan | null>(null);
  problem = $state.raw<Problem | null>(null);
  readonly #asker: LatestRequest<GivenSettings, Plan>;

  constructor(server: Server) {
    this.#asker = new LatestRequest<GivenSettings, Plan>(
      'runs/plan',
      server,
      (plan) => (this.plan = plan),
      (problem) => (this.problem = problem),
    );
  }

  ask(settings: Settings): void {
    this.#asker.send(givenSettings(settings));
  }

  close(): void {
    this.#asker.close();
  }

  /** Problem in a part of the form. */
  problemOf(part: Part): string | null {
    if (this.problem === null || this.problem.field === 'connection') return null;
    if (homeOf(this.problem) !== part) return null;
    const { why, field, reason, detail } = this.problem;
    return reasonText(why, field === 'model' ? reason : detail);
  }
}

/** Part of the form for a problem's field; a layer's name belongs to the network. */
export function homeOf({ field, detail }: Problem): Part {
  const words = field === '' ? detail.split(/[^a-z0-9_]+/) : field.split(/[^a-z0-9_]+/);
  return words.map((word) => HOME[word]).find((part) => part !== undefined) ?? 'network';
}
