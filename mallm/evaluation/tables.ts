import type { Cell, Column, Row, TableSchema } from '../table/dataset.js';
import { isModelled, isNumber, taskOf } from '../table/dataset.js';
import { TableError } from '../errors.js';
import { keysIn, peopleOf, personOfRow } from '../table/people.js';
import { createRandom, seedOf } from '../random.js';
import { withoutOverlap } from './overlap.js';
import type { EvaluationColumn, TypedTable } from './typed-table.js';

/** Most rows of a table that are evaluated; of more, a seeded sample is. */
const MAX_ROWS = 5000;

/** Most decimals a number is compared at. */
const MAX_DECIMALS = 6;

/** Numbers beyond this are taken as this: their squares, and their 32-bit copies, stay finite. */
const LARGEST = 1e30;

/** The three tables with one agreed typing, the overlap of train and held-out taken out. */
export interface EvaluationTables {
  columns: EvaluationColumn[];
  /** Index of the target in `columns`. */
  target: number;
  task: 'classification' | 'regression';
  train: TypedTable;
  heldOut: TypedTable;
  synthetic: TypedTable;
  /** Held-out rows that were dropped because they also occur in train. */
  heldOutDropped: number;
  /** Share of the held-out rows, before any is dropped, that also occur in train; in [0, 1]. */
  heldOutInTrain: number;
  /** Whether at least half of the training rows occur there more than once: then nothing is dropped. */
  rowsRepeat: boolean;
  /** Distinct training rows. */
  distinctTrain: number;
  notes: string[];
}

/**
 * Types the three tables as one: numbers where the schema has numbers with more than two distinct real values, labels
 * for all else, identifiers and texts left out. Held-out rows that occur in train are dropped, unless rows repeat by
 * nature or none would be left; so are the rows of people who have others in train. Deterministic; `seed` only picks the sample of a table beyond 5,000 rows.
 * @throws TableError when a table is empty or the target cannot be modelled.
 */
export function evaluationTables(input: {
  schema: TableSchema;
  train: readonly Row[];
  heldOut: readonly Row[];
  synthetic: readonly Row[];
  seed: number;
}): EvaluationTables {
  const { schema } = input;
  const notes: string[] = [];
  const train = sampled('training', input.train, input.seed, notes);
  const heldOut = sampled('held-out', ofOtherPeople(schema, input, notes), input.seed, notes);
  const synthetic = sampled('synthetic', input.synthetic, input.seed, notes);
  const used = schema.columns.flatMap((column, index) => (isModelled(column) ? [index] : []));
  const target = used.findIndex((index) => schema.columns[index]!.name === schema.target);
  if (target < 0) {
    throw new TableError({
      problem: `target "${schema.target}" cannot be predicted`,
      expected: 'a column of numbers or labels',
    });
  }
  noteLeftOut(schema, notes);
  const columns = used.map((index) => columnOf(schema, index, [train, heldOut], [train, heldOut, synthetic]));
  const typed = (rows: readonly Row[]): TypedTable => typedTable(schema, columns, used, rows);
  const tables = {
    columns,
    target,
    task: taskOf(schema),
    train: typed(train),
    heldOut: typed(heldOut),
    synthetic: typed(synthetic),
    notes,
  };
  return { ...tables, ...withoutOverlap(tables) };
}

/** The held-out rows of people who have no row in train; all of them where none would be left. */
function ofOtherPeople(
  schema: TableSchema,
  { train, heldOut }: { train: readonly Row[]; heldOut: readonly Row[] },
  notes: string[],
): readonly Row[] {
  if (!schema.group) return heldOut;
  notes.push(
    'People have several rows: the folds of the two-sample test and the halves of the DCR share hold whole people.',
  );
  const known = new Set(keysIn(schema, train));
  const keys = keysIn(schema, heldOut);
  const others = heldOut.filter((_, row) => keys[row] === null || !known.has(keys[row]!));
  if (others.length === heldOut.length) return heldOut;
  const rows = heldOut.length - others.length;
  if (others.length === 0) {
    notes.push('All held-out rows are of people who have rows in train, too: no figure generalises to new people.');
    return heldOut;
  }
  notes.push(`${rows} held-out rows are of people who have rows in train, too, and were dropped.`);
  return others;
}

function sampled(which: string, rows: readonly Row[], seed: number, notes: string[]): readonly Row[] {
  if (rows.length === 0) {
    throw new TableError({ problem: `the ${which} table has no rows`, expected: 'at least one row to evaluate' });
  }
  if (rows.length <= MAX_ROWS) return rows;
  notes.push(`${rows.length} ${which} rows: a sample of ${MAX_ROWS} was evaluated.`);
  return createRandom(seedOf(seed, 'sample', which))
    .shuffle(rows)
    .slice(0, MAX_ROWS);
}

function noteLeftOut(schema: TableSchema, notes: string[]): void {
  const leftOut = schema.columns.filter((column) => !isModelled(column)).map(({ name, kind }) => `"${name}" (${kind})`);
  if (leftOut.length > 0) notes.push(`Left out, as neither numbers nor labels: ${leftOut.join(', ')}.`);
}

function columnOf(
  schema: TableSchema,
  index: number,
  real: (readonly Row[])[],
  all: (readonly Row[])[],
): EvaluationColumn {
  const column = schema.columns[index]!;
  const distinct = new Set(real.flatMap((rows) => rows.map((row) => row[index]!)).filter((cell) => cell !== null));
  const base = { name: column.name, date: column.kind === 'datetime', decimals: 0, labels: [] };
  if (isNumber(column) && (distinct.size > 2 || column.name === schema.target)) {
    return { ...base, kind: 'number', decimals: decimalsOf(real[0]!, index) };
  }
  const labels = new Set(
    all.flatMap((rows) => rows.map((row) => labelOf(column, row[index]!)).filter((label) => label !== null)),
  );
  return { ...base, kind: 'label', labels: [...labels].sort() };
}

function decimalsOf(rows: readonly Row[], index: number): number {
  const fits = (decimals: number): boolean =>
    rows.every((row) => {
      const value = row[index];
      return typeof value !== 'number' || Math.abs(value - Number(value.toFixed(decimals))) <= 1e-9;
    });
  let decimals = 0;
  while (decimals < MAX_DECIMALS && !fits(decimals)) decimals++;
  return decimals;
}

/** 1, 1.0 and "1" are one label. */
function labelOf(column: Column, cell: Cell): string | null {
  if (cell === null) return null;
  const text = String(cell).trim();
  return isNumber(column) ? text : text.replace(/^(-?\d+)\.0+$/, '$1');
}

function typedTable(
  schema: TableSchema,
  columns: readonly EvaluationColumn[],
  used: readonly number[],
  rows: readonly Row[],
): TypedTable {
  const cells = columns.map(({ kind, labels }, position) => {
    const column = schema.columns[used[position]!]!;
    const codes = new Map(labels.map((label, code) => [label, code]));
    const valueOf = (cell: Cell): number => {
      if (kind === 'number') return typeof cell === 'number' ? Math.min(Math.max(cell, -LARGEST), LARGEST) : NaN;
      return codes.get(labelOf(column, cell) ?? '') ?? NaN;
    };
    return Float64Array.from(rows, (row) => valueOf(row[used[position]!]!));
  });
  return { rows: rows.length, cells, ...(schema.group && { person: personOfRow(peopleOf(schema, rows)) }) };
}
