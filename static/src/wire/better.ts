/** Runs that are still training: their weights become others while somebody looks at them. */

import { isRun, runOf } from '../scene/network';
import { AskError } from './ask';
import { isLive, run, type Run, type Server } from './runs';

const AGAIN = 2500; // ms between two looks
const ABSENT = 404;

/** Calls `better` whenever the weights that a network's name stands for have become others; what it returns ends that. */
export function whenBetter(model: string, server: Server, better: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = !isRun(model);
  let last: string | null = null;

  async function look(): Promise<void> {
    const now = document.visibilityState === 'visible' ? await asked() : null;
    if (ended) return;
    if (now !== null) {
      const reached = weightsOf(model, now);
      if (last !== null && reached !== last) better();
      last = reached;
      if (!isLive(now)) return;
    }
    timer = setTimeout(() => void look(), AGAIN);
  }

  async function asked(): Promise<Run | null> {
    try {
      return await run(runOf(model), server);
    } catch (error) {
      if (!(error instanceof AskError)) throw error;
      ended ||= error.problem.status === ABSENT;
      return null; // a lost connection comes back
    }
  }

  if (!ended) void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Which weights a run has: the best of its epochs or the last, and before the first the newest snapshot. */
function weightsOf(model: string, { status, epoch, best, step }: Run): string {
  const reached = model.endsWith(':last') ? epoch : (best?.epoch ?? 0);
  return `${status} ${reached > 0 ? reached : `step ${step}`}`;
}
