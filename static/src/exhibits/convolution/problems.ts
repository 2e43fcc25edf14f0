/** Error messages of controls. */

import { hasMessage, say } from '../../words/words';
import type { ConvolutionState } from './state.svelte';

/** Error message next to the control of a field; null if there is none. */
export function wrong(model: ConvolutionState, field: string): string | null {
  const { complaint, refused } = model;
  if (complaint !== null) return complaint.field === field ? problemMessage(complaint.key, complaint.values) : null;
  return refused !== null && refused.field.replace('_', '-') === field ? refused.text : null;
}

function problemMessage(key: string, values: Record<string, string | number>): string {
  const name = `convolution.problem.${key}`;
  return hasMessage(name) ? say(name, values) : key;
}
