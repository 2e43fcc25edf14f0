/** Questions to the server's operations: tensors and fields out, tensors and fields in; a dragged slider asks once at a time. */

import { at } from '../state/url';
import { say } from '../words/words';
import { home } from './home';
import { decode, encode, type Sendable } from './safetensors';
import type { Problem as Told } from './types';
import type { Volume } from '../scene/volume';

/** What was wrong with a question. */
export interface Problem extends Told {
  /** The field that the server names; 'connection' where the question did not reach it. */
  field: string;
  /** What it says of the field. */
  reason: string;
}

/** A tensor of an answer; everything that is no float32 is turned into it. */
export interface Answered {
  shape: number[];
  data: Float32Array;
}

/** Sent as safetensors where it has `tensors`, and then answered in kind; else as JSON and answered in JSON. */
export interface Tensors {
  tensors: Record<string, Volume | Sendable>;
}

export const TENSORS = 'application/vnd.safetensors';
const FIRST_WAIT = 500; // milliseconds before a lost connection is tried again; doubled each time
const LONGEST_WAIT = 8000;

export class AskError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** One question and its answer; throws AskError. */
export async function post<Answer>(
  path: string,
  question: object,
  server?: string | URL,
  signal?: AbortSignal,
): Promise<Answer> {
  const response = await reached(at(home(server), path), request(question), signal);
  if (!response.ok) throw new AskError(await problemOf(response));
  return read<Answer>(response);
}

/** What is asked for by its address alone, in a format if one is named; throws AskError. */
export async function get<Answer>(
  path: string,
  server?: string | URL,
  signal?: AbortSignal,
  format?: string,
): Promise<Answer> {
  const response = await reached(at(home(server), path), format ? { headers: { Accept: format } } : {}, signal);
  if (!response.ok) throw new AskError(await problemOf(response));
  return read<Answer>(response);
}

/**
 * One question under way and the newest one waiting: what came between was overtaken. A lost connection is said once
 * and tried again until it is back, with the newest question then. An answer ends every problem, which is null then.
 */
export class Asker<Question extends object, Answer> {
  readonly #path: string;
  readonly #server: string | URL | undefined;
  readonly #onanswer: (answer: Answer, question: Question) => void;
  readonly #onproblem: (problem: Problem | null, question: Question) => void;
  #waiting: Question | null = null;
  #asking: AbortController | null = null;
  #wait = FIRST_WAIT;
  #wake: (() => void) | null = null;

  constructor(
    path: string,
    server: string | URL | undefined,
    onanswer: (answer: Answer, question: Question) => void,
    onproblem: (problem: Problem | null, question: Question) => void,
  ) {
    this.#path = path;
    this.#server = server;
    this.#onanswer = onanswer;
    this.#onproblem = onproblem;
  }

  /** Whether an answer is still to come. */
  get busy(): boolean {
    return this.#asking !== null;
  }

  ask(question: Question): void {
    this.#waiting = question;
    if (this.#asking === null) void this.#run();
    else this.#wake?.();
  }

  /** Nothing is asked or answered any more. */
  close(): void {
    this.#waiting = null;
    this.#asking?.abort();
    this.#asking = null;
    this.#wake?.();
  }

  async #run(): Promise<void> {
    const asking = (this.#asking = new AbortController());
    while (this.#waiting !== null && !asking.signal.aborted) {
      const question: Question = this.#waiting;
      this.#waiting = null;
      await this.#once(question, asking.signal);
    }
    if (this.#asking === asking) this.#asking = null;
  }

  async #once(question: Question, signal: AbortSignal): Promise<void> {
    try {
      const answer = await post<Answer>(this.#path, question, this.#server, signal);
      this.#wait = FIRST_WAIT;
      if (signal.aborted) return;
      this.#onproblem(null, question);
      this.#onanswer(answer, question);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof AskError)) throw error;
      // One that was overtaken meanwhile is not complained about: its answer is not wanted any more.
      if (error.problem.field !== 'connection') {
        if (this.#waiting === null) this.#onproblem(error.problem, question);
        return;
      }
      this.#onproblem(error.problem, question);
      this.#waiting ??= question;
      await this.#rest();
    }
  }

  /** Until it is worth trying again: the time is up, the browser is online again, or there is something newer to ask. */
  async #rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#wait);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      addEventListener('online', this.#wake, { once: true });
    });
    if (this.#wake !== null) removeEventListener('online', this.#wake);
    this.#wake = null;
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }
}

/** A tensor of one, two or three axes as a volume; a vector's values are channels of one cell each. */
export function toVolume({ shape, data }: Answered): Volume {
  const [channels, height, width] =
    shape.length >= 3 ? shape.slice(-3) : shape.length === 2 ? [1, ...shape] : [shape[0] ?? 1, 1, 1];
  return { channels: channels ?? 1, height: height ?? 1, width: width ?? 1, data };
}

function request(question: object): RequestInit {
  if (!('tensors' in question)) {
    const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
    return { method: 'POST', headers, body: JSON.stringify(question) };
  }
  const { tensors, ...fields } = question as Tensors & Record<string, unknown>;
  const sent = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, sendable(tensor)]));
  const body = encode(sent, { request: JSON.stringify(fields) });
  return { method: 'POST', headers: { 'Content-Type': TENSORS, Accept: TENSORS }, body };
}

function sendable(tensor: Volume | Sendable): Sendable {
  if ('shape' in tensor) return tensor;
  return { shape: [tensor.channels, tensor.height, tensor.width], data: tensor.data };
}

async function reached(url: URL, init: RequestInit, signal: AbortSignal | undefined): Promise<Response> {
  try {
    return await fetch(url, signal === undefined ? init : { ...init, signal });
  } catch {
    const detail = say('live.lost_server');
    const about = { title: detail, detail, reason: detail, field: 'connection' };
    throw new AskError({ type: 'about:blank', status: 0, why: null, ...about });
  }
}

async function read<Answer>(response: Response): Promise<Answer> {
  if (!response.headers.get('content-type')?.startsWith(TENSORS)) return (await response.json()) as Answer;
  const { metadata, tensors } = decode(await response.arrayBuffer());
  const fields = metadata.answer === undefined ? metadata : (JSON.parse(metadata.answer) as object);
  const values: Record<string, Answered> = {};
  for (const [name, { shape, data }] of tensors) {
    values[name] = { shape, data: data instanceof Float32Array ? data : Float32Array.from(data as Int32Array, Number) };
  }
  return { ...fields, tensors: values } as Answer;
}

/** What an answer that is a refusal says. */
export async function problemOf(response: Response): Promise<Problem> {
  let told: Partial<Told> = {};
  try {
    told = (await response.json()) as Partial<Told>;
  } catch {
    // a proxy's page says less than our problems do
  }
  const detail = told.detail ?? `${response.status} ${response.statusText}`;
  const colon = detail.indexOf(': ');
  return {
    type: told.type ?? 'about:blank',
    title: told.title ?? detail,
    status: response.status,
    detail,
    why: told.why ?? null,
    field: colon > 0 ? detail.slice(0, colon) : '',
    reason: colon > 0 ? detail.slice(colon + 2) : detail,
  };
}
