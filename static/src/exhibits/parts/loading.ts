/** Loads feature maps for an exhibit: only the newest request counts, and a lost connection is retried. */

import type { Source } from '../../ink/source';
import { networkFields, type Network } from '../../scene/network';
import type { Volume } from '../../scene/volume';
import { RequestError, type Problem } from '../../wire/request';
import { featureMaps } from '../../wire/maps';
import { say } from '../../words/words';

const FIRST_WAIT = 500; // milliseconds, doubled each time
const LONGEST_WAIT = 8000;
const UNAVAILABLE = 503;

/** Retries until the server answers; null once `wanted` returns false. Throws RequestError. */
export async function withRetry<Answer>(
  request: () => Promise<Answer>,
  isNeeded: () => boolean,
  onlost: (problem: string) => void,
): Promise<Answer | null> {
  for (let wait = FIRST_WAIT; isNeeded(); wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    try {
      const answer = await request();
      return isNeeded() ? answer : null;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (isNeeded()) onlost(error instanceof RequestError ? error.problem.detail : say('live.lost_server'));
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return null;
}

/** Feature maps of one layer for a picture; null if no longer needed. Throws RequestError. */
export async function maps(
  source: Source,
  layer: string,
  network: Network,
  server: string | undefined,
  isNeeded: () => boolean,
  onlost: (problem: string) => void,
): Promise<Volume | null> {
  const volumes = await withRetry(() => featureMaps(source, [layer], networkFields(network), server), isNeeded, onlost);
  return volumes?.get(layer) ?? null;
}

/** True if a retry may succeed: no connection, or a server that is still loading. */
function isPassing(error: unknown): boolean {
  if (error instanceof RequestError)
    return error.problem.field === 'connection' || error.problem.status === UNAVAILABLE;
  return error instanceof TypeError;
}

/** True if the problem is a blank drawing. */
export function isBlank(problem: Problem, source: Source): boolean {
  return source.kind === 'drawing' && problem.status === 422;
}
