import { columnIndex, isModelled, isNumber, type Cell, type Row, type RowGroup, type TableSchema } from '../dataset.js';
import { peopleOf } from '../people.js';

/** Fewer steps from one row of a person to the next say nothing about a column that continues another. */
const FEWEST_STEPS = 5;
/** Names of columns that put rows in order. */
const TIME =
  /(?:^|[^a-z])(?:date|time|day|week|month|year|visit|wave|period|seq|sequence|enum|occasion|start|tstart|age)(?:$|[^a-z])/;

/** Two rows of a person, one after the other. */
type Step = readonly [before: Row, after: Row];

/**
 * What the rows of one person have in common. The rows of a person are in the order of the file where some number or date
 * rises along it, else in that of a date or a counter.
 *
 * @param order the column that puts them in order, where that is known.
 * @returns null when no key is in two rows.
 */
export function rowGroupOf(
  schema: TableSchema,
  rows: readonly Row[],
  { key, order }: Pick<RowGroup, 'key' | 'order'>,
): RowGroup | null {
  const grouped = (by: string | undefined): TableSchema => ({
    ...schema,
    group: {
      key,
      constant: [],
      ascending: [],
      counting: [],
      continued: [],
      untilLast: [],
      most: 1,
      ...(by === undefined ? {} : { order: by }),
    },
  });
  const inFile = peopleOf(grouped(undefined), rows);
  const most = inFile.reduce((greatest, places) => Math.max(greatest, places.length), 0);
  if (most < 2) return null;
  const by = order ?? orderOf(schema, rows, inFile);
  const steps = stepsOf(rows, by === undefined ? inFile : peopleOf(grouped(by), rows));
  const constant = namesWhere(schema, (index) => steps.every(([a, b]) => a[index] === b[index])).filter(
    (name) => name !== key,
  );
  const numbers = schema.columns.filter((column) => isNumber(column) && !constant.includes(column.name));
  const ascending = numbers.filter(({ name }) => isAscending(rows, steps, columnIndex(schema, name)));
  return {
    ...{ key, ...(by === undefined ? {} : { order: by }), constant },
    ascending: ascending.map(({ name }) => name),
    counting: ascending.flatMap(({ name }) => countOf(name, rows, steps, columnIndex(schema, name))),
    continued: continuedColumns(
      schema,
      steps,
      numbers.map(({ name }) => name),
    ),
    untilLast: untilLastColumns(schema, steps, constant),
    most,
  };
}

/** The column to sort by, or undefined where the rows are in order as they are, or nothing says how. */
function orderOf(schema: TableSchema, rows: readonly Row[], people: readonly number[][]): string | undefined {
  const steps = stepsOf(rows, people);
  const candidates = schema.columns.filter((column, index) => {
    const tiesNever = steps.every(([a, b]) => a[index] !== null && a[index] !== b[index]);
    return isNumber(column) && steps.some(([a, b]) => a[index] !== b[index]) && tiesNever;
  });
  const rises = schema.columns.some((column, index) => isNumber(column) && isAscending(rows, steps, index));
  if (rises) return undefined;
  const isTime = (name: string): boolean => TIME.test(name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase());
  const dates = candidates.filter(({ kind }) => kind === 'datetime');
  return [...dates, ...candidates.filter(({ name, kind }) => kind !== 'datetime' && isTime(name))][0]?.name;
}

/** Never falling from row to row, rising somewhere, and there in the first row of everyone. */
function isAscending(rows: readonly Row[], steps: readonly Step[], index: number): boolean {
  const values = steps.map(([a, b]): [Cell, Cell] => [a[index]!, b[index]!]);
  if (!values.some(([a, b]) => a !== b)) return false;
  return rows.every((row) => row[index] !== null) && values.every(([a, b]) => Number(b) >= Number(a));
}

/** Whether a column begins at the same number for everyone and rises by the same step. */
function countOf(column: string, rows: readonly Row[], steps: readonly Step[], index: number): RowGroup['counting'] {
  const from = rows.reduce((least, row) => Math.min(least, Number(row[index])), Infinity);
  const by = Number(steps[0]![1][index]) - Number(steps[0]![0][index]);
  const followers = new Set(steps.map(([, after]) => after));
  const counts =
    steps.every(([a, b]) => Number(b[index]) - Number(a[index]) === by) &&
    rows.every((row) => followers.has(row) || row[index] === from);
  return counts ? [{ column, from, by }] : [];
}

function continuedColumns(
  schema: TableSchema,
  steps: readonly Step[],
  names: readonly string[],
): RowGroup['continued'] {
  if (steps.length < FEWEST_STEPS) return [];
  return names.flatMap((column) => {
    const own = columnIndex(schema, column);
    if (new Set(steps.map(([, after]) => after[own])).size < 2) return [];
    const from = names.find((name) => {
      const other = columnIndex(schema, name);
      return name !== column && steps.every(([a, b]) => a[other] !== null && a[other] === b[own]);
    });
    return from === undefined ? [] : [{ column, from }];
  });
}

function untilLastColumns(
  { columns }: TableSchema,
  steps: readonly Step[],
  constant: readonly string[],
): RowGroup['untilLast'] {
  if (steps.length < FEWEST_STEPS) return [];
  return columns.flatMap((column, index) => {
    if (!isModelled(column) || constant.includes(column.name)) return [];
    const cell = steps[0]![0][index] ?? null;
    return cell !== null && steps.every(([before]) => before[index] === cell) ? [{ column: column.name, cell }] : [];
  });
}

function stepsOf(rows: readonly Row[], people: readonly (readonly number[])[]): Step[] {
  return people.flatMap((places) => places.slice(1).map((place, i): Step => [rows[places[i]!]!, rows[place]!]));
}

function namesWhere(schema: TableSchema, holds: (index: number) => boolean): string[] {
  return schema.columns.flatMap((column, index) =>
    (isModelled(column) || column.kind === 'text' || column.kind === 'identifier') && holds(index) ? [column.name] : [],
  );
}
