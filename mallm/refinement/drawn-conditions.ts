import { describeCondition, satisfies, type Condition, type PartialRow } from '../conditions/condition.js';
import type { Cell, Column, TableSchema } from '../table/dataset.js';
import { columnIndex } from '../table/dataset.js';
import type { CodedColumn } from './column-codes.js';
import type { ColumnCondition, DrawColumn } from './column-drawer.js';

/** What a set of conditions allows of each column. */
export interface DrawConditions {
  /** By coded column; null where anything goes. */
  columns: (ColumnCondition | null)[];
  /** Texts that a text column may take, by its place in a row; columns without a condition are not in it. */
  texts: Map<number, (cell: Cell) => boolean>;
  /** The conditions that a drawn row is checked against: all but those on keys. */
  checked: PartialRow;
  /** Why no row can be drawn that satisfies them, or null. */
  impossible: string | null;
}

/**
 * Looks up which of the values that can be drawn each condition allows. A key satisfies only "present": it is made
 * afresh later.
 *
 * @param textsOf cells that a text column (by its place in a row) may be given.
 * @throws Error when a condition names a column that the schema does not have.
 */
export function drawConditions(
  schema: TableSchema,
  columns: readonly CodedColumn[],
  order: readonly DrawColumn[],
  textsOf: (index: number) => (Cell | undefined)[],
  conditions: PartialRow,
): DrawConditions {
  const found: DrawConditions = { columns: columns.map(() => null), texts: new Map(), checked: {}, impossible: null };
  for (const [name, condition] of Object.entries(conditions)) {
    const index = columnIndex(schema, name);
    const column = schema.columns[index]!;
    const accepts = (cell: Cell): boolean => satisfies(cell, condition);
    const place = columns.findIndex((coded) => coded.index === index);
    const cells =
      place >= 0
        ? cellsByCode(
            columns[place]!,
            order.find((step) => step.column === place)!,
          )
        : textsOf(index);
    if (place >= 0) {
      const allows = Uint8Array.from(cells, (cell) => Number(cell !== undefined && accepts(cell)));
      found.columns[place] = { allows, accepts };
    }
    if (column.kind === 'text') found.texts.set(index, accepts);
    if (column.kind !== 'identifier') found.checked[name] = condition;
    const possible =
      column.kind === 'identifier'
        ? condition.is === 'present'
        : cells.some((cell) => cell !== undefined && accepts(cell));
    if (!possible) found.impossible ??= neverSeen(column, condition);
  }
  return found;
}

/** The cell of each code, undefined for codes that no tree can draw. */
function cellsByCode({ values }: CodedColumn, { trees }: DrawColumn): (Cell | undefined)[] {
  const drawn = new Set(trees.flatMap(({ codes }) => codes));
  return [null, ...values].map((cell, code) => (drawn.has(code) ? cell : undefined));
}

function neverSeen(column: Column, condition: Condition): string {
  return `no training or model row has ${describeCondition(column, condition)}, so none can be drawn; the model itself can be asked for such rows`;
}
