/** A colour for each run that is shown: of equal weight, told apart by colour-blind eyes, kept while the run is shown. */

import type { Theme } from './palette';

const COLOURS: Record<Theme, readonly string[]> = {
  light: ['#2f6db5', '#c2501c', '#1b8257', '#8a4fa3', '#96700a', '#c03f7c'],
  dark: ['#6fb0ff', '#ff9566', '#4fcf9a', '#cb9aea', '#e3b93f', '#ff8ab8'],
};

export function colourOf(place: number, theme: Theme): string {
  const colours = COLOURS[theme];
  return colours[place % colours.length] ?? '';
}

/** Who stays keeps its place, who comes takes the first that is free. */
export function places(ids: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  const kept = new Map([...before].filter(([id]) => ids.includes(id)));
  for (const id of ids) {
    if (kept.has(id)) continue;
    const taken = new Set(kept.values());
    let place = 0;
    while (taken.has(place)) place += 1;
    kept.set(id, place);
  }
  return kept;
}
