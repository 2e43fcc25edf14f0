/** Typesets formulas from the TeX source in the page with KaTeX. */

import katex from 'katex';

/** Typesets every formula below a node; an invalid one keeps its source and is marked as wrong. */
export function typesetFormulas(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>('.formula:not(.set)')) {
    const source = element.textContent ?? '';
    katex.render(source, element, {
      displayMode: element.classList.contains('block'),
      throwOnError: false,
      strict: false,
    });
    element.classList.add('set');
    if (element.classList.contains('block')) {
      element.tabIndex = 0; // focusable, so that a wide formula scrolls by keyboard too
      element.setAttribute('role', 'group');
    }
  }
}
