/** The language of the page and of exhibits inside an element with another `lang`. */

import { getContext, setContext } from 'svelte';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const page = $state({ language: languageOf(globalThis.document?.documentElement) });

/** Language of the nearest `lang` attribute; English if it is not supported. */
export function languageOf(element: Element | null | undefined): Language {
  const tag = element?.closest('[lang]')?.getAttribute('lang') ?? '';
  return LANGUAGES.find((language) => tag.toLowerCase().startsWith(language)) ?? 'en';
}

/** Language of the component that calls this, else of the page. */
export function language(): Language {
  return languageContext()?.language ?? page.language;
}

export function setLanguage(language: Language): void {
  page.language = language;
}

interface LanguageContext {
  language: Language;
}

const LANGUAGE_CONTEXT = Symbol('speaking');
let pageLanguageSet = false; // true once an exhibit has set the page's language on a page without `lang`

/** Gives the components below this one their own language; returns its setter. */
export function provideLanguage(): (language: Language) => void {
  const context = $state({ language: page.language });
  setContext<LanguageContext>(LANGUAGE_CONTEXT, context);
  return (language) => {
    context.language = language;
    if (!pageLanguageSet && document.documentElement.lang === '') page.language = language;
    pageLanguageSet = true;
  };
}

/** Context of the component under construction; undefined in event handlers and timers. */
function languageContext(): LanguageContext | undefined {
  try {
    return getContext<LanguageContext | undefined>(LANGUAGE_CONTEXT);
  } catch {
    return undefined;
  }
}
