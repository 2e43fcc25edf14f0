/** Keeps the attributes of an element and the state of its exhibit in step, both ways. */

import { untrack } from 'svelte';

interface Stated<Given> {
  take(given: Given): void;
}

/** Applies the attributes to the state, now and on every change. Called during component set-up. */
export function heed<Given>(state: Stated<Given>, said: () => Given): void {
  $effect.pre(() => {
    const given = said();
    untrack(() => state.take(given));
  });
}

/** Properties with these names. */
export function named<Name extends string, Value>(names: readonly Name[], props: { [name in Name]?: Value }) {
  return Object.fromEntries(names.map((name) => [name, props[name]])) as { [name in Name]?: Value };
}

/** Writes the state into the element's attributes; defaults are removed. */
export function reflect(host: HTMLElement, names: readonly string[], said: Readonly<Record<string, string>>): void {
  for (const name of names) {
    const value = said[name];
    if (!host.hasAttribute(name) || host.getAttribute(name) === value) continue;
    if (value === undefined) host.removeAttribute(name);
    else host.setAttribute(name, value);
  }
}
