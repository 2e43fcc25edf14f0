/** Labels of runs and settings in the visitor's language. */

import { plain } from '../../scene/format';
import type { EpochRow } from '../../scene/training-log';
import type { LayerFacts, Run } from '../../wire/runs';
import { differences, completeSettings, type Difference } from '../../scene/training-settings';
import { hasMessage, say } from '../../words/words';
import { datasetName, networkName, runName } from '../parts/run-names';

/** Labels runs by their differences; by name if there are none. */
export function legends(runs: readonly Run[]): string[] {
  const all = differences(runs.map((run) => completeSettings(run.settings)));
  return runs.map((run, index) => {
    const unlike = all[index] ?? [];
    return unlike.length === 0 ? runName(run) : unlike.slice(0, 4).map(differenceText).join(' · ');
  });
}

export function differenceText([name, value]: Difference): string {
  return `${settingName(name)} ${valueText(name, value)}`;
}

function settingName(path: string): string {
  const key = `training.set.${path}`;
  return hasMessage(key) ? say(key) : path;
}

/** Words specific to one setting, whose values occur in others too. */
const SPECIAL: Record<string, string> = {
  'early_stopping.metric': 'metric_',
  'model.padding': 'padding_',
};

export function valueText(name: string, value: unknown): string {
  if (name === 'model' && typeof value === 'string') return networkName(value);
  if (name === 'dataset' && typeof value === 'string') return datasetName(value);
  if (name === 'model.activation' && value === 'relu') return 'ReLU';
  if (value === null && name === 'subset') return say('training.value.all');
  if (value === null && name === 'dropout') return say('training.value.own');
  if (value === null) return say('training.none');
  if (typeof value === 'boolean') return say(value ? 'training.yes' : 'training.no');
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return value.join(', ');
  const word = `training.value.${SPECIAL[name] ?? ''}${String(value)}`;
  return hasMessage(word) ? say(word) : String(value);
}

/** True if the classes of a run are known to be digits. */
export function learnsDigits({ settings }: Run): boolean {
  return ['digits', 'mnist'].includes(completeSettings(settings).dataset);
}

/** Best value of a run's epochs, and its metric. */
export function bestText({ settings }: Run, best: EpochRow | null): { name: string; value: string } {
  const { early_stopping, held_out } = completeSettings(settings);
  const metric = early_stopping?.metric ?? (held_out > 0 ? 'validation-loss' : 'loss');
  const name = say(`training.fact.best.${metric}`);
  if (best === null) return { name, value: '–' };
  const { epoch, loss, accuracy, validation_loss, validation_accuracy } = best;
  const share = shareText(validation_accuracy ?? accuracy);
  if (metric === 'validation-accuracy') return { name, value: say('training.best', { value: share, epoch }) };
  const value = lossText(metric === 'loss' ? loss : validation_loss);
  return { name, value: say('training.best_loss', { value, epoch, share }) };
}

/** A setting's number as text: `0.001`, `3e−5`. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || (size >= 1e-4 && size < 1e6)) return plain(Number(value.toPrecision(6)));
  return value.toExponential().replace('e+', 'e').replaceAll('-', '\u2212');
}

/** `6@28×28`, or the number of units. */
export function shapeText(shape: readonly number[]): string {
  const [maps, ...sides] = shape;
  return sides.length === 0 ? String(maps ?? '') : `${maps}@${sides.join('×')}`;
}

export function kindText(layer: LayerFacts): string {
  const key = `training.kind.${layer.kind}`;
  return hasMessage(key) ? say(key) : layer.kind;
}

/** `4 s`, `2 min`, `1 h 20 min`. */
export function timeText(seconds: number): string {
  if (seconds < 90) return say('training.seconds', { count: Math.max(0, Math.round(seconds)) });
  if (seconds < 5400) return say('training.minutes', { count: Math.round(seconds / 60) });
  return say('training.hours', { hours: Math.floor(seconds / 3600), minutes: Math.round((seconds % 3600) / 60) });
}

/** `812 KB`, `11 MB`, `1.2 GB`. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${size >= 9.95 || unit === 0 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** `97.2 %`, `–` for a missing value. */
export function shareText(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(100 * share).toFixed(1)} %`;
}

/** Four decimals of a loss; a power of ten if very small or large. */
export function lossText(loss: number | null | undefined): string {
  if (loss === null || loss === undefined || !Number.isFinite(loss)) return '–';
  const size = Math.abs(loss);
  if (size !== 0 && (size < 1e-3 || size >= 1e5))
    return loss.toExponential(2).replace('e+', 'e').replaceAll('-', '\u2212');
  return size < 1000 ? loss.toFixed(4) : loss.toFixed(0);
}
