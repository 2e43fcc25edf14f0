/** Watches runs that are training: their weights change while they are displayed. */

import { isRun, runOf } from '../scene/network';
import { RequestError } from './request';
import { isLive, run, type Run, type Server } from './runs';

const INTERVAL = 2500; // milliseconds between two requests
const ABSENT = 404;

/** Calls `onchange` whenever the weights of a network have changed; returns a function that stops watching. */
export function watchWeights(model: string, server: Server, onchange: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = !isRun(model);
  let version: string | null = null;

  async function poll(): Promise<void> {
    const current = document.visibilityState === 'visible' ? await loadRun() : null;
    if (stopped) return;
    if (current !== null) {
      const newVersion = weightsVersion(model, current);
      if (version !== null && newVersion !== version) onchange();
      version = newVersion;
      if (!isLive(current)) return;
    }
    timer = setTimeout(() => void poll(), INTERVAL);
  }

  async function loadRun(): Promise<Run | null> {
    try {
      return await run(runOf(model), server);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      stopped ||= error.problem.status === ABSENT;
      return null; // a lost connection comes back
    }
  }

  if (!stopped) void poll();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Version of a run's weights: its best epoch or its last, before the first epoch its step. */
function weightsVersion(model: string, { status, epoch, best, step }: Run): string {
  const reachedEpoch = model.endsWith(':last') ? epoch : (best?.epoch ?? 0);
  return `${status} ${reachedEpoch > 0 ? reachedEpoch : `step ${step}`}`;
}
