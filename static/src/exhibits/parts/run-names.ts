/** Names of runs, networks, data sets and classes in the visitor's language. */

import { isRun, runOf, type Network } from '../../scene/network';
import { completeSettings, type Settings } from '../../scene/training-settings';
import type { Run } from '../../wire/runs';
import { hasMessage, say } from '../../words/words';

const TITLES: Record<string, string> = { lenet5: 'LeNet-5', 'lenet5-1998': 'LeNet-5 (1998)' };

export function networkName(model: Settings['model']): string {
  if (typeof model !== 'string') return say('run.own_network', { layers: patternText(model) }).trimEnd();
  return TITLES[model] ?? model;
}

/** Title of a network: by its paper, or by its run. */
export function networkTitle({ name, title, card }: Network): string {
  return isRun(name) ? runTitle(name, title, card?.['settings']) : networkName(name);
}

/** Title of a run's network: the run's name, else its structure. */
export function runTitle(name: string, title: string, settings: unknown): string {
  return title === runOf(name) && settings instanceof Object ? runKind(completeSettings(settings)) : title;
}

/** Notation of the course notes: `[8 → 16] → 64`. */
function patternText({ channels, units }: Exclude<Settings['model'], string>): string {
  return [...channels, ...units].join(' → ');
}

export function datasetName(name: string): string {
  if (name.startsWith('folder:')) return name.slice('folder:'.length);
  return hasMessage(`run.data.${name}`) ? say(`run.data.${name}`) : name;
}

/** Name given to a run; '' if it has only its id. */
export function ownName(run: Run): string {
  return run.name === run.id ? '' : run.name;
}

/** Name given to a run, else its structure. */
export function runName(run: Run): string {
  return ownName(run) || runKind(completeSettings(run.settings));
}

export function runKind(settings: Settings): string {
  const data = datasetName(settings.dataset).replace(/^.*[/\\](?=.)/, ''); // of a path, its last folder
  return say('run.on', { network: networkName(settings.model), data });
}

/** Class of a published data set in the visitor's language; any other unchanged. */
export function classText(name: string): string {
  const key = `run.class.${name.replaceAll(' ', '_')}`;
  return hasMessage(key) ? say(key) : name;
}

/** Label of an output; `–` for one beyond the trained classes. */
export function className(classes: readonly string[], output: number): string {
  return classes.length === 0 ? String(output) : (classes[output] ?? '–');
}

/** Class within a sentence: with its index if its name is not the index. */
export function numbered(name: string, output: number): string {
  return name === String(output) ? name : say('network.class', { name, index: String(output) });
}
