import { isLabel, isNumber, type Cell, type Column, type LabelColumn, type Row, type TableSchema } from './dataset.js';

/** How far beyond the range a number may lie, as a share of its width: farther out it is no number of the column. */
const BEYOND = 1;

/**
 * A cell that a model made, as the protected table has it: a label that is pooled is the pool, a number beyond the range
 * that training rows were brought into is its end. Any other cell is left as it is.
 */
export function protectedCell(column: Column, cell: Cell): Cell {
  if (isLabel(column)) return knownLabel(column, cell);
  if (!isNumber(column) || !column.clamped || typeof cell !== 'number') return cell;
  const { min, max, clamped } = column;
  const reach = BEYOND * (max - min);
  if (cell > max && cell <= max + reach && clamped.high > 0) return max;
  return cell < min && cell >= min - reach && clamped.low > 0 ? min : cell;
}

/** Real rows beside drawn ones: a label that was pooled in the training rows is the pool here, too; numbers are left as they are. */
export function withPooledLabels(schema: TableSchema, rows: readonly Row[]): Row[] {
  return rows.map((row) =>
    row.map((cell, place) => {
      const column = schema.columns[place]!;
      return isLabel(column) ? knownLabel(column, cell) : cell;
    }),
  );
}

function knownLabel(column: LabelColumn, cell: Cell): Cell {
  return typeof cell !== 'string' || column.categories.includes(cell) ? cell : (pooledLabel(column, cell) ?? cell);
}

/** What a label that the column does not have counts as: the pool, the nearest level, or null where none was pooled. */
export function pooledLabel({ categories, pool, levels }: LabelColumn, label: string): string | null {
  if (pool !== undefined) return pool;
  const place = levels?.indexOf(label) ?? -1;
  if (place < 0) return null;
  const distance = (level: string): number => Math.abs(levels!.indexOf(level) - place);
  return categories.reduce((a, b) => (distance(b) < distance(a) ? b : a));
}
