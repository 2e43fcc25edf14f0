/** Reasons of refusals and ends of runs, in the visitor's language; without a code in the server's words. */

import type { Problem } from '../../wire/request';
import type { Why } from '../../wire/types';
import { hasMessage, say, type Values } from '../../words/words';
import { datasetName, networkName } from '../parts/run-names';

/** Names on this page for values that the server names differently. */
const NAMES: Record<string, (value: string) => string> = {
  data: datasetName,
  network: networkName,
  value: (value) => (hasMessage(`training.value.${value}`) ? say(`training.value.${value}`) : value),
  metric: (value) => {
    const key = `training.value.metric_${value.replaceAll(' ', '-')}`;
    return hasMessage(key) ? say(key) : value;
  },
};

export function reasonText(why: Why | null | undefined, otherwise: string): string {
  const key = `training.why.${why?.code ?? ''}`;
  if (!why || !hasMessage(key)) return otherwise;
  const values: Values = { ...why.values };
  for (const [name, called] of Object.entries(NAMES)) {
    const value = values[name];
    if (typeof value === 'string') values[name] = called(value);
  }
  return say(key, values);
}

/** With the field's name only if the page has no message for it. */
export function problemText(problem: Pick<Problem, 'detail' | 'why'>): string {
  return reasonText(problem.why, problem.detail);
}
