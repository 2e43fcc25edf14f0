/** Requests to the server's operations: tensors and fields out, tensors and fields in. */

import { at } from '../state/url';
import { say } from '../words/words';
import { serverRoot } from './server';
import { decode, encode, type Sendable } from './safetensors';
import type { Problem as ProblemDetails } from './types';
import type { Volume } from '../scene/volume';

/** A refused or failed request. */
export interface Problem extends ProblemDetails {
  /** Name of the offending field; 'connection' if the request did not reach the server. */
  field: string;
  /** The server's sentence about the field. */
  reason: string;
}

/** A tensor of a response, converted to float32. */
export interface FloatTensor {
  shape: number[];
  data: Float32Array;
}

/** A payload with `tensors` travels as safetensors both ways; every other payload as JSON both ways. */
export interface TensorPayload {
  tensors: Record<string, Volume | Sendable>;
}

export const TENSORS = 'application/vnd.safetensors';
const FIRST_DELAY = 500; // milliseconds before the first retry; doubled by each
const MAX_DELAY = 8000;

export class RequestError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Posts a payload and returns the response; throws RequestError. */
export async function post<Answer>(
  path: string,
  payload: object,
  server?: string | URL,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await fetchResponse(at(serverRoot(server), path), requestInit(payload), signal);
  if (!response.ok) throw new RequestError(await problemOf(response));
  return readAnswer<Answer>(response);
}

/** Fetches a path, in a media type if one is named; throws RequestError. */
export async function get<Answer>(
  path: string,
  server?: string | URL,
  signal?: AbortSignal,
  format?: string,
): Promise<Answer> {
  const response = await fetchResponse(
    at(serverRoot(server), path),
    format ? { headers: { Accept: format } } : {},
    signal,
  );
  if (!response.ok) throw new RequestError(await problemOf(response));
  return readAnswer<Answer>(response);
}

/**
 * Sends one request at a time and keeps only the newest payload that waits. A lost connection is reported once and
 * retried with the newest payload until it is back. Every response clears the problem (`onproblem` with null).
 */
export class LatestRequest<Payload extends object, Answer> {
  readonly #path: string;
  readonly #server: string | URL | undefined;
  readonly #onanswer: (answer: Answer, payload: Payload) => void;
  readonly #onproblem: (problem: Problem | null, payload: Payload) => void;
  #pending: Payload | null = null;
  #controller: AbortController | null = null;
  #delay = FIRST_DELAY;
  #retryNow: (() => void) | null = null;

  constructor(
    path: string,
    server: string | URL | undefined,
    onanswer: (answer: Answer, payload: Payload) => void,
    onproblem: (problem: Problem | null, payload: Payload) => void,
  ) {
    this.#path = path;
    this.#server = server;
    this.#onanswer = onanswer;
    this.#onproblem = onproblem;
  }

  /** True while a response is awaited. */
  get busy(): boolean {
    return this.#controller !== null;
  }

  send(payload: Payload): void {
    this.#pending = payload;
    if (this.#controller === null) void this.#sendPending();
    else this.#retryNow?.();
  }

  /** Aborts the request under way and drops the one that waits. */
  close(): void {
    this.#pending = null;
    this.#controller?.abort();
    this.#controller = null;
    this.#retryNow?.();
  }

  async #sendPending(): Promise<void> {
    const controller = (this.#controller = new AbortController());
    while (this.#pending !== null && !controller.signal.aborted) {
      const payload: Payload = this.#pending;
      this.#pending = null;
      await this.#sendOnce(payload, controller.signal);
    }
    if (this.#controller === controller) this.#controller = null;
  }

  async #sendOnce(payload: Payload, signal: AbortSignal): Promise<void> {
    try {
      const answer = await post<Answer>(this.#path, payload, this.#server, signal);
      this.#delay = FIRST_DELAY;
      if (signal.aborted) return;
      this.#onproblem(null, payload);
      this.#onanswer(answer, payload);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RequestError)) throw error;
      // A problem with a payload that has been replaced meanwhile is not reported.
      if (error.problem.field !== 'connection') {
        if (this.#pending === null) this.#onproblem(error.problem, payload);
        return;
      }
      this.#onproblem(error.problem, payload);
      this.#pending ??= payload;
      await this.#waitForRetry();
    }
  }

  /** Waits for the retry delay, for the browser to be online again, or for a newer payload. */
  async #waitForRetry(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#delay);
      this.#retryNow = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener('online', this.#retryNow, { once: true });
    });
    if (this.#retryNow !== null) removeEventListener('online', this.#retryNow);
    this.#retryNow = null;
    this.#delay = Math.min(MAX_DELAY, this.#delay * 2);
  }
}

/** A tensor of one to three axes as a volume (C, H, W); a vector of N becomes (N, 1, 1). */
export function toVolume({ shape, data }: FloatTensor): Volume {
  const [channels, height, width] =
    shape.length >= 3 ? shape.slice(-3) : shape.length === 2 ? [1, ...shape] : [shape[0] ?? 1, 1, 1];
  return { channels: channels ?? 1, height: height ?? 1, width: width ?? 1, data };
}

function requestInit(payload: object): RequestInit {
  if (!('tensors' in payload)) {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    return { method: 'POST', headers, body: JSON.stringify(payload) };
  }
  const { tensors, ...fields } = payload as TensorPayload & Record<string, unknown>;
  const encodable = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, sendable(tensor)]));
  const body = encode(encodable, { request: JSON.stringify(fields) });
  return { method: 'POST', headers: { 'Content-Type': TENSORS, Accept: TENSORS }, body };
}

function sendable(tensor: Volume | Sendable): Sendable {
  if ('shape' in tensor) return tensor;
  return { shape: [tensor.channels, tensor.height, tensor.width], data: tensor.data };
}

async function fetchResponse(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, signal === undefined ? init : { ...init, signal });
  } catch {
    const detail = say('live.lost_server');
    const about = { title: detail, detail, reason: detail, field: 'connection' };
    throw new RequestError({ type: 'about:blank', status: 0, why: null, ...about });
  }
}

async function readAnswer<Answer>(response: Response): Promise<Answer> {
  if (!response.headers.get('content-type')?.startsWith(TENSORS)) return (await response.json()) as Answer;
  const { metadata, tensors } = decode(await response.arrayBuffer());
  const fields = metadata.answer === undefined ? metadata : (JSON.parse(metadata.answer) as object);
  const values: Record<string, FloatTensor> = {};
  for (const [name, { shape, data }] of tensors) {
    values[name] = { shape, data: data instanceof Float32Array ? data : Float32Array.from(data as Int32Array, Number) };
  }
  return { ...fields, tensors: values } as Answer;
}

/** Reads the problem from a refused response. */
export async function problemOf(response: Response): Promise<Problem> {
  let details: Partial<ProblemDetails> = {};
  try {
    details = (await response.json()) as Partial<ProblemDetails>;
  } catch {
    // a proxy's page is no problem document
  }
  const detail = details.detail ?? `${response.status} ${response.statusText}`;
  const colon = detail.indexOf(': ');
  return {
    type: details.type ?? 'about:blank',
    title: details.title ?? detail,
    status: response.status,
    detail,
    why: details.why ?? null,
    field: colon > 0 ? detail.slice(0, colon) : '',
    reason: colon > 0 ? detail.slice(colon + 2) : detail,
  };
}
