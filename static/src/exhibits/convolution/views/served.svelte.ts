/** What the server answers for what is on screen: an answer is shown only beside the question that it belongs to. */

import type { Problem } from '../../../scene/convolution';
import { LatestRequest } from '../../../wire/request';
import { question, type Question } from './question';
import { problemText } from '../../../words/why';

export class Served<Answer> {
  readonly #path: string;
  readonly #server: () => string | undefined;
  #asker: LatestRequest<Question, Answer> | null = null;
  #asked: Question | null = null;
  #answer = $state.raw<{ to: Question; answer: Answer } | null>(null);
  /** What the server finds wrong with the newest question. */
  problem = $state<string | null>(null);

  /** To be made while a component is: it stops asking when that ends. */
  constructor(path: string, server: () => string | undefined) {
    this.#path = path;
    this.#server = server;
    $effect(() => () => this.#asker?.close());
  }

  /** The same question is asked once. */
  ask(asked: Question): void {
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#asker ??= new LatestRequest<Question, Answer>(
      this.#path,
      this.#server(),
      (answer, to) => (this.#answer = { to, answer }),
      (problem) => (this.problem = problem && problemText(problem)),
    );
    this.#asker.send(asked);
  }

  /** The newest answer, whatever it answers. */
  get answer(): Answer | null {
    return this.#answer?.answer ?? null;
  }

  /** The answer to exactly this; null until it is there. */
  answerTo(asked: Question | Problem): Answer | null {
    const sought = 'settings' in asked ? question(asked as Problem) : asked;
    return this.#answer?.to === sought ? this.#answer.answer : null;
  }
}
