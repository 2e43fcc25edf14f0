/** The words of the page: one message in the language that is spoken, with its values and its plural. */

import english from '../../../templates/messages/en/base.json';
import chinese from '../../../templates/messages/zh/base.json';

import { language, type Language } from './language.svelte';

export { language, languageOf, LANGUAGES, setLanguage, type Language } from './language.svelte';

export type Values = Record<string, string | number>;
type Message = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Messages = Record<string, Message>;

const MESSAGES: Record<Language, Messages> = { en: { ...english }, zh: { ...chinese } };
const PLURALS = { en: new Intl.PluralRules('en'), zh: new Intl.PluralRules('zh') };
const NUMBERS = { en: new Intl.NumberFormat('en'), zh: new Intl.NumberFormat('zh') };

/** Adds the messages of an exhibit, which come with its own code so that other pages need not load them. */
export function teach(more: Record<Language, Messages>): void {
  Object.assign(MESSAGES.en, more.en);
  Object.assign(MESSAGES.zh, more.zh);
}

/** The message with `{name}` replaced by `values.name`; a plural is chosen by `values.count`. Unknown keys are errors. */
export function say(key: string, values: Values = {}): string {
  const spoken = language();
  const message = MESSAGES[spoken][key];
  if (message === undefined) throw new Error(`no message "${key}" in ${spoken}`);
  return fill(typeof message === 'string' ? message : plural(message, spoken, values), spoken, values);
}

/** Whether there is such a message, for words that only some layers or networks have. */
export function known(key: string): boolean {
  return key in MESSAGES[language()];
}

function plural(message: Exclude<Message, string>, spoken: Language, values: Values): string {
  const form = PLURALS[spoken].select(Number(values.count ?? 0));
  return message[form] ?? message.other ?? '';
}

function fill(text: string, spoken: Language, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? NUMBERS[spoken].format(value) : value;
  });
}
