/** A POST request answered by server-sent events, read as they arrive and stopped by an abort. */

import type { Problem } from './types';

export interface StreamEvent {
  event: string;
  data: unknown;
  id: string | null;
}

/** A refused request, with its RFC 9457 problem. */
export class RefusedError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/**
 * Posts a payload and yields every event. Stopping the iteration, or `signal`, closes the connection, which ends the
 * work on the server. Throws RefusedError for a problem, TypeError if the server is unreachable or the connection breaks.
 */
export async function* stream(url: URL, payload: unknown, signal: AbortSignal): AsyncGenerator<StreamEvent> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
    body: JSON.stringify(payload),
    signal,
  });
  if (!response.ok || response.body === null) throw new RefusedError(await problemOf(response));
  const reader = response.body.getReader();
  try {
    const decoder = new TextDecoder();
    const parser = new Parser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.take(decoder.decode(value, { stream: true }));
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

/** Parses `text/event-stream` from text split at any point, as the HTML standard defines it. */
export class Parser {
  #buffer = '';
  #event = '';
  #data: string[] = [];
  #id: string | null = null;

  *take(text: string): Generator<StreamEvent> {
    const buffered = this.#buffer + text;
    // A final carriage return may be the first half of a line break.
    const heldBack = buffered.endsWith('\r') ? 1 : 0;
    const lines = buffered.slice(0, buffered.length - heldBack).split(/\r\n|\n|\r/);
    this.#buffer = (lines.pop() ?? '') + buffered.slice(buffered.length - heldBack);
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
    const event = { event: this.#event || 'message', data: JSON.parse(this.#data.join('\n')) as unknown, id: this.#id };
    this.#event = '';
    this.#data = [];
    return event;
  }
}
