/** Colours of displayed runs: of similar lightness, distinct under colour blindness, constant while displayed. */

import type { Theme } from './palette';

const COLOURS: Record<Theme, readonly string[]> = {
  light: ['#2f6db5', '#c2501c', '#1b8257', '#8a4fa3', '#96700a', '#c03f7c'],
  dark: ['#6fb0ff', '#ff9566', '#4fcf9a', '#cb9aea', '#e3b93f', '#ff8ab8'],
};

export function colourOf(place: number, theme: Theme): string {
  const colours = COLOURS[theme];
  return colours[place % colours.length] ?? '';
}

/** Assigns slots: displayed runs keep theirs, new ones take the first free slot. */
export function assignSlots(ids: readonly string[], before: ReadonlyMap<string, number>): Map<string, number> {
  const slots = new Map([...before].filter(([id]) => ids.includes(id)));
  for (const id of ids) {
    if (slots.has(id)) continue;
    const taken = new Set(slots.values());
    let slot = 0;
    while (taken.has(slot)) slot += 1;
    slots.set(id, slot);
  }
  return slots;
}
