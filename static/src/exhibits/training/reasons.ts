/** Why something cannot be, or has ended, in the visitor's language; in the server's words where it has no code. */

import type { Problem } from '../../wire/request';
import type { Why } from '../../wire/types';
import { known, say, type Values } from '../../words/words';
import { datasetName, networkName } from '../parts/run-names';

/** How a value is called on this page that the server calls by its own name. */
const NAMES: Record<string, (value: string) => string> = {
  data: datasetName,
  network: networkName,
  value: (value) => (known(`training.value.${value}`) ? say(`training.value.${value}`) : value),
  metric: (value) => {
    const key = `training.value.metric_${value.replaceAll(' ', '-')}`;
    return known(key) ? say(key) : value;
  },
};

export function reasonText(why: Why | null | undefined, otherwise: string): string {
  const key = `training.why.${why?.code ?? ''}`;
  if (!why || !known(key)) return otherwise;
  const values: Values = { ...why.values };
  for (const [name, called] of Object.entries(NAMES)) {
    const value = values[name];
    if (typeof value === 'string') values[name] = called(value);
  }
  return say(key, values);
}

/** With the field that it is about only where the page has no words of its own. */
export function problemText(problem: Pick<Problem, 'detail' | 'why'>): string {
  return reasonText(problem.why, problem.detail);
}
