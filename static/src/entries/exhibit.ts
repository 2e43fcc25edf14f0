/** The page with one exhibit alone: it wakes, and what the visitor sets is in the address. */

import './embed';
import { currentAddress, replaceAddress } from '../state/url';

const KEPT = ['lang']; // what the page's address says beside the exhibit's attributes
const PAGES: Record<string, string> = { '/train': 'rx-training' }; // exhibits whose page has a name of its own
const REST = 200; // milliseconds: writing an address takes a frame, and browsers refuse hundreds of them in a row

interface Told {
  tag: string;
  attributes: Record<string, string>;
}

let newest: URL | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

function write(): void {
  clearTimeout(timer);
  if (newest !== null) replaceAddress(newest);
  newest = null;
}

addEventListener('pagehide', write);

document.addEventListener('rx-state', (event) => {
  const { tag, attributes } = (event as CustomEvent<Told>).detail;
  const url = currentAddress();
  if (url.pathname !== `/exhibits/${tag.replace(/^rx-/, '')}` && PAGES[url.pathname] !== tag) return;
  const asked = new URLSearchParams(attributes);
  for (const name of KEPT) {
    const value = url.searchParams.get(name);
    if (value !== null) asked.set(name, value);
  }
  url.search = asked.toString();
  newest = url;
  clearTimeout(timer);
  timer = setTimeout(write, REST);
});
