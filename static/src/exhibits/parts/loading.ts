/** Real feature maps for an exhibit: the newest that was asked for, tried again when the connection is back. */

import type { Source } from '../../ink/source';
import { asking, type Network } from '../../scene/network';
import type { Volume } from '../../scene/volume';
import { RequestError, type Problem } from '../../wire/request';
import { featureMaps } from '../../wire/maps';
import { problemText } from '../../words/why';
import { say } from '../../words/words';

const FIRST_WAIT = 500; // milliseconds, doubled each time
const LONGEST_WAIT = 8000;
const UNAVAILABLE = 503;

/** Tries until the server answers; null once `wanted` says that the answer is not needed. Throws AskError. */
export async function patiently<Answer>(
  ask: () => Promise<Answer>,
  wanted: () => boolean,
  onlost: (problem: string) => void,
): Promise<Answer | null> {
  for (let wait = FIRST_WAIT; wanted(); wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    try {
      const answer = await ask();
      return wanted() ? answer : null;
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (wanted()) onlost(error instanceof RequestError ? problemText(error.problem) : say('live.lost_server'));
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return null;
}

/** One layer's maps of a network for a picture; null where they are not needed any more. Throws AskError. */
export async function maps(
  source: Source,
  layer: string,
  network: Network,
  server: string | undefined,
  wanted: () => boolean,
  onlost: (problem: string) => void,
): Promise<Volume | null> {
  const found = await patiently(() => featureMaps(source, [layer], asking(network), server), wanted, onlost);
  return found?.get(layer) ?? null;
}

/** No connection, or a server that is still waking: it is worth asking again. */
function isPassing(error: unknown): boolean {
  if (error instanceof RequestError)
    return error.problem.field === 'connection' || error.problem.status === UNAVAILABLE;
  return error instanceof TypeError;
}

/** Whether a problem says that a drawing has no ink on it. */
export function isBlank(problem: Problem, source: Source): boolean {
  return source.kind === 'drawing' && problem.why?.code === 'blank';
}
