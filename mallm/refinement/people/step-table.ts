import { roundToGrid } from '../../table/cell.js';
import {
  columnIndex,
  isModelled,
  isNumber,
  type Cell,
  type Column,
  type DatetimeColumn,
  type NumericColumn,
  type Row,
  type TableSchema,
} from '../../table/dataset.js';

/** Columns that a person has beside those of the table. */
const ROWS = 'rows of the person';
const ROW = 'number of the row';
const LEFT = 'rows after this one';

/** A table of people that have several rows as two tables, whose rows can be taken as independent. */
export interface PeopleTables {
  /** The first row of each person, and how many rows it has; with the rules between the table's columns. */
  first: TableSchema;
  /** Place of that number in a first row: the last. */
  rowsPlace: number;
  /** The other rows, each given the constants of its person, its number, the rows that are left and the row before. */
  steps: TableSchema;
  /** Columns of `steps` that are given. */
  given: string[];
  /** Columns of the table whose cell in a step is the cell itself, and those whose cell is computed from it. */
  drawn: string[];
  computed: string[];
  /** The first row of a person. */
  firstRow(rows: readonly Row[]): Row;
  /** A drawn row where so many are to follow: with the cells that every row but the last of a person has. */
  placed(row: Row, left: number): Row;
  /** The given cells of row `number` (from 1 for the second) of so many; the others are null. */
  givenCells(before: Row, number: number, count: number): Cell[];
  /** A row of `steps`, from two rows of a person, one after the other. */
  stepRow(before: Row, after: Row, number: number, count: number): Row;
  /** The row that follows, from one of `steps` and the row before. */
  nextRow(before: Row, step: Row): Cell[];
}

/** How a column of a row follows from the row before. */
type Follows =
  | { kind: 'same' }
  /** As another column was, by its place. */
  | { kind: 'continues'; from: number }
  /** Drawn, at this place in `steps`; `rises`: as the difference from the row before. */
  | { kind: 'drawn'; place: number; rises: boolean };

/**
 * Cuts a table into first rows and steps. Columns that never fall within a person are drawn as the difference to the row
 * before, those that continue another one are not drawn, those that are the same in all rows of a person stay.
 *
 * @param people rows of each person, in order: the training rows, for the ranges of the differences.
 */
export function peopleTables(schema: TableSchema, people: readonly (readonly Row[])[]): PeopleTables {
  const { columns, target, rules } = schema;
  const group = schema.group!;
  const unique = uniqueNames(columns);
  const named = (name: string): number => columnIndex(schema, name);
  const constants = columns.filter((column) => isModelled(column) && group.constant.includes(column.name));
  const isDrawn = ({ name, kind }: Column): boolean =>
    kind !== 'identifier' && !group.constant.includes(name) && !group.continued.some(({ column }) => column === name);
  const drawn = columns.filter(isDrawn);
  const before = drawn.filter(isModelled);
  const given: Column[] = [
    ...constants,
    countColumn(unique(ROW), group.most),
    countColumn(unique(LEFT), group.most),
    ...before.map((column) => ({ ...column, name: unique(`${column.name} in the row before`), nullable: true })),
  ];
  const isRising = ({ name }: Column): boolean => group.ascending.includes(name);
  const now = drawn.map((column) =>
    isRising(column) && isNumber(column) ? riseColumn(schema, column, people) : column,
  );
  const follows = columns.map(({ name }): Follows => {
    const continued = group.continued.find(({ column }) => column === name);
    if (continued) return { kind: 'continues', from: named(continued.from) };
    const place = drawn.findIndex((column) => column.name === name);
    return place < 0
      ? { kind: 'same' }
      : { kind: 'drawn', place: given.length + place, rises: isRising(drawn[place]!) };
  });
  const beforeLast = new Map(group.untilLast.map(({ column, cell }) => [named(column), cell]));
  const givenCells = (row: Row, number: number, count: number): Cell[] => [
    ...constants.map(({ name }) => row[named(name)]!),
    ...[number + 1, count - number - 1],
    ...before.map(({ name }) => row[named(name)]!),
    ...now.map(() => null),
  ];
  return {
    first: { ...{ columns: [...columns, countColumn(unique(ROWS), group.most)], target }, ...(rules && { rules }) },
    rowsPlace: columns.length,
    steps: { columns: [...given, ...now], target: drawn.some(({ name }) => name === target) ? target : '' },
    given: given.map(({ name }) => name),
    drawn: drawn.filter((column) => !isRising(column)).map(({ name }) => name),
    computed: [...group.ascending, ...group.continued.map(({ column }) => column)],
    firstRow: (rows) => [...rows[0]!, rows.length],
    placed: (row, left) => (left > 0 ? row.map((cell, index) => beforeLast.get(index) ?? cell) : row),
    givenCells,
    stepRow: (row, after, number, count) => {
      const cells = givenCells(row, number, count);
      columns.forEach((column, index) => {
        const how = follows[index]!;
        if (how.kind === 'drawn')
          cells[how.place] = how.rises ? rise(column, row[index]!, after[index]!) : after[index]!;
      });
      return cells;
    },
    nextRow: (row, step) =>
      columns.map((column, index): Cell => {
        const how = follows[index]!;
        if (how.kind === 'same') return row[index]!;
        if (how.kind === 'continues') return row[how.from]!;
        const cell = step[how.place]!;
        if (!how.rises || typeof cell !== 'number') return cell;
        return roundToGrid(column, Number(row[index]) + cell);
      }),
  };
}

/** The difference of two numbers, on the grid of a number column. */
function rise(column: Column, before: Cell, after: Cell): Cell {
  if (typeof before !== 'number' || typeof after !== 'number') return null;
  return column.kind === 'numeric' ? roundToGrid(column, after - before) : after - before;
}

/** A column of differences between one row and the next. */
function riseColumn(
  schema: TableSchema,
  column: NumericColumn | DatetimeColumn,
  people: readonly (readonly Row[])[],
): Column {
  const index = columnIndex(schema, column.name);
  const rises = people.flatMap((rows) =>
    rows.slice(1).map((row, number) => Number(rise(column, rows[number]![index]!, row[index]!))),
  );
  return { ...column, min: Math.min(...rises), max: Math.max(...rises), clamped: undefined, nullable: false };
}

function countColumn(name: string, max: number): NumericColumn {
  const base = { name, description: '', nullable: false, missingToken: '' };
  return { ...base, kind: 'numeric', min: 0, max, decimals: { min: 0, max: 0 } };
}

/** Names that no column of the table has. */
function uniqueNames(columns: readonly Column[]): (name: string) => string {
  const taken = new Set(columns.map(({ name }) => name));
  return (name) => {
    let free = name;
    while (taken.has(free)) free += ' ';
    taken.add(free);
    return free;
  };
}
