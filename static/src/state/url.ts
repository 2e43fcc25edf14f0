/** The state that can be shared, read from the address and written into it. */

export type Scale = 'map' | 'layer';

export interface Selection {
  layer: string;
  map: number;
}

export interface SharedState {
  model: string | null;
  selected: Selection | null;
  scale: Scale;
}

const INK = 'ink';

/** Reads the state from an address; missing or invalid parameters have their defaults. */
export function readShared(address: URL): SharedState {
  const parameters = address.searchParams;
  const layer = parameters.get('layer');
  const map = Number(parameters.get('map') ?? 0);
  return {
    model: parameters.get('model'),
    selected: layer !== null && Number.isInteger(map) && map >= 0 ? { layer, map } : null,
    scale: parameters.get('scale') === 'layer' ? 'layer' : 'map',
  };
}

/** The address with this state; defaults are left out, and other parameters are kept. */
export function withShared(address: URL, state: SharedState, defaults: { model: string }): URL {
  const url = new URL(address);
  const setParameter = (name: string, value: string | null) =>
    value === null ? url.searchParams.delete(name) : url.searchParams.set(name, value);
  setParameter('model', state.model === defaults.model ? null : state.model);
  setParameter('layer', state.selected?.layer ?? null);
  setParameter('map', state.selected === null ? null : String(state.selected.map));
  setParameter('scale', state.scale === 'map' ? null : state.scale);
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

/** The current address. */
export function currentAddress(): URL {
  return new URL(location.href);
}

/** Absolute address of a path on a server. */
export function at(server: string | URL, path = ''): URL {
  return new URL(path, new URL(server, location.href));
}

/** Replaces the current address without an entry in the history. */
export function replaceAddress(address: URL): void {
  if (address.href !== location.href) history.replaceState(history.state, '', address);
}
