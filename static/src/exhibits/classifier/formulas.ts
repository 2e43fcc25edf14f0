/** Formulas of the classifier in TeX, with current numbers. */

import { largest, type Cell, type Shape, type Sum } from '../../scene/flatten';
import { size, width, type Penalty, type Softmax } from '../../scene/softmax';

const bracketed = (value: number, places: number) => (value < 0 ? `(${value.toFixed(places)})` : value.toFixed(places));
const signed = (value: number, places: number) => `${value < 0 ? '-' : '+'} ${Math.abs(value).toFixed(places)}`;

/** Numbers too small for their decimals are powers of ten. */
export function number(value: number, places = 4): string {
  if (value === 0 || Math.abs(value) >= 10 ** -places) return value.toFixed(places);
  const [digits = '0', power = '0'] = value.toExponential(2).split('e');
  return `${digits} \\cdot 10^{${Number(power)}}`;
}

export function flattened({ height, width: wide }: Shape, { map, row, col }: Cell, index: number): string {
  const law = '\\text{index} = c \\cdot H \\cdot W + r \\cdot W + j';
  return `${law} = ${map} \\cdot ${height} \\cdot ${wide} + ${row} \\cdot ${wide} + ${col} = ${index}`;
}

/** Sum of one unit: bias, largest products, and the rest. */
export function unitSum(unit: number, sum: Sum, value: number, more: (count: number) => string): string {
  const { terms, rest, count: left } = largest(sum, 3);
  const products = terms.map(({ value: input, weight }) => `+ ${bracketed(input, 4)} \\cdot ${bracketed(weight, 4)}`);
  const others = left > 0 ? ` \\underbrace{{} ${signed(rest, 4)}}_{\\text{${more(left)}}}` : '';
  const law = `z_{${unit}} = b_{${unit}} + \\sum_i w_{${unit},i}\\, x_i`;
  return `${law} = ${sum.bias.toFixed(4)} ${products.join(' ')}${others} = ${value.toFixed(4)}`;
}

export function term(unit: number, sum: Sum, index: number): string {
  const one = sum.terms[index];
  if (one === undefined) return '';
  const law = `w_{${unit},${index}} \\cdot x_{${index}}`;
  return `${law} = ${bracketed(one.weight, 4)} \\cdot ${bracketed(one.value, 4)} = ${one.product.toFixed(4)}`;
}

/** Probability of one class up to the displayed stage. */
export function probability(own: Softmax, logits: readonly number[], T: number, digit: number, p: number): string {
  const law = `p_{${digit}} = \\dfrac{e^{z_{${digit}}/T - m}}{\\sum_k e^{z_k/T - m}}`;
  const power = own.powers[digit] ?? 0;
  const top = Math.max(...own.tempered);
  const exponent = `${(logits[digit] ?? 0).toFixed(2)}/${Number(T.toFixed(3))} - ${bracketed(top, 2)}`;
  return `${law} = \\dfrac{e^{${exponent}}}{${own.total.toFixed(4)}} = \\dfrac{${number(power)}}{${own.total.toFixed(4)}} = ${number(p)}`; // prettier-ignore
}

/** The loss; with label smoothing it includes all classes. */
export function loss(target: number, p: number, smoothing: number, q: readonly number[], value: number): string {
  // Near certainty all that the loss says of p lies beyond the fourth place.
  const places = value === 0 ? 4 : Math.max(4, 2 - Math.floor(Math.log10(value)));
  if (smoothing === 0) return `L = -\\ln p_{${target}} = -\\ln ${number(p, places)} = ${number(value)}`;
  const law = 'L = -\\sum_k q_k \\ln p_k';
  const other = q[target === 0 ? 1 : 0] ?? 0;
  const largest = `q_{${target}} = 1 - ${smoothing} + \\tfrac{${smoothing}}{${q.length}} = ${(q[target] ?? 0).toFixed(3)}`;
  return `${law} = ${number(value)} \\qquad ${largest}, \\quad q_{k \\neq ${target}} = ${other.toFixed(3)}`;
}

/** Loss of the data and of the prior. */
export function posterior(kind: Penalty, weights: ArrayLike<number>, strength: number, price: number): string {
  const total = size(kind, weights);
  const law = kind === 'l2' ? '-\\ln p(y \\mid x, w) + \\lambda \\sum_i w_i^2' : '-\\ln p(y \\mid x, w) + \\lambda \\sum_i |w_i|'; // prettier-ignore
  return `${law} = ${number(price)} + ${strength} \\cdot ${total.toFixed(3)} = ${number(price + strength * total)}`;
}

/** Scale of the prior. */
export function prior(kind: Penalty, strength: number): string {
  const wide = width(kind, strength);
  const value = Number.isFinite(wide) ? wide.toFixed(3) : '\\infty';
  if (kind === 'l2') {
    return `p(w) = \\mathcal{N}(0, \\sigma^2), \\quad \\sigma = \\dfrac{1}{\\sqrt{2\\lambda}} = \\dfrac{1}{\\sqrt{2 \\cdot ${strength}}} = ${value}`; // prettier-ignore
  }
  return `p(w) = \\text{Laplace}(0, b), \\quad b = \\dfrac{1}{\\lambda} = \\dfrac{1}{${strength}} = ${value}`;
}
