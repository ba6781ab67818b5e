import { describeCondition, satisfies, type Condition, type PartialRow } from '../../conditions/condition.js';
import type { Cell, Column } from '../../table/dataset.js';
import { columnIndex } from '../../table/dataset.js';
import { allowedNumbers, type Allowed } from './allowed.js';
import type { CodedColumn } from '../column-codes.js';
import { labelCount, type DrawnColumn } from '../drawn-columns.js';
import type { RefinedGenerator } from '../generator.js';

/** What a set of conditions allows of a draw. */
export interface DrawConditions {
  /** By drawn column; null where anything goes. */
  allowed: (Allowed | null)[];
  /** Texts that a text column may take, by its place in a row; columns without a condition are not in it. */
  texts: Map<number, (cell: Cell) => boolean>;
  /** The conditions that a drawn row is checked against: all but those on keys. */
  checked: PartialRow;
  /** Why no row can be drawn that satisfies them, or null. */
  impossible: string | null;
}

/**
 * Looks up what each condition allows of what is drawn: of a column, and of whether its cell is there. A key satisfies
 * only "present": it is made afresh later.
 *
 * @throws Error when a condition names a column that the schema does not have.
 */
export function drawConditions(
  { schema, columns, drawn, texts }: Pick<RefinedGenerator, 'schema' | 'columns' | 'drawn' | 'texts'>,
  conditions: PartialRow,
): DrawConditions {
  const found: DrawConditions = { allowed: drawn.map(() => null), texts: new Map(), checked: {}, impossible: null };
  for (const [name, condition] of Object.entries(conditions)) {
    const index = columnIndex(schema, name);
    const column = schema.columns[index]!;
    const coded = columns.findIndex((each) => each.index === index);
    const accepts = (cell: Cell): boolean => satisfies(cell, condition);
    if (column.kind === 'text') found.texts.set(index, accepts);
    if (column.kind !== 'identifier') found.checked[name] = condition;
    let isPossible = column.kind === 'identifier' && condition.is === 'present';
    if (column.kind === 'text') {
      const pool = texts.find((each) => each.index === index)?.texts ?? [];
      isPossible = (pool.length > 0 ? pool : [null]).some(accepts);
    }
    if (coded >= 0) isPossible = restrict(found.allowed, drawn, columns, { coded, column, condition, accepts });
    if (!isPossible) found.impossible ??= neverSeen(column, condition);
  }
  return found;
}

interface Restriction {
  coded: number;
  column: Column;
  condition: Condition;
  accepts: (cell: Cell) => boolean;
}

/** Writes what a condition allows of a coded column; whether there is anything. */
function restrict(
  allowed: (Allowed | null)[],
  drawn: readonly DrawnColumn[],
  columns: readonly CodedColumn[],
  { coded, column, condition, accepts }: Restriction,
): boolean {
  const presence = drawn.findIndex((step) => step.kind === 'presence' && step.columns.includes(coded));
  const place = drawn.findIndex((step) => step.kind !== 'presence' && step.column === coded);
  if (accepts(null)) {
    if (presence < 0) return false;
    return restrictLabels(allowed, drawn, presence, (label) => label === 1);
  }
  if (presence >= 0 && !restrictLabels(allowed, drawn, presence, (label) => label === 0)) return false;
  if (place < 0) return false;
  const step = drawn[place]!;
  if (step.kind === 'number') {
    const numbers = allowedNumbers(column, step.numbers, condition);
    allowed[place] = numbers;
    return numbers !== null;
  }
  const { kind, values } = columns[coded]!;
  const cellOf = (label: number): Cell => {
    const value = step.kind === 'label' ? step.values[label]! : 0;
    return kind === 'number' ? value : values[value - 1]!;
  };
  return restrictLabels(allowed, drawn, place, (label) => accepts(cellOf(label)));
}

function restrictLabels(
  allowed: (Allowed | null)[],
  drawn: readonly DrawnColumn[],
  place: number,
  accepts: (label: number) => boolean,
): boolean {
  const before = allowed[place] as { labels: Uint8Array } | null;
  const labels = Uint8Array.from({ length: labelCount(drawn[place]!) }, (_, label) =>
    Number(accepts(label) && (before === null || before.labels[label] === 1)),
  );
  allowed[place] = { labels };
  return labels.includes(1);
}

function neverSeen(column: Column, condition: Condition): string {
  return `no training or model row has ${describeCondition(column, condition)}, so none can be drawn; the model itself can be asked for such rows`;
}
