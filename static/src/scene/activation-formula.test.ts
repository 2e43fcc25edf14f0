/** Formulas agree with the functions: their numbers are evaluated as written. */
// @vitest-environment node

import katex from 'katex';
import { describe, expect, it, test } from 'vitest';

import { apply, derivative, KINDS } from './activation';
import { letters, shrinkageFormula, slopeFormula, tex, texScientific, valueFormula } from './activation-formula';

/** The value of a formula with numbers, between its first and its last sign of equality. */
function evaluated(formula: string): { middle: number; end: number } {
  const sides = formula.split(' = ');
  const source = (sides[1] ?? '')
    .replaceAll('\\tfrac{2}{3}\\left(', '(2/3)*(')
    .replaceAll('\\tfrac{2}{3}', '(2/3)')
    .replace(/\\tfrac\{([^{}]*)\}\{([^{}]*)\}/g, '(($1)/($2))')
    .replace(/e\^\{([^{}]*)\}/g, 'Math.exp($1)')
    .replace(/\\frac\{1\}\{([^{}]*)\}/g, '(1/($1))')
    .replace(/\\(max|tanh)/g, 'Math.$1')
    .replaceAll('\\ln', 'Math.log')
    .replaceAll('\\left(', '(')
    .replaceAll('\\right)', ')')
    .replaceAll('\\cdot', '*')
    .replaceAll('1.7159\\,', '1.7159*')
    .replaceAll('\\,', '')
    .replace(/(-?\d[\d.]*|\(-[\d.]+\))\^2/g, '(($1)**2)');
  // The test's own text, evaluated to hold it against the function that it describes.
  const middle = Function(`return ${source}`)() as number;
  return { middle, end: Number(sides.at(-1)) };
}

describe.each(KINDS)('%s', (kind) => {
  it.each([-2.35, -0.6, 0.85, 3.4])('at %d', (x) => {
    const y = apply(kind, x);
    const d = derivative(kind, x);
    const value = evaluated(valueFormula(kind, x, y).numbers);
    expect(value.middle).toBeCloseTo(y, 3);
    expect(value.end).toBeCloseTo(y, 3);
    const slope = evaluated(slopeFormula(kind, x, y, d).numbers);
    expect(slope.middle).toBeCloseTo(d, 3);
    expect(slope.end).toBeCloseTo(d, 3);
  });

  it('is TeX that can be set', () => {
    const formulas = [valueFormula(kind, -1, apply(kind, -1)), slopeFormula(kind, -1, 0.2, 0.1)];
    for (const { rule, numbers } of formulas) {
      for (const text of [rule, numbers]) expect(() => katex.renderToString(text, { output: 'mathml' })).not.toThrow();
    }
  });

  it('explains every letter that is in it', () => {
    const rules = valueFormula(kind, 1, 1).rule + slopeFormula(kind, 1, 1, 1).rule;
    const found = rules
      .replaceAll('\\Phi', 'Φ')
      .replaceAll('\\varphi', 'φ')
      .replaceAll('\\ln', 'L')
      .replace(/\\(begin|end)\{cases\}|\\[a-z]+/gi, ' ');
    const named = Object.keys(letters(kind)).map((name) => (name === 'ln' ? 'L' : name));
    for (const letter of new Set(found.match(/[A-Za-zΦφ]/g))) expect(named).toContain(letter);
  });
});

test('numbers are written with their sign held, and no negative zero', () => {
  expect(tex(-0.25, 2, true)).toBe('(-0.25)');
  expect(tex(-0.00001)).toBe('0.0000');
  expect(tex(Infinity)).toBe('\\infty');
});

test('small and large numbers are powers of ten', () => {
  expect(texScientific(1.04e-8)).toBe('1.0\\times 10^{-8}');
  expect(texScientific(0.53, 3)).toBe('0.53');
  expect(texScientific(0)).toBe('0');
  expect(shrinkageFormula({ factor: 0.25, steps: 20, ratio: 0.25 ** 20 })).toBe('0.25^{\\,20} = 9.1\\times 10^{-13}');
});

describe.each([1, 2, 9, 19, 29, 49])('of a gradient that has passed %i layers', (steps) => {
  test.each([0.02, 0.1, 0.25, 0.5298, 0.9449, 0.996, 1.0004, 1.0394, 1.0416, 1.5, 2.3333])(
    'the power of the factor %f as written is the ratio as written',
    (factor) => {
      const [left = '', right = ''] = shrinkageFormula({ factor, steps, ratio: factor ** steps }).split(' = ');
      const base = Number(left.slice(0, left.indexOf('^{\\,')).replace('\\times 10^{', 'e').replace('}', ''));
      expect(texScientific(base ** steps)).toBe(right);
    },
  );

  test('so is it of those that were written as 1.04', () => {
    for (const factor of [1.0375, 1.0405, 1.0415, 1.0425]) {
      const [left = '', right = ''] = shrinkageFormula({ factor, steps, ratio: factor ** steps }).split('^');
      expect(right).toBe(`{\\,${steps}} = ${texScientific(Number(left) ** steps)}`);
    }
  });
});
