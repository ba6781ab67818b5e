/**
 * The part of the method that workflow code may import: small, pure, free of zod and numeric libraries.
 * A value import of anything else from a workflow would put whole libraries into the workflow bundle.
 */
export { hasConverged } from './fit/convergence.js';
export { nothingTried } from './fit/standing.js';
export { addSpending, budgetLeft, callsLeft, nothingSpent } from './fit/spending.js';
export type { Spending } from './fit/spending.js';
export { sumRejections } from './rejections.js';
export type { PartialRow } from './conditions/condition.js';
export type { Ref } from './reference.js';
