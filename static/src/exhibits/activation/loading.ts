/** Real feature maps for an exhibit: the newest that was asked for, tried again when the connection is back. */

import type { Source } from '../../ink/source';
import type { Volume } from '../../scene/volume';
import { AskError, type Problem } from '../../wire/ask';
import { featureMaps } from '../../wire/maps';
import { say } from '../../words/words';

const MODEL = 'lenet5';
const FIRST_WAIT = 500; // milliseconds, doubled each time
const LONGEST_WAIT = 8000;
const UNAVAILABLE = 503;

/** One layer's maps for a picture, asked until there is an answer; null once `wanted` says that it is not needed. */
export async function maps(
  source: Source,
  layer: string,
  server: string | undefined,
  wanted: () => boolean,
  onlost: (problem: string) => void,
): Promise<Volume | null> {
  for (let wait = FIRST_WAIT; wanted(); wait = Math.min(LONGEST_WAIT, 2 * wait)) {
    try {
      const found = (await featureMaps(source, [layer], MODEL, server)).get(layer);
      return wanted() ? (found ?? null) : null;
    } catch (error) {
      if (error instanceof AskError && error.problem.status !== UNAVAILABLE) throw error;
      if (wanted()) onlost(lost(error));
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return null;
}

function lost(error: unknown): string {
  return error instanceof AskError ? error.problem.detail : say('live.lost_server');
}

/** Whether a problem says that a drawing has no ink on it. */
export function isBlank(problem: Problem, source: Source): boolean {
  return source.kind === 'drawing' && problem.status === 422;
}
