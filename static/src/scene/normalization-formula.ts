/** Both normalizations as formulas, and with the numbers of one value in them, in TeX. */

import { tex, texScientific } from './activation-formula';
import type { LocalResponse, Response, Standardized } from './normalization';

export const RESPONSE_RULE = 'b_i = \\dfrac{a_i}{\\left(k + \\alpha\\sum_{j} a_j^{\\,2}\\right)^{\\beta}}';

export const BATCH_RULE = 'y = \\gamma\\,\\dfrac{x - \\mu}{\\sqrt{\\sigma^2 + \\varepsilon}} + \\beta';

export const RUNNING_RULE = '\\hat\\mu \\leftarrow (1 - m)\\,\\hat\\mu + m\\,\\mu';

/** One value of local response normalization: its neighbours' squares, term by term with their sum, and the division. */
export function responseFormula(
  found: Response,
  { alpha, beta, k }: LocalResponse,
  result: number,
): { sum: string[]; value: string } {
  const squares = found.terms.map(({ value }, index) => `${index === 0 ? '' : '+\\,'}${tex(value, 4, true)}^2`);
  return {
    sum: ['\\textstyle\\sum_{j} a_j^{\\,2} =', ...squares, `= ${tex(found.sum)}`],
    value:
      `b = \\dfrac{${tex(found.value)}}{\\left(${k} + ${alpha} \\cdot ${tex(found.sum)}\\right)^{${beta}}}` +
      ` = \\dfrac{${tex(found.value)}}{${tex(found.divisor)}} = ${tex(result)}`,
  };
}

/** One value of batch normalization, where gamma is 1 and beta is 0. */
export function batchFormula(
  found: Standardized,
  statistics: { mean: number; variance: number; eps: number },
  result: number,
): string {
  const { mean, variance, eps } = statistics;
  return (
    `y = \\dfrac{${tex(found.value)} - ${tex(mean, 4, true)}}{\\sqrt{${tex(variance)} + ${texScientific(eps)}}}` +
    ` = \\dfrac{${tex(found.distance)}}{${tex(found.spread)}} = ${tex(result)}`
  );
}

/** How one batch moved a running statistic. */
export function runningFormula(before: number, batch: number, momentum: number, after: number): string {
  const keep = Number((1 - momentum).toPrecision(6));
  return `${keep} \\cdot ${tex(before, 4, true)} + ${momentum} \\cdot ${tex(batch, 4, true)} = ${tex(after)}`;
}
