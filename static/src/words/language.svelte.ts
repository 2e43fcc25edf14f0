/** The language of the page, as a rune, so that every word on screen follows it. */

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const page = $state({ language: languageOf(globalThis.document?.documentElement) });

/** What `lang` says on the element or on the nearest one around it; English where it is not one of ours. */
export function languageOf(element: Element | null | undefined): Language {
  const said = element?.closest('[lang]')?.getAttribute('lang') ?? '';
  return LANGUAGES.find((language) => said.toLowerCase().startsWith(language)) ?? 'en';
}

export function language(): Language {
  return page.language;
}

export function setLanguage(language: Language): void {
  page.language = language;
}
