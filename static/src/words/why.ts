/** Reasons of refusals in the visitor's language, by the code that the server sends; in English where it sends none. */

import english from '../../../templates/messages/en/why.json';
import chinese from '../../../templates/messages/zh/why.json';

import type { Problem, Why } from '../wire/types';
import { addMessages, hasMessage, say, type Values } from './words';

addMessages({ en: english, zh: chinese });

type Naming = (value: string) => string;

const NAMES: Record<string, Naming> = {};

/** Adds names on the page for values that the server calls by its own: a data set, a network. */
export function nameValues(names: Record<string, Naming>): void {
  Object.assign(NAMES, names);
}

/** The reason alone, for the place beside its control. */
export function reasonText(why: Why | null | undefined, otherwise: string): string {
  const key = `training.why.${why?.code ?? ''}`;
  if (!why || !hasMessage(key)) return otherwise;
  const values: Values = { ...why.values };
  for (const [name, naming] of Object.entries(NAMES)) {
    const value = values[name];
    if (typeof value === 'string') values[name] = naming(value);
  }
  return say(key, values);
}

/** The reason with the field that it is about, if it names one. */
export function problemText({ why, detail }: Pick<Problem, 'detail' | 'why'>): string {
  const reason = reasonText(why, detail);
  const field = why?.values.field;
  return field === undefined || reason === detail || reason.startsWith(String(field))
    ? reason
    : say('why.field', { field, reason });
}
