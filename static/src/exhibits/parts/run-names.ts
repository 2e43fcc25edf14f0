/** What runs of the training lab, their networks, their data and their classes are called, in the visitor's language. */

import { isRun, runOf, type Network } from '../../scene/network';
import { settled, type Settings } from '../../scene/training-settings';
import type { Run } from '../../wire/runs';
import { hasMessage, say } from '../../words/words';

const TITLES: Record<string, string> = { lenet5: 'LeNet-5', 'lenet5-1998': 'LeNet-5 (1998)' };

export function networkName(model: Settings['model']): string {
  if (typeof model !== 'string') return say('run.own_network', { layers: patternText(model) }).trimEnd();
  return TITLES[model] ?? model;
}

/** A network by the name that its paper or its run has. */
export function networkTitle({ name, title, card }: Network): string {
  return isRun(name) ? runTitle(name, title, card?.['settings']) : networkName(name);
}

/** A run's network by what somebody has called the run, else by what it is. */
export function runTitle(name: string, title: string, settings: unknown): string {
  return title === runOf(name) && settings instanceof Object ? runKind(settled(settings)) : title;
}

/** As the course notes write it: `[8 → 16] → 64`. */
function patternText({ channels, units }: Exclude<Settings['model'], string>): string {
  return [...channels, ...units].join(' → ');
}

export function datasetName(name: string): string {
  if (name.startsWith('folder:')) return name.slice('folder:'.length);
  return hasMessage(`run.data.${name}`) ? say(`run.data.${name}`) : name;
}

/** What somebody has called it; '' where it only has its id. */
export function ownName(run: Run): string {
  return run.name === run.id ? '' : run.name;
}

/** Its own name where somebody gave it one, else what it is. */
export function runName(run: Run): string {
  return ownName(run) || runKind(settled(run.settings));
}

export function runKind(settings: Settings): string {
  const data = datasetName(settings.dataset).replace(/^.*[/\\](?=.)/, ''); // of a path, its last folder
  return say('run.on', { network: networkName(settings.model), data });
}

/** A class of a published data set in the visitor's language; any other as it was named. */
export function classText(name: string): string {
  const key = `run.class.${name.replaceAll(' ', '_')}`;
  return hasMessage(key) ? say(key) : name;
}

/** What an output stands for; `–` for one that a network has beyond the classes it learned. */
export function className(classes: readonly string[], output: number): string {
  return classes.length === 0 ? String(output) : (classes[output] ?? '–');
}

/** A class as a sentence calls it: with its number, by which formulas call it, where that is not its name. */
export function numbered(name: string, output: number): string {
  return name === String(output) ? name : say('network.class', { name, index: String(output) });
}
