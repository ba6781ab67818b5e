import type { Row, TableSchema } from '../table/dataset.js';
import { TableError } from '../errors.js';
import { gaussianCopula } from './copula.js';
import { independentMarginals } from './marginals.js';
import { sequentialCart } from './sequential-cart.js';
import { smoteRows } from './smote.js';

/** What a baseline is asked. */
export interface BaselineInput {
  schema: TableSchema;
  /** Training rows, at least one. */
  rows: readonly Row[];
  /** Rows to make. */
  count: number;
  seed: number;
}

/** The classic generators that a fit is compared with. */
export type BaselineMethod = 'marginals' | 'smote' | 'cart' | 'copula';

const METHODS: Record<BaselineMethod, (input: BaselineInput) => Row[]> = {
  marginals: independentMarginals,
  smote: smoteRows,
  cart: sequentialCart,
  copula: gaussianCopula,
};

/**
 * Makes rows by a classic method, with no model call and no filter: copies of training rows are possible, as they are
 * in the methods' own implementations. Deterministic per seed. Identifiers and texts are left blank.
 * @throws TableError when there is no training row.
 */
export function baselineRows(method: BaselineMethod, input: BaselineInput): Row[] {
  if (input.rows.length === 0) {
    throw new TableError({ problem: 'a baseline needs rows to learn from', expected: 'at least one row', got: 'none' });
  }
  return METHODS[method](input);
}
