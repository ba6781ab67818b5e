import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { Column, Row, TableSchema } from '../dataset.js';
import { datetimeStep } from '../datetime-format.js';
import { areTruths, truthOf } from '../label-match.js';

const DAY = 86_400;

/** How cells of a column stand in a Parquet file. */
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
 * points in time TIMESTAMP in microseconds (of UTC where the format has an offset, else of no time zone), all else
 * STRING. A column that may be missing is OPTIONAL. Deterministic. Memory: one row group.
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
    return isWhole ? as({ type: 'INT64' }, BigInt) : as({ type: 'DOUBLE' }, Number);
  }
  if (column.kind === 'datetime') return datetimeColumn(column.format, as);
  if (column.kind === 'boolean' && areTruths(column.categories)) {
    return as({ type: 'BOOLEAN' }, (cell) => truthOf(String(cell)));
  }
  return as({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, String);
}

function datetimeColumn(
  format: string,
  as: (element: Partial<SchemaElement>, value: ParquetColumn['value']) => ParquetColumn,
): ParquetColumn {
  const step = datetimeStep(format);
  if (step === null || step >= DAY) {
    return as({ type: 'INT32', converted_type: 'DATE' }, (seconds) => new Date(Number(seconds) * 1000));
  }
  const isAdjustedToUTC = /%:?z/.test(format);
  const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } as const;
  return as({ type: 'INT64', logical_type }, (seconds) => BigInt(Math.round(Number(seconds) * 1e6)));
}

function mayBeMissing(column: Column): boolean {
  return column.nullable && column.kind !== 'identifier';
}
