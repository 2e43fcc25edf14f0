/** A question whose answer comes bit by bit: server-sent events of a POST, read as they arrive, ended by an abort. */

import type { Problem } from './types';

export interface StreamEvent {
  event: string;
  data: unknown;
  id: string | null;
}

/** What the server refused, as RFC 9457 has it. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/**
 * Asks and yields every event. Stopping the iteration, or `signal`, closes the connection, which ends the work on the
 * server. Throws Refused for an answer that is a problem, TypeError where nobody answers or the connection breaks.
 */
export async function* stream(url: URL, question: unknown, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify(question),
    signal,
  });
  if (!response.ok || response.body === null) throw new Refused(await problemOf(response));
  const reader = response.body.getReader();
  try {
    const words = new TextDecoder();
    const parser = new Parser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.take(words.decode(value, { stream: true }));
    }
  } finally {
    await reader.cancel().catch(() => undefined); // it may be broken already
  }
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    const { status, statusText } = response;
    return { type: 'about:blank', title: statusText, status, detail: statusText, why: null };
  }
}

/** Text that comes in any pieces becomes events, as the HTML standard reads `text/event-stream`. */
export class Parser {
  #rest = '';
  #event = '';
  #data: string[] = [];
  #id: string | null = null;

  *take(text: string): Generator<StreamEvent> {
    const whole = this.#rest + text;
    // A carriage return at the very end may be half of a line's end.
    const held = whole.endsWith('\r') ? 1 : 0;
    const lines = whole.slice(0, whole.length - held).split(/\r\n|\n|\r/);
    this.#rest = (lines.pop() ?? '') + whole.slice(whole.length - held);
    for (const line of lines) {
      if (line !== '') this.#line(line);
      else if (this.#data.length > 0) yield this.#dispatch();
      else this.#event = '';
    }
  }

  #line(line: string): void {
    if (line.startsWith(':')) return;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
  }

  #dispatch(): StreamEvent {
    const said = { event: this.#event || 'message', data: JSON.parse(this.#data.join('\n')) as unknown, id: this.#id };
    this.#event = '';
    this.#data = [];
    return said;
  }
}
