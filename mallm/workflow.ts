/**
 * The part of the method that workflow code may import: small, pure, free of zod and numeric libraries.
 * A value import of anything else from a workflow would put whole libraries into the workflow bundle.
 */
export { hasConverged } from './convergence.js';
export { addSpending, budgetLeft, callsLeft, nothingSpent } from './spending.js';
export type { Spending } from './spending.js';
export type { Rejections } from './manifest.js';
export type { PartialRow } from './condition.js';
export type { Ref } from './reference.js';
