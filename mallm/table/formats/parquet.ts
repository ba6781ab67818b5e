import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Column, Row, TableSchema } from '../dataset.js';
import { datetimeStep, hasDate, parseDatetime } from '../datetime-format.js';
import { parseNumber } from '../number-grid.js';
import { formatCell } from './csv.js';
import { areTruths, truthOf } from '../label-match.js';

const DAY = 86_400;

/** How cells of a column are stored in a Parquet file. */
interface ParquetColumn {
  name: string;
  element: SchemaElement;
  value: (cell: number | string) => unknown;
}

/** Writes a Parquet file a row group at a time; what it gives back, in order, is the file. */
export interface ParquetFile {
  /** The bytes of one more row group. At least one row. */
  rowGroup(rows: readonly Row[]): Uint8Array;
  /** The bytes that end the file. */
  end(): Uint8Array;
}

/**
 * Begins a Parquet file, compressed with Snappy. Whole numbers are INT64, others DOUBLE, yes and no BOOLEAN, days DATE,
 * times of day TIME and points in time TIMESTAMP, both in microseconds (of UTC where the format has an offset, else of no
 * time zone), all else STRING. A column that may be missing is OPTIONAL, and so is every text. Deterministic. Memory: one
 * row group.
 */
export function beginParquet(schema: TableSchema): ParquetFile {
  const columns = schema.columns.map(parquetColumn);
  const writer = new ByteWriter();
  const root: SchemaElement = { name: 'rows', num_children: columns.length };
  const file = new ParquetWriter({
    writer,
    schema: [root, ...columns.map(({ element }) => element)],
    createdBy: 'mallm-gan',
  });
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    rowGroup: (rows) => {
      const columnData = columns.map(({ name, value }, index) => ({
        name,
        data: rows.map((row) => (row[index] === null ? null : value(row[index] as number | string))),
      }));
      // The writer is one in memory: nothing to wait for.
      void file.write({ columnData, rowGroupSize: rows.length });
      return taken();
    },
    end: () => {
      void file.finish();
      return taken();
    },
  };
}

function parquetColumn(column: Column): ParquetColumn {
  const { name } = column;
  const repetition_type = mayBeMissing(column) ? 'OPTIONAL' : 'REQUIRED';
  const as = (element: Partial<SchemaElement>, value: ParquetColumn['value']): ParquetColumn => ({
    name,
    element: { name, repetition_type, ...element },
    value,
  });
  if (column.kind === 'numeric') {
    const isWhole = column.decimals.max === 0 && column.decimals.min === 0;
    return isWhole
      ? as(
          { type: 'INT64' },
          numberOr((value) => (Number.isInteger(value) ? BigInt(value) : null)),
        )
      : as(
          { type: 'DOUBLE' },
          numberOr((value) => value),
        );
  }
  if (column.kind === 'datetime' && !column.forms) return datetimeColumn(column.format, as);
  if (column.kind === 'boolean' && areTruths(column.categories)) {
    return as({ type: 'BOOLEAN' }, (cell) => truthOf(String(cell)));
  }
  return as({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, (cell) => formatCell(column, cell));
}

function datetimeColumn(
  format: string,
  as: (element: Partial<SchemaElement>, value: ParquetColumn['value']) => ParquetColumn,
): ParquetColumn {
  const step = datetimeStep(format);
  if (step === null || step >= DAY) {
    return as(
      { type: 'INT32', converted_type: 'DATE' },
      dateOr(format, (seconds) => new Date(seconds * 1000)),
    );
  }
  if (!hasDate(format)) {
    const time = { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } as const;
    return as({ type: 'INT64', converted_type: 'TIME_MICROS', logical_type: time }, dateOr(format, microseconds));
  }
  const isAdjustedToUTC = /%:?z/.test(format);
  const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } as const;
  return as({ type: 'INT64', logical_type }, dateOr(format, microseconds));
}

function microseconds(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e6));
}

/** A number, or the number that a code is; null for any other text beside the numbers. */
function numberOr(write: (value: number) => unknown): ParquetColumn['value'] {
  return (cell) => {
    const value = typeof cell === 'string' ? parseNumber(cell) : cell;
    return value === null ? null : write(value);
  };
}

/** A date, or the date that a code is; null for any other text beside the dates. */
function dateOr(format: string, write: (seconds: number) => unknown): ParquetColumn['value'] {
  return (cell) => {
    const seconds = typeof cell === 'string' ? parseDatetime(format, cell) : cell;
    return seconds === null ? null : write(seconds);
  };
}

/** A text may be missing where no training row's is: rows that no model wrote a text for have none. */
function mayBeMissing({ kind, nullable }: Column): boolean {
  return kind === 'text' || (nullable && kind !== 'identifier');
}
