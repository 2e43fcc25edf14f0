/** A number that changes whenever light and dark may have changed places, for what paints colours itself. */

const theme = $state({ turns: 0 });
let watched = false;

export function themeTurns(): number {
  if (!watched && typeof matchMedia === 'function') {
    watched = true;
    const turned = () => theme.turns++;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', turned);
    new MutationObserver(turned).observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }
  return theme.turns;
}
