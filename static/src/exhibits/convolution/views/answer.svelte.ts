/** The server's answer for the displayed problem; an answer is used only with its own request. */

import type { Problem } from '../../../scene/convolution';
import { LatestRequest } from '../../../wire/request';
import { question, type Question } from './question';

export class ProblemAnswer<Answer> {
  readonly #path: string;
  readonly #server: () => string | undefined;
  #asker: LatestRequest<Question, Answer> | null = null;
  #payload: Question | null = null;
  #answer = $state.raw<{ to: Question; answer: Answer } | null>(null);
  /** Problem with the newest request. */
  problem = $state<string | null>(null);

  /** Created during component set-up; stops with the component. */
  constructor(path: string, server: () => string | undefined) {
    this.#path = path;
    this.#server = server;
    $effect(() => () => this.#asker?.close());
  }

  /** Sends a request once, not again while it is unchanged. */
  request(payload: Question): void {
    if (payload === this.#payload) return;
    this.#payload = payload;
    this.#asker ??= new LatestRequest<Question, Answer>(
      this.#path,
      this.#server(),
      (answer, to) => (this.#answer = { to, answer }),
      (problem) => (this.problem = problem?.detail ?? null),
    );
    this.#asker.send(payload);
  }

  /** The newest answer, whatever it answers. */
  get answer(): Answer | null {
    return this.#answer?.answer ?? null;
  }

  /** The answer to exactly this; null until it is there. */
  answerTo(payload: Question | Problem): Answer | null {
    const sought = 'settings' in payload ? question(payload as Problem) : payload;
    return this.#answer?.to === sought ? this.#answer.answer : null;
  }
}
