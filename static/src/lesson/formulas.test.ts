/** Formulas become typeset text, and a broken one stays readable. */

import { expect, test } from 'vitest';

import { setFormulas } from './formulas';

test('a formula is set once, with MathML beside it for screen readers', () => {
  document.body.innerHTML = '<span class="formula inline">x^2</span>';
  setFormulas(document);
  const once = document.body.innerHTML;
  setFormulas(document);
  expect(document.querySelector('math')).not.toBeNull();
  expect(document.body.innerHTML).toBe(once);
});

test('a formula that cannot be read shows its source', () => {
  document.body.innerHTML = '<span class="formula inline">\\frac{1</span>';
  setFormulas(document);
  expect(document.body.textContent).toContain('\\frac{1');
});
