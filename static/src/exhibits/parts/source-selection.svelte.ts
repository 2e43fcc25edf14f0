/** The source of an exhibit's picture, between its attribute and what the visitor has just drawn. */

import { readSource, sourceText, type Source } from '../../ink/source';

interface InputState {
  /** The attribute. */
  input: string;
}

export class SourceSelection {
  #selected = $state.raw<Source | null>(null);

  constructor(readonly visit: InputState) {}

  /** The selected source while the attribute agrees, else the attribute's. */
  get source(): Source {
    const selected = this.#selected;
    if (selected !== null && (sourceText(selected) ?? this.visit.input) === this.visit.input) return selected;
    return readSource(this.visit.input) ?? { kind: 'drawing' };
  }

  choose(source: Source): void {
    this.#selected = source;
    this.visit.input = sourceText(source) ?? this.visit.input;
  }
}
