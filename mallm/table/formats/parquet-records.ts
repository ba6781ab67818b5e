import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { TableError } from '../../errors.js';
import type { CsvTable } from './csv.js';
import { PLAIN_DIALECT } from './csv-dialect.js';

const MIDNIGHT = /T00:00:00\.000Z$/;

/** Whether a file is Parquet. */
export function isParquet(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === 'PAR1';
}

/**
 * Reads a Parquet file as a table: null is an empty cell, a day is written `2024-03-05`, a point in time
 * `2024-03-05 09:15:00`, a time of day `09:15:00`.
 * @throws TableError when it is damaged, or has lists or structures in its cells.
 */
export async function parseParquet(bytes: Uint8Array): Promise<CsvTable> {
  const file = new Uint8Array(bytes).buffer;
  const objects = await readObjects(file);
  const elements = parquetSchema(await parquetMetadataAsync(file)).children.map(({ element }) => element);
  const header = elements.map(({ name }) => name);
  const columns = elements.map((element) => {
    const values = objects.map((object) => object[element.name]);
    return texts(element.logical_type?.type === 'TIME' ? values.map(timeOf(element)) : values, element.name);
  });
  return {
    header,
    records: objects.map((_, row) => columns.map((cells) => cells[row]!)),
    dialect: PLAIN_DIALECT,
    plainNumbers: true,
    notes: [],
  };
}

async function readObjects(file: ArrayBuffer): Promise<Record<string, unknown>[]> {
  try {
    return await parquetReadObjects({ file, compressors });
  } catch {
    throw new TableError({
      problem: 'the Parquet file cannot be read',
      expected: 'a whole Parquet file',
      remedy: 'Check that it was written to the end, or write the table as CSV.',
    });
  }
}

/** Turns counts since midnight into times of day. */
function timeOf({ converted_type: type }: SchemaElement): (value: unknown) => unknown {
  const unit = type === 'TIME_MILLIS' ? 1 : 1000;
  return (value) => {
    if (typeof value !== 'number' && typeof value !== 'bigint') return value;
    return new Date(Number(value) / unit)
      .toISOString()
      .slice(11, 23)
      .replace(/\.000$/, '');
  };
}

function texts(values: unknown[], name: string): string[] {
  const dates = values.filter((value) => value instanceof Date);
  const areDays = dates.every((date) => MIDNIGHT.test(date.toISOString()));
  return values.map((value) => {
    if (value === null || value === undefined) return '';
    if (value instanceof Date) return dateText(value, areDays);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    throw new TableError({
      problem: `column ${JSON.stringify(name)} of the Parquet file has lists or structures in its cells`,
      expected: 'texts, numbers, dates, true and false',
      remedy: 'Flatten it, or leave it out.',
    });
  });
}

/** A date as text: the day alone, or with its time, with milliseconds where there are any. */
export function dateText(date: Date, isDay: boolean): string {
  const iso = date.toISOString();
  return isDay
    ? iso.slice(0, 10)
    : iso
        .slice(0, 23)
        .replace('T', ' ')
        .replace(/\.000$/, '');
}
