/** MathML of KaTeX made breakable: nothing is lost, brackets stay whole, primes stay with their letter. */

import katex from 'katex';
import { expect, test } from 'vitest';

import { breakable, settle } from './mathml';

function pieces(tex: string): string[] {
  const place = document.createElement('div');
  place.innerHTML = katex.renderToString(tex, { output: 'mathml' });
  for (const math of place.querySelectorAll('math')) breakable(math);
  place.querySelector('annotation')?.remove();
  return [...place.querySelectorAll('math')].map((math) => math.textContent);
}

test('a line may break before every relation and sum, and nowhere else', () => {
  expect(pieces('z = b + \\sum_i w_i x_i = 0.5 + 2')).toEqual(['z', '=b', '+∑iwixi', '=0.5', '+2']);
  expect(pieces('a \\leftarrow \\frac{1 + 2}{3}')).toEqual(['a', '←1+23']);
});

test('what stands in brackets stays together', () => {
  expect(pieces('y = (1 + m)(2 + n) + \\left(3 + k\\right)')).toEqual(['y', '=(1+m)(2+n)', '+(3+k)']);
});

test('a sign at the beginning stays with what it belongs to', () => {
  expect(pieces('+1')).toEqual(['+1']);
});

test('a sign that begins a line is spaced as between two things', () => {
  const place = document.createElement('div');
  place.innerHTML = katex.renderToString('a + b', { output: 'mathml' });
  for (const math of place.querySelectorAll('math')) breakable(math);
  const [first, sign] = place.querySelectorAll('math + math > mrow > *');
  expect([first?.localName, first?.childNodes.length, sign?.textContent]).toEqual(['mrow', 0, '+']);
});

test('a prime is not raised twice', () => {
  const place = document.createElement('div');
  place.innerHTML = katex.renderToString("f'(x)", { output: 'mathml' });
  settle(place.querySelector('msup') as Element);
  expect(place.querySelector('msup')).toBeNull();
  expect(place.querySelector('.primed')?.textContent).toBe('f′');
});
