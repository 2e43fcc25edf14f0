/** The source of an exhibit's picture, between its attribute and what the visitor has just drawn. */

import { readSource, sourceText, type Source } from '../../ink/source';

interface Named {
  /** The attribute. */
  input: string;
}

export class Sourced {
  #chosen = $state.raw<Source | null>(null);

  constructor(readonly visit: Named) {}

  /** The selected source while the attribute agrees, else the attribute's. */
  get source(): Source {
    const chosen = this.#chosen;
    if (chosen !== null && (sourceText(chosen) ?? this.visit.input) === this.visit.input) return chosen;
    return readSource(this.visit.input) ?? { kind: 'drawing' };
  }

  choose(source: Source): void {
    this.#chosen = source;
    this.visit.input = sourceText(source) ?? this.visit.input;
  }
}
