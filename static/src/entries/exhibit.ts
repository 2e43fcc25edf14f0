/** The page with one exhibit alone: it wakes, and what the visitor sets is in the address. */

import './embed';
import { here, show } from '../state/url';

const KEPT = ['lang']; // what the page's address says beside the exhibit's attributes

interface Told {
  tag: string;
  attributes: Record<string, string>;
}

document.addEventListener('rx-state', (event) => {
  const { tag, attributes } = (event as CustomEvent<Told>).detail;
  const url = here();
  if (url.pathname !== `/exhibits/${tag.replace(/^rx-/, '')}`) return;
  const asked = new URLSearchParams(attributes);
  for (const name of KEPT) {
    const value = url.searchParams.get(name);
    if (value !== null) asked.set(name, value);
  }
  url.search = asked.toString();
  show(url);
});
