/** What an author wrote on an element is kept true, so that a link in a lesson that says it again sets it again. */

/** Brings the attributes that stand on the element to what they are now; one that is as usual is taken away. */
export function reflect(host: HTMLElement, names: readonly string[], said: Readonly<Record<string, string>>): void {
  for (const name of names) {
    const value = said[name];
    if (!host.hasAttribute(name) || host.getAttribute(name) === value) continue;
    if (value === undefined) host.removeAttribute(name);
    else host.setAttribute(name, value);
  }
}
