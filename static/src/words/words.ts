/** Messages in the current language, with values and plurals. */

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

/** Adds the messages of an exhibit, which are loaded with its code. */
export function addMessages(messages: Record<Language, Messages>): void {
  Object.assign(MESSAGES.en, messages.en);
  Object.assign(MESSAGES.zh, messages.zh);
}

/** The message with `{name}` replaced by `values.name`; `values.count` selects the plural. Throws on an unknown key. */
export function say(key: string, values: Values = {}): string {
  const lang = language();
  const message = MESSAGES[lang][key];
  if (message === undefined) throw new Error(`no message "${key}" in ${lang}`);
  return fill(typeof message === 'string' ? message : plural(message, lang, values), lang, values);
}

/** True if there is such a message; some exist only for certain layers or networks. */
export function hasMessage(key: string): boolean {
  return key in MESSAGES[language()];
}

function plural(message: Exclude<Message, string>, lang: Language, values: Values): string {
  const form = PLURALS[lang].select(Number(values.count ?? 0));
  return message[form] ?? message.other ?? '';
}

function fill(text: string, lang: Language, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = values[name];
    if (value === undefined) return placeholder;
    return typeof value === 'number' ? NUMBERS[lang].format(value) : value;
  });
}
