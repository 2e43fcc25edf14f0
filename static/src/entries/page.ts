/** Scripts of every page: the theme switch, and a language link that keeps the current address. */

const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

const root = document.documentElement;

function current(): Theme {
  const theme = root.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function setTheme(theme: Theme): void {
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem('theme');
    else localStorage.setItem('theme', theme);
  } catch {
    // storage may be forbidden; the theme then lasts until the page is left
  }
}

function activateTheme(button: HTMLElement): void {
  const word = button.querySelector('span');
  const show = () => {
    if (word) word.textContent = button.dataset[current()] ?? '';
  };
  button.addEventListener('click', () => {
    setTheme(THEMES[(THEMES.indexOf(current()) + 1) % THEMES.length] ?? 'system');
    show();
  });
  show();
}

function activateLanguage(link: HTMLAnchorElement): void {
  link.addEventListener('click', () => {
    const url = new URL(location.href);
    url.searchParams.set('lang', link.dataset.language ?? 'en');
    link.href = url.href;
  });
}

const theme = document.getElementById('theme');
if (theme) activateTheme(theme);
const language = document.getElementById('language');
if (language instanceof HTMLAnchorElement) activateLanguage(language);
