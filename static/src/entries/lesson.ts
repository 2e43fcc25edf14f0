/** A lesson page: formulas, exhibits. */

export {};
