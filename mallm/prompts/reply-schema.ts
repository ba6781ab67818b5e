import { cellToJson } from '../table/cell.js';
import type { PartialRow } from '../conditions/condition.js';
import type { Column, TableSchema } from '../table/dataset.js';
import { isLabel } from '../table/dataset.js';
import type { Theta } from '../theta/theta.js';

/** More labels than this are left to the check of the rows: endpoints bound the number of values a schema may list. */
const MOST_LABELS = 200;

/** Labels, or cells, of all rows of a forced schema together at most. Endpoints with a lower bound refuse it, once. */
const MOST_FORCED = 10_000;

/** A JSON Schema. */
export type JsonSchema = Record<string, unknown>;

/**
 * JSON Schema of the generator's reply: an object with a list of `rows`, each with every column but the identifiers.
 *
 * Holds only what strict modes take everywhere: all properties required, none besides, null as a type, no bounds on
 * numbers or lengths of text. Ranges are checked in `parseRows`. Only the number of rows is bound, for small models that
 * would end the list early; the model client leaves it out where an endpoint refuses it.
 */
export function generatorReplySchema(schema: TableSchema, rows: number): JsonSchema {
  const columns = schema.columns.filter(({ kind }) => kind !== 'identifier');
  const row = strictObject(columns.map((column) => [column.name, cellSchema(column)]));
  const description = `${rows} ${rows === 1 ? 'row' : 'rows'}`;
  return strictObject([['rows', { type: 'array', description, items: row, minItems: rows, maxItems: rows }]]);
}

/**
 * JSON Schema that forces the given cells: an object for each row under the keys "1", "2", …, its given labels and numbers
 * as constants in front of the other cells. A model that ignores what it is given doubles its yield by it. Ranges are
 * left to the prompt.
 *
 * @returns undefined where no cell is a constant, or where the schema would be too large.
 */
export function forcedReplySchema(schema: TableSchema, partialRows: readonly PartialRow[]): JsonSchema | undefined {
  const columns = schema.columns.filter(({ kind }) => kind !== 'identifier');
  const rows = partialRows.map((partialRow) => {
    const given = (column: Column): boolean => isConstant(partialRow, column);
    const ordered = [...columns.filter(given), ...columns.filter((column) => !given(column))];
    return strictObject(ordered.map((column) => [column.name, forcedCell(column, partialRow)]));
  });
  const values = columns.reduce((sum, column) => sum + (isLabel(column) ? column.categories.length : 0), 0);
  if (rows.length * Math.max(values, columns.length) > MOST_FORCED) return undefined;
  if (!partialRows.some((row) => columns.some((column) => isConstant(row, column)))) return undefined;
  return strictObject(rows.map((row, place) => [String(place + 1), row]));
}

/** JSON Schema of the optimizer's reply: edges as pairs of column names, the columns to give, and the task instruction. */
export function optimizerReplySchema({ schema, givenColumns }: Pick<Theta, 'schema' | 'givenColumns'>): JsonSchema {
  const names = schema.columns.filter(({ kind }) => kind !== 'identifier').map(({ name }) => name);
  const name = { type: 'string', ...(names.length <= MOST_LABELS && { enum: names }) };
  const edge = { type: 'array', description: 'cause, then effect', items: name, minItems: 2, maxItems: 2 };
  return strictObject([
    ['causalStructure', { type: 'array', items: edge }],
    ...(givenColumns ? [['givenColumns', { type: 'array', items: name }] satisfies [string, JsonSchema]] : []),
    ['taskInstruction', { type: 'string' }],
  ]);
}

function strictObject(properties: [name: string, schema: JsonSchema][]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
    additionalProperties: false,
  };
}

function cellSchema(column: Column): JsonSchema {
  const orNull = column.nullable ? ['null'] : [];
  const typed = (...types: string[]): JsonSchema => {
    const all = [...new Set([...types, ...orNull])];
    return { type: all.length === 1 ? all[0] : all };
  };
  if (column.kind === 'numeric') return typed(column.decimals.max === 0 ? 'integer' : 'number');
  if (column.kind === 'datetime') return { ...typed('string'), description: `date in the format ${column.format}` };
  if (!isLabel(column) || column.categories.length > MOST_LABELS) return typed('string');
  const labels = column.categories.map((label) => cellToJson(column, label));
  return { ...typed(...labels.map((label) => typeof label)), enum: column.nullable ? [...labels, null] : labels };
}

function isConstant(partialRow: PartialRow, { name }: Column): boolean {
  return Object.hasOwn(partialRow, name) && partialRow[name]!.is === 'equal';
}

function forcedCell(column: Column, partialRow: PartialRow): JsonSchema {
  const condition = Object.hasOwn(partialRow, column.name) ? partialRow[column.name] : undefined;
  if (condition?.is !== 'equal') return cellSchema(column);
  return { const: condition.value === null ? null : cellToJson(column, condition.value) };
}
