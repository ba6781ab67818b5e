import { isLabel, type Column, type PersonalKind, type TableSchema } from '../dataset.js';
import { isDatetimeFormat, portableFormat } from '../datetime-format.js';
import { TableError } from '../../errors.js';
import { patternFromRegex, patternToRegex } from '../identifier-pattern.js';
import { isLabelWord, isMissingToken } from '../missing.js';
import { didYouMean } from '../near-names.js';
import { ruleText } from '../rule.js';
import { kindOfSdtype, sdtypeOf } from './sdtypes.js';

/** What metadata says about one column: it overrides what the cells suggest. */
export interface ColumnMetadata {
  /** `key-or-text`: SDV's `unknown`, a key where the cells are unique, else text. */
  kind: Column['kind'] | 'key-or-text';
  description: string;
  /** Labels from low to high, for `ordered`; without it they are sorted. */
  order?: string[];
  /** strftime-style format, for `datetime`. */
  format?: string;
  /** Shape of the keys, for `identifier`. */
  pattern?: string;
  /** What of a person the cells say, for `identifier`. */
  personal?: PersonalKind;
  /** Whether dates are dates of birth, for `datetime`; without it the name decides. */
  birth?: boolean;
  /** Texts that stand for a missing cell, beside the empty one, for labels: all others are labels. */
  missing?: string[];
  /** Texts beside the numbers, for `numeric`: codes for missing, words. Without it they are found. */
  specials?: string[];
}

/** What metadata says about a table: only the columns it names. */
export interface TableMetadata {
  columns: ReadonlyMap<string, ColumnMetadata>;
  /** The column whose rows belong to one person; null for none, undefined where nothing is said. */
  group?: string | null;
  /** The column that puts the rows of a person in order. */
  order?: string;
  /** Rules between columns, as texts: these and no others. Without it they are found. */
  rules?: string[];
}

type Json = Record<string, unknown>;

/**
 * Reads SDV metadata: a single table (`{"columns": …}`) or several (`{"tables": …}`), of which the one with the columns
 * of `header` counts. A categorical column with `order` (labels from low to high) or `order_by` is ordered. Beside SDV's
 * own keys a column may have a `description`; labels `missing_values` (texts that mean missing; all others are labels); and
 * numbers `special_values` (texts beside the numbers that are kept with their share); dates with `pii` are dates of birth.
 * Personal sdtypes (`name`, `email`, `ssn`, …) become identifiers: made afresh, never copied. `sequence_key` names the
 * column that all rows of a person share (null: there is none), `sequence_index` the one that puts them in order; `rules`
 * are rules between the columns.
 * @throws TableError when it is not such metadata, or an sdtype, format or regular expression is not known.
 */
export function parseMetadata(json: unknown, header?: readonly string[]): TableMetadata {
  const table = tableIn(json, header);
  const columns = asObject(table.columns, '"columns" of the metadata');
  return {
    columns: new Map(Object.entries(columns).map(([name, column]) => [name, readColumn(name, column)])),
    ...readGroup(table),
    ...(table.rules !== undefined && { rules: readRules(table.rules) }),
  };
}

/** SDV metadata (single table, version 1) of a schema; reading it again with the same table gives the same schema. */
export function toMetadata(schema: TableSchema): Json {
  const keys = schema.columns.filter(
    (column) =>
      column.kind === 'identifier' && !column.nullable && !column.personal && !column.shared && !isEmpty(column),
  );
  const { group } = schema;
  return {
    METADATA_SPEC_VERSION: 'SINGLE_TABLE_V1',
    ...(keys.length === 1 && { primary_key: keys[0]!.name }),
    ...(group && { sequence_key: group.key, ...(group.order !== undefined && { sequence_index: group.order }) }),
    columns: Object.fromEntries(
      schema.columns.filter((column) => !isEmpty(column)).map((column) => [column.name, writeColumn(column)]),
    ),
    ...(schema.rules && { rules: schema.rules.map(ruleText) }),
  };
}

/** @throws TableError when metadata names a column that the table does not have. */
export function checkMetadataColumns(metadata: TableMetadata, header: readonly string[]): void {
  const { group, order } = metadata;
  for (const name of [...metadata.columns.keys(), ...[group, order].filter((each) => typeof each === 'string')]) {
    if (header.includes(name)) continue;
    throw new TableError({
      problem: `the metadata names a column ${JSON.stringify(name)} that the table does not have`,
      remedy: didYouMean(name, header, 'Remove it from the metadata.'),
    });
  }
}

function tableIn(json: unknown, header: readonly string[] | undefined): Json {
  const root = asObject(json, 'the metadata');
  if (root.columns !== undefined) return root;
  const tables = Object.entries(asObject(root.tables, '"tables" (or "columns") of the metadata'));
  if (tables.length === 1) return asObject(tables[0]![1], 'the table of the metadata');
  const fitting = tables.filter(([, table]) => {
    const names = Object.keys(
      asObject(asObject(table, 'a table of the metadata').columns, '"columns" of the metadata'),
    );
    return header !== undefined && names.every((name) => header.includes(name));
  });
  if (fitting.length === 1) return fitting[0]![1] as Json;
  throw new TableError({
    problem: 'the metadata describes several tables',
    expected: 'one table with the columns of the CSV file',
    got: `${tables.length} tables, ${fitting.length} of them with such columns`,
    remedy: 'Keep only the table that is meant under "tables".',
  });
}

