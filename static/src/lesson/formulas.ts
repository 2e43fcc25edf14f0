/** Formulas: the TeX source that the server sent, set by KaTeX where it stands. */

import katex from 'katex';

/** Set every formula below a node; one that KaTeX cannot read stays readable as its source, marked as wrong. */
export function setFormulas(root: ParentNode): void {
  for (const place of root.querySelectorAll<HTMLElement>('.formula:not(.set)')) {
    const source = place.textContent ?? '';
    katex.render(source, place, { displayMode: place.classList.contains('block'), throwOnError: false, strict: false });
    place.classList.add('set');
    if (place.classList.contains('block')) {
      place.tabIndex = 0; // a wide formula scrolls, by keyboard too
      place.setAttribute('role', 'group');
    }
  }
}
