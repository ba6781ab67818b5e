import type { Row } from '../table/dataset.js';
import { createRandom, type Random } from '../random.js';
import { codeColumns, codeRows, rowOfPoint, valuesByCode } from '../refinement/column-codes.js';
import { fitDrawTree, leafOf, type DrawTree } from '../learning/regression-trees.js';
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
  const trees = columns.map((column, c) =>
    fitDrawTree({
      columns: coded,
      response: c,
      predictors: columns.map((_, place) => place).slice(0, c),
      values: valuesByCode(column),
      rows: [...rows.keys()],
      weights: rows.map(() => 1),
      leastLeafWeight: LEAST_LEAF_ROWS,
    }),
  );
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const codes = new Int32Array(columns.length);
    trees.forEach((tree, c) => (codes[c] = drawCode(tree, codes, random)));
    const point = columns.map(({ kind, values }, c) => {
      if (kind === 'label') return codes[c]!;
      return codes[c] === 0 ? NaN : (values[codes[c]! - 1] as number);
    });
    return rowOfPoint(schema, columns, point);
  });
}

/** A code out of the leaf of a row, by its share. */
function drawCode(tree: DrawTree, row: Int32Array, random: Random): number {
  const leaf = leafOf(tree, row);
  const start = leaf === 0 ? 0 : tree.leafEnd[leaf - 1]!;
  const chance = random.uniform();
  let place = start;
  while (place < tree.leafEnd[leaf]! - 1 && tree.cumulative[place]! <= chance) place++;
  return tree.codes[place]!;
}
