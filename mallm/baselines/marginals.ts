import type { Row } from '../table/dataset.js';
import { createRandom } from '../random.js';
import { codeColumns, pointsOf, rowOfPoint } from '../refinement/column-codes.js';
import type { BaselineInput } from './baseline.js';

/** Rows whose cells are drawn column by column from the training rows, each independent of all others. */
export function independentMarginals({ schema, rows, count, seed }: BaselineInput): Row[] {
  const columns = codeColumns(schema, rows);
  const points = pointsOf(columns, rows);
  const random = createRandom(seed);
  return Array.from({ length: count }, () =>
    rowOfPoint(
      schema,
      columns,
      columns.map((_, c) => random.pick(points)[c]!),
    ),
  );
}
