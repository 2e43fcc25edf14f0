/** A counter that increases when the theme may have changed, for components that paint colours themselves. */

const theme = $state({ turns: 0 });
let watched = false;

export function themeVersion(): number {
  if (!watched && typeof matchMedia === 'function') {
    watched = true;
    const increase = () => theme.turns++;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', increase);
    new MutationObserver(increase).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }
  return theme.turns;
}
