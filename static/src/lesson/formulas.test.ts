/** Formulas are typeset, and an invalid one stays readable. */

import { expect, test } from 'vitest';

import { typesetFormulas } from './formulas';

test('a formula is set once, with MathML beside it for screen readers', () => {
  document.body.innerHTML = '<span class="formula inline">x^2</span>';
  typesetFormulas(document);
  const once = document.body.innerHTML;
  typesetFormulas(document);
  expect(document.querySelector('math')).not.toBeNull();
  expect(document.body.innerHTML).toBe(once);
});

test('a formula that cannot be read shows its source', () => {
  document.body.innerHTML = '<span class="formula inline">\\frac{1</span>';
  typesetFormulas(document);
  expect(document.body.textContent).toContain('\\frac{1');
});
