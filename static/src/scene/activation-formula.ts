/** Formulas of the activation functions in TeX, with letters and with numbers. */

import { AMPLITUDE, LEAK, gaussian, density, type Kind } from './activation';
import type { Shrinkage } from './chain';

/** A number as TeX with this many decimals; in brackets if negative and `bracketed`. */
export function tex(value: number, decimals = 4, bracketed = false): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '?' : value > 0 ? '\\infty' : '-\\infty';
  const text = (Math.abs(value) < 0.5 * 10 ** -decimals ? 0 : value).toFixed(decimals);
  return bracketed && text.startsWith('-') ? `(${text})` : text;
}

/** The same as a power of ten if decimals would be zeros only or too many digits. */
export function texScientific(value: number, figures = 2): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return tex(value);
  if (size >= 0.01 && size < 1000) return String(Number(value.toPrecision(figures)));
  const [digits = '', exponent = '0'] = value.toExponential(figures - 1).split('e');
  return `${digits}\\times 10^{${Number(exponent)}}`;
}

export interface Formula {
  /** With letters. */
  rule: string;
  /** With numbers. */
  numbers: string;
}

/** f at x, with the server's value y. */
export function valueFormula(kind: Kind, x: number, y: number, slope = LEAK, decimals = 2): Formula {
  const at = tex(x, decimals);
  const argument = tex(x, decimals, true);
  const is = `= ${tex(y)}`;
  const of = (rule: string, numbers: string): Formula => ({
    rule: `f(x) = ${rule}`,
    numbers: `f(${at}) = ${numbers} ${is}`,
  });
  switch (kind) {
    case 'relu':
      return of('\\max(0,\\, x)', `\\max(0,\\, ${at})`);
    case 'leaky-relu':
      return of('\\max(0,\\, x) + a\\,\\min(0,\\, x)', x > 0 ? at : `${slope} \\cdot ${argument}`);
    case 'sigmoid':
      return of('\\frac{1}{1 + e^{-x}}', `\\frac{1}{1 + e^{${negated(x, decimals)}}}`);
    case 'tanh':
      return of('\\tanh(x)', `\\tanh(${at})`);
    case 'lecun-tanh':
      return of(
        `${AMPLITUDE}\\,\\tanh\\left(\\tfrac{2}{3}\\,x\\right)`,
        `${AMPLITUDE}\\,\\tanh\\left(\\tfrac{2}{3} \\cdot ${argument}\\right)`,
      );
    case 'softplus':
      return of('\\ln(1 + e^{x})', `\\ln(1 + e^{${at}})`);
    case 'gelu':
      return of('x\\,\\Phi(x)', `${argument} \\cdot ${tex(gaussian(x))}`);
  }
}

/** f' at x, with the server's values y of f and d of the slope. */
export function slopeFormula(kind: Kind, x: number, y: number, d: number, slope = LEAK, decimals = 2): Formula {
  const at = tex(x, decimals);
  const of = (rule: string, numbers: string): Formula => ({
    rule: `f'(x) = ${rule}`,
    numbers: `f'(${at}) = ${numbers} = ${tex(d)}`,
  });
  const side = (below: string, value: string): Formula => ({
    rule: `f'(x) = \\begin{cases} 1 & x > 0 \\\\ ${below} & x \\le 0 \\end{cases}`,
    numbers: `f'(${at}) = ${x > 0 ? '1' : value}`,
  });
  switch (kind) {
    case 'relu':
      return side('0', '0');
    case 'leaky-relu':
      return side('a', String(slope));
    case 'sigmoid':
      return of('f(x)\\,(1 - f(x))', `${tex(y)} \\cdot (1 - ${tex(y)})`);
    case 'tanh':
      return of('1 - f(x)^2', `1 - ${tex(y, 4, true)}^2`);
    case 'lecun-tanh':
      return of(
        `\\tfrac{2}{3}\\left(${AMPLITUDE} - \\tfrac{f(x)^2}{${AMPLITUDE}}\\right)`,
        `\\tfrac{2}{3}\\left(${AMPLITUDE} - \\tfrac{${tex(y, 4, true)}^2}{${AMPLITUDE}}\\right)`,
      );
    case 'softplus':
      return of('\\frac{1}{1 + e^{-x}}', `\\frac{1}{1 + e^{${negated(x, decimals)}}}`);
    case 'gelu':
      return of(
        '\\Phi(x) + x\\,\\varphi(x)',
        `${tex(gaussian(x))} + ${tex(x, decimals, true)} \\cdot ${tex(density(x))}`,
      );
  }
}

function negated(x: number, decimals: number): string {
  return tex(-x, decimals);
}

/** The letters of a function's formulas, by the names of the messages that explain them. */
export function letters(kind: Kind): Record<string, string> {
  const more: Partial<Record<Kind, Record<string, string>>> = {
    'leaky-relu': { a: 'slope' },
    sigmoid: { e: 'e' },
    softplus: { e: 'e', ln: 'ln' },
    gelu: { Φ: 'gaussian', φ: 'density' },
  };
  return { x: 'x', f: 'f', "f'": 'derivative', ...more[kind] };
}

const LEAST_FIGURES = 3;
const MOST_FIGURES = 17; // digits of a float64

/** Number of digits of the factor, so that its power equals the ratio as written. */
export function factorFigures({ factor, steps, ratio }: Shrinkage): number {
  let figures = LEAST_FIGURES;
  const power = () => Number(factor.toPrecision(figures)) ** steps;
  while (figures < MOST_FIGURES && texScientific(power()) !== texScientific(ratio)) figures += 1;
  return figures;
}

/** From the last layer to the first: the factor of one layer, to the power of the layers passed. */
export function shrinkageFormula(shrinkage: Shrinkage): string {
  return `${texScientific(shrinkage.factor, factorFigures(shrinkage))}^{\\,${shrinkage.steps}} = ${texScientific(shrinkage.ratio)}`;
}
