import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { parseTable } from '../../../../mallm/table/formats/read-table.js';
import { fileBytes } from '../../../support/tables.js';

const CASE = 'test/fixtures/cases/files-refused-with-a-beside-the-point-reason';
const FIRST = { age: '48', bmi: '25.2', sex: 'F', ort: 'Bern', outcome: 'yes' };

async function read(path: string): Promise<Awaited<ReturnType<typeof parseTable>>> {
  return parseTable(fileBytes(path));
}

describe('lines above the header', () => {
  test.each([
    ['sep=;', 'f_sep.csv', []],
    ['comments', 'f_comment.csv', ['2 lines above the header skipped']],
    ['a title', 'f_title.csv', ['2 lines above the header skipped']],
    ['JSON Lines', 'f_jsonl.jsonl', []],
  ])('%s: the same 80 rows', async (_, file, notes) => {
    const table = await read(`${CASE}/${file}`);
    expect(table.header).toEqual(Object.keys(FIRST));
    expect(table.records).toHaveLength(80);
    expect(table.records[0]).toEqual(Object.values(FIRST));
    expect(table.notes).toEqual(notes);
  });

  test('a header that begins with # or has numbers below it stays the header', async () => {
    expect((await parseTable(Buffer.from('#id,age\n1,2\n'))).header).toEqual(['#id', 'age']);
    expect((await parseTable(Buffer.from('"name\nof it",age\nx,2\n'))).header).toEqual(['name\nof it', 'age']);
    await expect(parseTable(Buffer.from('a\n1,2\n3,4\n'))).rejects.toThrow(/does not fit its header|one column only/);
  });
});

describe('encodings', () => {
  const text = 'ort,größe\nGenève,1\n"Zürich – Süd",2\n';
  const windows = Buffer.from(text.replace('–', '\u0096'), 'latin1');
  const expected = [
    ['Genève', '1'],
    ['Zürich – Süd', '2'],
  ];
  test.each([
    ['Windows-1252', windows, ['read as Windows-1252; what is written is UTF-8']],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), ['read as UTF-16; what is written is UTF-8']],
    ['UTF-16 without one', Buffer.from(text, 'utf16le').swap16(), ['read as UTF-16; what is written is UTF-8']],
    ['UTF-8', Buffer.from(text), []],
  ])('%s', async (_, bytes, notes) => {
    const table = await parseTable(bytes);
    expect(table.header).toEqual(['ort', 'größe']);
    expect(table.records).toEqual(expected);
    expect(table.notes).toEqual(notes);
  });
});

describe('an Excel workbook', () => {
  const bytes = fileBytes('test/fixtures/tables/visits.xlsx');

  test('its first sheet, without the title, with dates as days', async () => {
    const { header, records, notes } = await parseTable(bytes);
    expect(header).toEqual(['age', 'weight', 'seen', 'ward', 'smoker']);
    expect(records).toHaveLength(12);
    expect(records.slice(0, 3)).toEqual([
      ['30', '60.5', '2023-03-15', 'süd', 'true'],
      ['31', '61.5', '2023-03-18', 'north', 'false'],
      ['32', '', '2023-03-21', 'süd', 'false'],
    ]);
    expect(notes).toEqual(['read from sheet "Visits"; the others are "Pairs"']);
  });

  test('a sheet by its name', async () => {
    expect((await parseTable(bytes, 'Pairs')).records[9]).toEqual(['9', '18']);
    await expect(parseTable(bytes, 'Nope')).rejects.toThrow(/no sheet "Nope".*"Visits", "Pairs"/);
    await expect(parseTable(Buffer.from('a,b\n1,2\n'), 'Pairs')).rejects.toThrow(/--sheet is for Excel/);
  });

  test('a ZIP file that is none', async () => {
    await expect(parseTable(Buffer.from('PK\u0003\u0004junk'))).rejects.toThrow(/no Excel workbook/);
  });
});

test('a Parquet file: dates, numbers, truths and empty cells', async () => {
  const day = new Date('2024-03-05T00:00:00Z');
  const bytes = parquetWriteBuffer({
    columnData: [
      { name: 'n', data: [1.5, null] },
      { name: 'big', data: [12345678901n, 2n] },
      { name: 'yes', data: [true, false] },
      { name: 'at', data: [day, new Date('2024-03-05T09:15:00Z')], type: 'TIMESTAMP' },
      { name: 'text', data: ['Genève', ''] },
    ],
  });
  const { header, records } = await parseTable(Buffer.from(bytes));
  expect(header).toEqual(['n', 'big', 'yes', 'at', 'text']);
  expect(records).toEqual([
    ['1.5', '12345678901', 'true', '2024-03-05 00:00:00', 'Genève'],
    ['', '2', 'false', '2024-03-05 09:15:00', ''],
  ]);
  await expect(parseTable(Buffer.from('PAR1junk'))).rejects.toThrow(/Parquet file cannot be read/);
});

test('JSON: an array of objects, numbers as written, missing keys empty; nested values are named', async () => {
  const { header, records } = await parseTable(Buffer.from('[{"a": 35.0, "b": "x\\"1"}, {"b": true, "c": null}]'));
  expect(header).toEqual(['a', 'b', 'c']);
  expect(records).toEqual([
    ['35.0', 'x"1', ''],
    ['', 'true', ''],
  ]);
  await expect(parseTable(Buffer.from('{"a":1,"b":[1]}\n'))).rejects.toThrow(/row 1 has no plain value in column "b"/);
  await expect(parseTable(Buffer.from('{"a":1,"b":2}\n{"a":\n'))).rejects.toThrow(/line 2 of the table.*not JSON/);
});
