import type { Row } from '../table/dataset.js';
import { createRandom } from '../random.js';
import { codeColumns, codeRows, rowOfPoint, valuesByCode } from '../refinement/column-codes.js';
import { createDrawer } from '../refinement/column-drawer.js';
import { fitDrawTree } from '../learning/regression-trees.js';
import type { BaselineInput } from './baseline.js';

/** Fewest rows in a leaf: `minbucket` of synthpop. */
const LEAST_LEAF_ROWS = 5;

/**
 * Sequential CART as synthpop does it: in the schema's order, each column is drawn from the leaf of a tree on the
 * columns before it; the first column from its own distribution. Values are those of training rows, unchanged.
 */
export function sequentialCart({ schema, rows, count, seed }: BaselineInput): Row[] {
  const columns = codeColumns(schema, rows);
  const coded = codeRows(columns, rows);
  const order = columns.map((column, c) => {
    const tree = fitDrawTree({
      columns: coded,
      response: c,
      predictors: columns.map((_, place) => place).slice(0, c),
      values: valuesByCode(column),
      rows: [...rows.keys()],
      weights: rows.map(() => 1),
      leastLeafWeight: LEAST_LEAF_ROWS,
    });
    return { column: c, trees: [tree] };
  });
  const anything = columns.map(() => null);
  const drawer = createDrawer(columns, order, anything, anything);
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    drawer.draw(random);
    return rowOfPoint(schema, columns, drawer.point);
  });
}
