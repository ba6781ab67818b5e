import { OptionError } from '../../errors.js';
import { checkHeader, parseCsv, type CsvTable } from './csv.js';
import { isJson, parseJsonRecords } from './json-records.js';
import { isParquet, parseParquet } from './parquet-records.js';
import { isZip, parseSpreadsheet } from './spreadsheet.js';

/**
 * Reads a table of any format that is known by its first bytes: Parquet, an Excel workbook, JSON Lines (or an array of
 * objects), else CSV.
 *
 * @param sheet name of the sheet of a workbook; the first when left out.
 * @throws TableError when it cannot be read, OptionError for a sheet of what is no workbook.
 */
export async function parseTable(bytes: Uint8Array, sheet?: string): Promise<CsvTable> {
  if (isZip(bytes)) return checked(await parseSpreadsheet(bytes, sheet));
  if (sheet !== undefined) {
    throw new OptionError({
      problem: '--sheet is for Excel workbooks',
      expected: 'an .xlsx file',
      remedy: 'Leave it out.',
    });
  }
  if (isParquet(bytes)) return checked(await parseParquet(bytes));
  return isJson(bytes) ? checked(parseJsonRecords(bytes)) : parseCsv(bytes);
}

function checked(table: CsvTable): CsvTable {
  checkHeader(table.header);
  return table;
}
