/** An element's attributes and its exhibit's state: what is said is taken, and what has changed stands on the element. */

import { untrack } from 'svelte';

interface Stated<Given> {
  take(given: Given): void;
}

/** Called while a component is set up: the state takes what the attributes say, now and whenever they say something else. */
export function heed<Given>(state: Stated<Given>, said: () => Given): void {
  $effect.pre(() => {
    const given = said();
    untrack(() => state.take(given));
  });
}

/** Of an element's properties those of these names. */
export function named<Name extends string, Value>(names: readonly Name[], props: { [name in Name]?: Value }) {
  return Object.fromEntries(names.map((name) => [name, props[name]])) as { [name in Name]?: Value };
}

/** Brings the attributes that stand on the element to what they are now; one that is as usual is taken away. */
export function reflect(host: HTMLElement, names: readonly string[], said: Readonly<Record<string, string>>): void {
  for (const name of names) {
    const value = said[name];
    if (!host.hasAttribute(name) || host.getAttribute(name) === value) continue;
    if (value === undefined) host.removeAttribute(name);
    else host.setAttribute(name, value);
  }
}
