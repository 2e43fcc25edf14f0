/** The server that this code was loaded from, so that an exhibit embedded on another site asks it and not that site. */

import { at } from '../state/url';

/** Root of the server: `server` if given, else the origin of this script, else that of the page. */
export function serverRoot(server?: string | URL): URL {
  if (server !== undefined && server !== '') return at(server);
  const { protocol, origin } = new URL(import.meta.url);
  return protocol.startsWith('http') ? new URL('/', origin) : at('/');
}
