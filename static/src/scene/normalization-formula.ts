/** Formulas of both normalizations, with the numbers of one value, in TeX. */

import { tex, texScientific } from './activation-formula';
import type { LocalResponse, Response, Standardized } from './normalization';

export const RESPONSE_RULE = 'b_i = \\dfrac{a_i}{\\left(k + \\alpha\\sum_{j} a_j^{\\,2}\\right)^{\\beta}}';

export const BATCH_RULE = 'y = \\gamma\\,\\dfrac{x - \\mu}{\\sqrt{\\sigma^2 + \\varepsilon}} + \\beta';

export const RUNNING_RULE = '\\hat\\mu \\leftarrow (1 - m)\\,\\hat\\mu + m\\,\\mu';

/** Local response normalization of one value: the squares of its neighbours, their sum, and the division. */
export function responseFormula(
  response: Response,
  { alpha, beta, k }: LocalResponse,
  result: number,
): { sum: string[]; value: string } {
  const squares = response.terms.map(({ value }, index) => `${index === 0 ? '' : '+\\,'}${tex(value, 4, true)}^2`);
  return {
    sum: ['\\textstyle\\sum_{j} a_j^{\\,2} =', ...squares, `= ${tex(response.sum)}`],
    value:
      `b = \\dfrac{${tex(response.value)}}{\\left(${k} + ${alpha} \\cdot ${tex(response.sum)}\\right)^{${beta}}}` +
      ` = \\dfrac{${tex(response.value)}}{${tex(response.divisor)}} = ${tex(result)}`,
  };
}

/** Batch normalization of one value with gamma 1 and beta 0. */
export function batchFormula(
  standardized: Standardized,
  statistics: { mean: number; variance: number; eps: number },
  result: number,
): string {
  const { mean, variance, eps } = statistics;
  return (
    `y = \\dfrac{${tex(standardized.value)} - ${tex(mean, 4, true)}}{\\sqrt{${tex(variance)} + ${texScientific(eps)}}}` +
    ` = \\dfrac{${tex(standardized.distance)}}{${tex(standardized.spread)}} = ${tex(result)}`
  );
}

/** Update of a running statistic by one batch. */
export function runningFormula(before: number, batch: number, momentum: number, after: number): string {
  const keep = Number((1 - momentum).toPrecision(6));
  return `${keep} \\cdot ${tex(before, 4, true)} + ${momentum} \\cdot ${tex(batch, 4, true)} = ${tex(after)}`;
}
