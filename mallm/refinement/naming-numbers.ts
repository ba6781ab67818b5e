import { isNumber, type Row, type TableSchema } from '../table/dataset.js';
import { gridOf, namesRow } from './number-grids.js';

/** Rows that may have such a number in common, and it names them all the same. */
const FEW_ROWS = 2;

/** Whether a row has a number of so many digits that it can only be that of a training row. */
export function namingNumbers(schema: TableSchema, trainRows: readonly Row[]): (row: Row) => boolean {
  const columns = schema.columns.flatMap((column, index) => {
    if (!isNumber(column)) return [];
    const numbers = trainRows.map((row) => row[index]).filter((cell) => typeof cell === 'number');
    const grid = gridOf(column, numbers);
    if (grid === null) return [];
    const rows = new Map<number, number>();
    for (const value of numbers) if (namesRow(grid, value)) rows.set(value, (rows.get(value) ?? 0) + 1);
    const naming = new Set([...rows.keys()].filter((value) => rows.get(value)! <= FEW_ROWS));
    return naming.size > 0 ? [{ index, naming }] : [];
  });
  return (row) => columns.some(({ index, naming }) => naming.has(row[index] as number));
}
