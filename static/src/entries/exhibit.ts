/** The page of a single exhibit, whose attributes are mirrored in the address. */

import './embed';
import { currentAddress, replaceAddress } from '../state/url';

const PAGE_PARAMETERS = ['lang']; // parameters of the page itself, kept beside the exhibit's attributes
const PAGES: Record<string, string> = { '/train': 'rx-training' }; // exhibits with a page at another path
const WRITE_INTERVAL = 200; // milliseconds between writes: browsers refuse hundreds in a row, and each takes a frame

interface StateDetail {
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
  const { tag, attributes } = (event as CustomEvent<StateDetail>).detail;
  const url = currentAddress();
  if (url.pathname !== `/exhibits/${tag.replace(/^rx-/, '')}` && PAGES[url.pathname] !== tag) return;
  const parameters = new URLSearchParams(attributes);
  for (const name of PAGE_PARAMETERS) {
    const value = url.searchParams.get(name);
    if (value !== null) parameters.set(name, value);
  }
  url.search = parameters.toString();
  newest = url;
  clearTimeout(timer);
  timer = setTimeout(write, WRITE_INTERVAL);
});
