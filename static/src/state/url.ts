/** What a visitor may want to share, read from the address and written back into it. */

export type Scale = 'map' | 'layer';

export interface Selection {
  layer: string;
  map: number;
}

export interface Place {
  model: string | null;
  selected: Selection | null;
  scale: Scale;
}

const INK = 'ink';

/** The place that an address names; what it does not name, or names wrongly, is left out. */
export function readPlace(address: URL): Place {
  const asked = address.searchParams;
  const layer = asked.get('layer');
  const map = Number(asked.get('map') ?? 0);
  return {
    model: asked.get('model'),
    selected: layer !== null && Number.isInteger(map) && map >= 0 ? { layer, map } : null,
    scale: asked.get('scale') === 'layer' ? 'layer' : 'map',
  };
}

/** The same address at another place; what is as it is anyhow is not written, and what is not ours is kept. */
export function withPlace(address: URL, place: Place, usual: { model: string }): URL {
  const url = new URL(address);
  const put = (name: string, value: string | null) =>
    value === null ? url.searchParams.delete(name) : url.searchParams.set(name, value);
  put('model', place.model === usual.model ? null : place.model);
  put('layer', place.selected?.layer ?? null);
  put('map', place.selected === null ? null : String(place.selected.map));
  put('scale', place.scale === 'map' ? null : place.scale);
  return url;
}

export function readInk(address: URL): string | null {
  return new URLSearchParams(address.hash.slice(1)).get(INK);
}

export function withInk(address: URL, ink: string | null): URL {
  const url = new URL(address);
  const hash = new URLSearchParams(url.hash.slice(1));
  if (ink === null) hash.delete(INK);
  else hash.set(INK, ink);
  url.hash = hash.toString();
  return url;
}

/** The address in the bar. */
export function here(): URL {
  return new URL(location.href);
}

/** The address of something that a server has. */
export function at(server: string | URL, path = ''): URL {
  return new URL(path, new URL(server, location.href));
}

/** Puts an address into the bar without a step in the history. */
export function show(address: URL): void {
  if (address.href !== location.href) history.replaceState(history.state, '', address);
}
