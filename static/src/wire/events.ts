/** A stream of server-sent events that is left and come back to: nothing is missed and nothing comes twice. */

import { at } from '../state/url';
import { home } from './home';
import { Parser } from './stream';

export interface Listener<Event> {
  onevent: (event: Event) => void;
  /** Seconds until it is tried again; null once it is there. */
  onlost: (seconds: number | null) => void;
  /** There is no such stream, or it has come to its end. */
  onend: (gone: boolean) => void;
}

interface Numbered {
  seq: number;
  kind: string;
}

const FIRST_WAIT = 0.5; // seconds before a lost connection is tried again; doubled each time
const LONGEST_WAIT = 8;
const MANY = 500; // events that are handed on before the browser may paint again

/** Listens until `close`, or until the stream says its last status. */
export class Listening<Event extends Numbered> {
  readonly #url: URL;
  readonly #to: Listener<Event>;
  #last: number;
  #closing = new AbortController();
  #wait = FIRST_WAIT;
  #lost = false;

  constructor(path: string, server: string | URL | undefined, after: number, to: Listener<Event>) {
    this.#url = at(home(server), path);
    this.#last = after;
    this.#to = to;
    void this.#run();
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        if (await this.#once(signal)) return;
      } catch {
        if (signal.aborted) return;
      }
      if (!signal.aborted) await this.#rest(signal);
    }
  }

  /** Whether there is nothing more to come. */
  async #once(signal: AbortSignal): Promise<boolean> {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (this.#last > 0) headers['Last-Event-ID'] = String(this.#last);
    const response = await fetch(this.#url, { headers, signal, cache: 'no-store' });
    if (response.status >= 400 && response.status < 500) {
      this.#to.onend(true);
      return true;
    }
    if (response.status === 204) {
      this.#to.onend(false); // it is over, and all of it is known
      return true;
    }
    if (!response.ok || response.body === null) return false;
    const reader = response.body.getReader();
    const [words, parser] = [new TextDecoder(), new Parser()];
    let over = false;
    let count = 0;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || signal.aborted) break;
        if (this.#lost) this.#to.onlost(null);
        this.#lost = false;
        this.#wait = FIRST_WAIT;
        for (const { data } of parser.take(words.decode(value, { stream: true }))) {
          const event = data as Event;
          if (typeof event?.seq !== 'number' || event.seq <= this.#last) continue;
          this.#last = event.seq;
          over = isLast(event);
          this.#to.onevent(event);
          if (++count % MANY === 0) await new Promise((resolve) => setTimeout(resolve));
        }
      }
    } finally {
      await reader.cancel().catch(() => undefined); // it may be broken already
    }
    if (over && !signal.aborted) this.#to.onend(false);
    return over;
  }

  async #rest(signal: AbortSignal): Promise<void> {
    this.#lost = true;
    this.#to.onlost(this.#wait);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#wait * 1000);
      const now = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener('online', now, { once: true });
      signal.addEventListener('abort', now, { once: true });
    });
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }
}

const OVER = new Set(['finished', 'stopped', 'failed', 'interrupted']);

/** After this status a run's log has nothing more, until the run is continued. */
function isLast(event: Numbered): boolean {
  return event.kind === 'status' && OVER.has((event as Numbered & { status: string }).status);
}
