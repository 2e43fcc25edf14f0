/** Keeps the attributes of an element and the state of its exhibit in step, both ways. */

import { untrack } from 'svelte';

interface AttributeState<Given> {
  setAttributes(given: Given): void;
}

/** Applies the attributes to the state, now and on every change. Called during component set-up. */
export function followAttributes<Given>(state: AttributeState<Given>, attributes: () => Given): void {
  $effect.pre(() => {
    const current = attributes();
    untrack(() => state.setAttributes(current));
  });
}

/** Properties with these names. */
export function pickProperties<Name extends string, Value>(names: readonly Name[], props: { [name in Name]?: Value }) {
  return Object.fromEntries(names.map((name) => [name, props[name]])) as { [name in Name]?: Value };
}

/** Writes the state into the element's attributes; defaults are removed. */
export function reflectAttributes(
  host: HTMLElement,
  names: readonly string[],
  attributes: Readonly<Record<string, string>>,
): void {
  for (const name of names) {
    const value = attributes[name];
    if (!host.hasAttribute(name) || host.getAttribute(name) === value) continue;
    if (value === undefined) host.removeAttribute(name);
    else host.setAttribute(name, value);
  }
}
