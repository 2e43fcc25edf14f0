/** Download of a data set: progress and abort. */

import { at } from '../../../state/url';
import { serverRoot } from '../../../wire/server';
import type { Server } from '../../../wire/runs';
import { RefusedError, stream } from '../../../wire/stream';
import type { Why } from '../../../wire/types';
import { say } from '../../../words/words';
import { problemText, reasonText } from '../reasons';

export class Fetching {
  /** Bytes; null if nothing is being fetched. */
  done = $state<number | null>(null);
  total = $state(0);
  problem = $state<string | null>(null);
  readonly #server: Server;
  #asking: AbortController | null = null;

  constructor(server: Server) {
    this.#server = server;
  }

  /** True if the download is complete. */
  async fetch(name: string): Promise<boolean> {
    this.cancel();
    const asking = (this.#asking = new AbortController());
    [this.done, this.total, this.problem] = [0, 0, null];
    try {
      const url = at(serverRoot(this.#server), `datasets/${name}/fetch`);
      for await (const { event, data } of stream(url, {}, asking.signal)) {
        const told = data as { done?: number; total?: number; reason?: string; why?: Why | null };
        if (event === 'done') return true;
        if (event === 'failed') this.problem = reasonText(told.why, told.reason ?? '');
        this.done = told.done ?? this.done;
        this.total = told.total ?? this.total;
      }
      return false;
    } catch (error) {
      if (!asking.signal.aborted)
        this.problem = error instanceof RefusedError ? problemText(error.problem) : say('live.lost_server');
      return false;
    } finally {
      if (this.#asking === asking) this.done = this.#asking = null;
    }
  }

  cancel(): void {
    this.#asking?.abort();
    this.#asking = null;
    this.done = null;
  }
}
