/** Limits of the server's operations, and bounds of the fields of its requests; one source for both sides. */

import limits from './limits.json';

export const { LIMITS, BOUNDS } = limits;
