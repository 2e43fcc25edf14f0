/** The language of the page, and of the exhibits that stand in a part of it in another one; every word follows it. */

import { getContext, setContext } from 'svelte';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const page = $state({ language: languageOf(globalThis.document?.documentElement) });

/** What `lang` says on the element or on the nearest one around it; English where it is not one of ours. */
export function languageOf(element: Element | null | undefined): Language {
  const said = element?.closest('[lang]')?.getAttribute('lang') ?? '';
  return LANGUAGES.find((language) => said.toLowerCase().startsWith(language)) ?? 'en';
}

/** What is spoken where this is asked: by the exhibit whose component asks, else by the page. */
export function language(): Language {
  return around()?.language ?? page.language;
}

export function setLanguage(language: Language): void {
  page.language = language;
}

interface Speaking {
  language: Language;
}

const SPEAKING = Symbol('speaking');
let settled = false; // whether an exhibit has said what is spoken where no component asks

/** Gives every component below this one a language of its own; what it returns sets that. */
export function speakHere(): (language: Language) => void {
  const here = $state({ language: page.language });
  setContext<Speaking>(SPEAKING, here);
  return (language) => {
    here.language = language;
    if (!settled && document.documentElement.lang === '') page.language = language;
    settled = true;
  };
}

/** Of the component that is drawn; undefined in a handler and in a timer, which belong to none. */
function around(): Speaking | undefined {
  try {
    return getContext<Speaking | undefined>(SPEAKING);
  } catch {
    return undefined;
  }
}
