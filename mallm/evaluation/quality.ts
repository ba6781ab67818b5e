import type { Evaluation } from './result.js';

/**
 * How hard a synthetic table is to distinguish from held-out rows, in [0, 1]: 1 when indistinguishable, 0 when always
 * distinguished. It is 2·(1 − AUC) of the boosted trees of the C2ST, so that a mark can be set on it; with few held-out rows it
 * is off by as much as the interval of that AUC says.
 */
export function qualityOf({ fidelity }: Evaluation): number {
  return Math.min(1, Math.max(0, 2 * (1 - fidelity.c2st.trees.auc)));
}