function readGroup({ sequence_key: key, sequence_index: order }: Json): Pick<TableMetadata, 'group' | 'order'> {
  return {
    ...(key === null || typeof key === 'string' ? { group: key } : {}),
    ...(typeof order === 'string' ? { order } : {}),
  };
}

function readColumn(name: string, json: unknown): ColumnMetadata {
  const column = asObject(json, `column ${JSON.stringify(name)} of the metadata`);
  const { sdtype, description, order, datetime_format: format, regex_format: regex } = column;
  const known = kindOfSdtype(name, sdtype);
  const { kind } = known;
  const texts = {
    missing: readMissing(name, column.missing_values),
    specials: readTexts(name, 'special_values', column.special_values),
  };
  const read: ColumnMetadata = { ...known, description: typeof description === 'string' ? description : '', ...texts };
  if (kind === 'categorical' && order) return { ...read, kind: 'ordered', order: readOrder(name, order) };
  if (kind === 'categorical' && column.order_by) return { ...read, kind: 'ordered' };
  if (kind === 'datetime') {
    const birth = typeof column.pii === 'boolean' ? { birth: column.pii } : {};
    return { ...read, ...birth, ...(format ? { format: readFormat(name, format) } : {}) };
  }
  if (kind === 'identifier' && typeof regex === 'string') return { ...read, pattern: patternFromRegex(regex) };
  return read;
}

function readRules(json: unknown): string[] {
  if (Array.isArray(json) && json.every((rule) => typeof rule === 'string')) return json;
  throw new TableError({
    problem: '"rules" of the metadata is not a list of rules',
    expected: 'a list such as ["discharge >= admission", "total = a + b"]; [] for none',
    remedy: 'Write it so, or leave it out: rules are then found.',
  });
}

function readMissing(name: string, value: unknown): string[] | undefined {
  const texts = readTexts(name, 'missing_values', value);
  const other = texts?.find((text) => !isMissingToken(text));
  if (other === undefined) return texts;
  throw new TableError({
    problem: `"missing_values" of column ${JSON.stringify(name)} in the metadata has a text that never means missing`,
    expected: 'texts such as NA, None, nan, ?, -',
    got: JSON.stringify(other),
    remedy: 'Leave it out: it is a label.',
  });
}

function readTexts(name: string, key: string, value: unknown): string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((text) => typeof text === 'string' || typeof text === 'number')) {
    return value.map(String);
  }
  throw new TableError({
    problem: `"${key}" of column ${JSON.stringify(name)} in the metadata is not a list of texts`,
    expected: 'a list such as ["-99", "pending"]; [] for none',
    remedy: 'Write it so, or leave it out.',
  });
}

function readOrder(name: string, order: unknown): string[] {
  const labels = Array.isArray(order)
    ? order.map((label) => (typeof label === 'number' ? String(label) : (label as unknown)))
    : [];
  const isGood =
    labels.length > 0 && labels.every((label) => typeof label === 'string') && new Set(labels).size === labels.length;
  if (isGood) return labels;
  throw new TableError({
    problem: `"order" of column ${JSON.stringify(name)} in the metadata is not a list of labels`,
    expected: 'a list of different labels from low to high, as ["low", "middle", "high"]',
    remedy: 'Write every label of the column once.',
  });
}

function readFormat(name: string, format: unknown): string {
  if (typeof format === 'string' && isDatetimeFormat(format)) return format;
  throw new TableError({
    problem: `datetime_format of column ${JSON.stringify(name)} in the metadata is not supported`,
    expected: 'a strftime format such as "%Y-%m-%d %H:%M:%S"',
    got: JSON.stringify(format),
    remedy: 'Known directives: %Y %y %m %d %j %b %B %a %A %H %I %M %S %f %p %z.',
  });
}

function writeColumn(column: Column): Json {
  const json: Json = { sdtype: sdtypeOf(column) };
  if (column.kind === 'numeric') json.computer_representation = column.decimals.max === 0 ? 'Int64' : 'Float';
  if (column.kind === 'ordered') json.order = column.levels ?? column.categories;
  if (column.kind === 'datetime') json.datetime_format = portableFormat(column.format);
  if (column.kind === 'datetime' && column.birth) json.pii = true;
  if (column.kind === 'identifier' && !column.personal && !column.shapes) {
    json.regex_format = patternToRegex(column.pattern);
  }
  if (column.kind === 'numeric' && column.specials) json.special_values = column.specials.map(({ text }) => text);
  if (isLabel(column) && column.nullable && isLabelWord(column.missingToken))
    json.missing_values = [column.missingToken];
  if (column.description !== '') json.description = column.description;
  return json;
}

function isEmpty(column: Column): boolean {
  return column.kind === 'identifier' && column.empty === true;
}

function asObject(json: unknown, what: string): Json {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json;
  throw new TableError({
    problem: `${what} is not an object`,
    expected: 'SDV metadata: {"columns": {"age": {"sdtype": "numerical"}, …}}',
    remedy: 'See https://docs.sdv.dev/sdv/concepts/metadata/metadata-json.',
  });
}
