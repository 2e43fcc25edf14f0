/** The names of the functions and of the ways to begin, in the language that is spoken. */

import type { Kind } from '../../scene/activation';
import type { Initialization } from '../../scene/chain';
import { say } from '../../words/words';

export function nameOf(kind: Kind): string {
  return say(`activation.kind.${kind}`);
}

export function aboutKind(kind: Kind): string {
  return say(`activation.about.${kind}`);
}

export function beginning(initialization: Initialization): string {
  return say(`activation.start.${initialization}`);
}

export function aboutBeginning(initialization: Initialization): string {
  return say(`activation.start_about.${initialization}`);
}
