/** The server that this code came from, so that an exhibit on another site asks its own and not its host's. */

import { at } from '../state/url';

/** The server's root: where a visitor or an author says, else where the script was loaded from, else this page's. */
export function home(server?: string | URL): URL {
  if (server !== undefined && server !== '') return at(server);
  const { protocol, origin } = new URL(import.meta.url);
  return protocol.startsWith('http') ? new URL('/', origin) : at('/');
}
