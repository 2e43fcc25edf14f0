/** A stream of server-sent events that resumes after a lost connection: no event is missed or repeated. */

import { at } from '../state/url';
import { serverRoot } from './server';
import { Parser } from './stream';

export interface Listener<Event> {
  onevent: (event: Event) => void;
  /** Seconds until the next try; null once the connection is back. */
  onlost: (seconds: number | null) => void;
  /** The stream has ended; `missing` if there is none at this address. */
  onend: (missing: boolean) => void;
}

interface Numbered {
  seq: number;
  kind: string;
}

const FIRST_DELAY = 0.5; // seconds before the first retry; doubled by each
const MAX_DELAY = 8;
const BATCH = 500; // events handled before the browser may paint again

/** Reads events until `close` or the run's final status. */
export class EventStream<Event extends Numbered> {
  readonly #url: URL;
  readonly #listener: Listener<Event>;
  #lastSequence: number;
  #controller = new AbortController();
  #delay = FIRST_DELAY;
  #lost = false;

  constructor(path: string, server: string | URL | undefined, after: number, to: Listener<Event>) {
    this.#url = at(serverRoot(server), path);
    this.#lastSequence = after;
    this.#listener = to;
    void this.#run();
  }

  close(): void {
    this.#controller.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#controller;
    while (!signal.aborted) {
      try {
        if (await this.#readConnection(signal)) return;
      } catch {
        if (signal.aborted) return;
      }
      if (!signal.aborted) await this.#waitForRetry(signal);
    }
  }

  /** Reads one connection; returns true if the stream has ended. */
  async #readConnection(signal: AbortSignal): Promise<boolean> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (this.#lastSequence > 0) headers['Last-Event-ID'] = String(this.#lastSequence);
    const response = await fetch(this.#url, { headers, signal, cache: 'no-store' });
    if (response.status >= 400 && response.status < 500) {
      this.#listener.onend(true);
      return true;
    }
    if (response.status === 204) {
      this.#listener.onend(false); // the run has ended, and its last event is known
      return true;
    }
    if (!response.ok || response.body === null) return false;
    const reader = response.body.getReader();
    const [decoder, parser] = [new TextDecoder(), new Parser()];
    let ended = false;
    let count = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) break;
        if (this.#lost) this.#listener.onlost(null);
        this.#lost = false;
        this.#delay = FIRST_DELAY;
        for (const { data } of parser.take(decoder.decode(value, { stream: true }))) {
          const event = data as Event;
          if (typeof event?.seq !== 'number' || event.seq <= this.#lastSequence) continue;
          this.#lastSequence = event.seq;
          ended = isFinal(event);
          this.#listener.onevent(event);
          if (++count % BATCH === 0) await new Promise((resolve) => setTimeout(resolve));
        }
      }
    } finally {
      await reader.cancel().catch(() => undefined); // it may be broken already
    }
    if (ended && !signal.aborted) this.#listener.onend(false);
    return ended;
  }

  async #waitForRetry(signal: AbortSignal): Promise<void> {
    this.#lost = true;
    this.#listener.onlost(this.#delay);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#delay * 1000);
      const stopWaiting = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener('online', stopWaiting, { once: true });
      signal.addEventListener('abort', stopWaiting, { once: true });
    });
    this.#delay = Math.min(MAX_DELAY, this.#delay * 2);
  }
}

const FINAL_STATUSES = new Set(['finished', 'stopped', 'failed', 'interrupted']);

/** True for a status after which the run's log ends, unless the run is continued. */
function isFinal(event: Numbered): boolean {
  return event.kind === 'status' && FINAL_STATUSES.has((event as Numbered & { status: string }).status);
}
