import readWorkbook from 'read-excel-file/universal';
import { TableError } from '../../errors.js';
import type { CsvTable } from './csv.js';
import { PLAIN_DIALECT } from './csv-dialect.js';
import { dateText } from './parquet-records.js';

type CellValue = string | number | boolean | Date | null;

/** Whether a file is a ZIP archive, as an `.xlsx` workbook is. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 0x03 && bytes[3] === 0x04;
}

/**
 * Reads a sheet of an Excel workbook (`.xlsx`) as a table: the first sheet, or the one named. Rows above the header that
 * have one cell at most are skipped, and rows and columns without any cell.
 * @throws TableError when it is no workbook, has no such sheet, or no table in it.
 */
export async function parseSpreadsheet(bytes: Uint8Array, sheet?: string): Promise<CsvTable> {
  const sheets = await readSheets(bytes);
  const names = sheets.map((each) => each.sheet);
  const found = sheet === undefined ? sheets[0] : sheets.find((each) => each.sheet === sheet);
  if (!found) throw noSheet(sheet, names);
  const rows = (found.data as CellValue[][]).filter((row) => row.some(isFilled));
  const start = rows.findIndex((row) => row.filter(isFilled).length > 1);
  const [head = [], ...body] = rows.slice(Math.max(0, start));
  const places = [...head.keys()].filter((place) => isFilled(head[place]) || body.some((row) => isFilled(row[place])));
  const header = places.map((place) => String(head[place] ?? '').trim());
  if (header.length < 2 || body.length === 0) throw noTable(found.sheet);
  const columns = places.map((place) => columnTexts(body.map((row) => row[place] ?? null)));
  const others = names.filter((name) => name !== found.sheet);
  const note = `read from sheet ${JSON.stringify(found.sheet)}; the others are ${others.map((name) => JSON.stringify(name)).join(', ')}`;
  const notes = sheet === undefined && others.length > 0 ? [note] : [];
  return {
    header,
    records: body.map((_, row) => columns.map((cells) => cells[row]!)),
    dialect: PLAIN_DIALECT,
    plainNumbers: true,
    notes,
  };
}

async function readSheets(bytes: Uint8Array): Promise<{ sheet: string; data: unknown[][] }[]> {
  try {
    return await readWorkbook(new Blob([new Uint8Array(bytes)]));
  } catch {
    throw new TableError({
      problem: 'the file is a ZIP archive, but no Excel workbook that can be read',
      expected: 'an .xlsx workbook',
      remedy: 'Save the sheet as .xlsx or as CSV; unpack it first if it is an archive.',
    });
  }
}

function isFilled(cell: CellValue | undefined): boolean {
  return cell !== null && cell !== undefined && cell !== '';
}

function columnTexts(cells: CellValue[]): string[] {
  const areDays = cells.every((cell) => !(cell instanceof Date) || cell.getTime() % 86_400_000 === 0);
  return cells.map((cell) => {
    if (cell === null) return '';
    return cell instanceof Date ? dateText(cell, areDays) : String(cell);
  });
}

function noSheet(sheet: string | undefined, names: string[]): TableError {
  return new TableError({
    problem: sheet === undefined ? 'the workbook has no sheet' : `the workbook has no sheet ${JSON.stringify(sheet)}`,
    expected: names.map((name) => JSON.stringify(name)).join(', ') || 'a sheet',
    remedy: 'Name one of them: --sheet NAME.',
  });
}

function noTable(sheet: string): TableError {
  return new TableError({
    problem: `sheet ${JSON.stringify(sheet)} has no table`,
    expected: 'a row of at least two column names, and rows below it',
    remedy: 'Name another sheet: --sheet NAME.',
  });
}
