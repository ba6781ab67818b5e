import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { formatCsv, parseCsvPart } from '../../../../mallm/table/formats/csv.js';
import type { CsvDialect, Row, TableSchema } from '../../../../mallm/table/dataset.js';
import { formatJsonLines } from '../../../../mallm/table/formats/json-lines.js';
import { parseTable } from '../../../../mallm/table/formats/read-table.js';
import { beginParquet } from '../../../../mallm/table/formats/parquet.js';
import { readRows } from '../../../../mallm/table/inference/schema-inference.js';

const base = { description: '', nullable: true, missingToken: '' };
const schema: TableSchema = {
  target: 'mood',
  columns: [
    { ...base, name: 'id', kind: 'identifier', nullable: false, pattern: 'P-9999' },
    { ...base, name: 'age', kind: 'numeric', min: 1, max: 99, decimals: { min: 0, max: 0 } },
    { ...base, name: 'dose', kind: 'numeric', min: 0, max: 9, decimals: { min: 1, max: 2 }, decimalMark: ',' },
    { ...base, name: 'tiny', kind: 'numeric', min: 0, max: 1, decimals: { min: 0, max: 9 }, exponent: true },
    { ...base, name: 'smoker', kind: 'boolean', categories: ['no', 'yes'] },
    { ...base, name: 'ward', kind: 'boolean', categories: ['north', 'south'] },
    {
      ...base,
      name: 'mood',
      kind: 'categorical',
      nullable: false,
      categories: ['good "quoted"', 'bad, or so\nthey say', 'ünïcode'],
    },
    { ...base, name: 'born', kind: 'datetime', min: -1e10, max: 1e10, format: '%d.%m.%Y' },
    { ...base, name: 'seen', kind: 'datetime', min: -1e10, max: 1e10, format: '%Y-%m-%d %H:%M:%S.%f' },
    { ...base, name: 'note', kind: 'text', maxLength: 80 },
  ],
};
const rows: Row[] = [
  ['P-0001', 41, 1.5, 1.5e-7, 'yes', 'south', 'ünïcode', -86_400, 1_700_000_000.25, 'a "note"; with, all\nof it'],
  ['P-0002', null, null, null, null, null, 'good "quoted"', null, null, null],
  ['P-0003', 0, 0, 0.25, 'no', 'north', 'bad, or so\nthey say', 951_782_400, 0, ' spaced '],
];
const names = schema.columns.map(({ name }) => name);

describe('JSON Lines', () => {
  const lines = formatJsonLines(schema, rows).split('\n');

  it('hold one object a line, keys in order, missing cells as null', () => {
    expect(lines.pop()).toBe('');
    const objects = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects.map((object) => Object.keys(object))).toEqual(rows.map(() => names));
    expect(Object.values(objects[1]!)).toEqual([
      'P-0002',
      ...Array<null>(5).fill(null),
      'good "quoted"',
      null,
      null,
      null,
    ]);
    expect(objects[0]).toMatchObject({
      age: 41,
      dose: 1.5,
      tiny: 1.5e-7,
      smoker: true,
      ward: 'south',
      born: '31.12.1969',
    });
    expect(objects[2]).toMatchObject({
      mood: 'bad, or so\nthey say',
      smoker: false,
      note: ' spaced ',
      seen: '1970-01-01 00:00:00.000000',
    });
  });

  it('write numbers with the decimals of their column', () => {
    expect(lines[0]).toContain('"dose":1.5,"tiny":1.5e-07');
    expect(lines[2]).toContain('"age":0,"dose":0.0');
  });
});

describe('Parquet', () => {
  const file = beginParquet(schema);
  const bytes = Buffer.concat([file.rowGroup(rows.slice(0, 2)), file.rowGroup(rows.slice(2)), file.end()]);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);

  it('has typed columns, one row group for each that was written', () => {
    const {
      schema: [, ...elements],
      row_groups: groups,
      num_rows: count,
    } = parquetMetadata(buffer);
    expect(Number(count)).toBe(3);
    expect(groups.map((group) => Number(group.num_rows))).toEqual([2, 1]);
    expect(elements.map(({ name, type }) => `${name} ${type}`)).toEqual([
      ...['id BYTE_ARRAY', 'age INT64', 'dose DOUBLE', 'tiny DOUBLE', 'smoker BOOLEAN', 'ward BYTE_ARRAY'],
      ...['mood BYTE_ARRAY', 'born INT32', 'seen INT64', 'note BYTE_ARRAY'],
    ]);
    expect(elements[7]).toMatchObject({ converted_type: 'DATE', repetition_type: 'OPTIONAL' });
    expect(elements[8]!.logical_type).toMatchObject({ type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' });
    expect(elements[6]!.repetition_type).toBe('REQUIRED');
  });

  it('gives every cell back', async () => {
    const back = await parquetReadObjects({ file: buffer });
    expect(back.map((object) => Object.keys(object))).toEqual(rows.map(() => names));
    const [first, second, third] = back;
    expect(first).toMatchObject({ id: 'P-0001', age: 41n, dose: 1.5, tiny: 1.5e-7, smoker: true, ward: 'south' });
    expect(first).toMatchObject({ mood: 'ünïcode', note: 'a "note"; with, all\nof it' });
    expect((first!.born as Date).toISOString()).toBe('1969-12-31T00:00:00.000Z');
    expect((first!.seen as Date).toISOString()).toBe('2023-11-14T22:13:20.250Z');
    expect(Object.values(second!).map((cell: unknown) => cell ?? null)).toEqual([
      'P-0002',
      ...Array<null>(5).fill(null),
      'good "quoted"',
      null,
      null,
      null,
    ]);
    expect(third).toMatchObject({ age: 0n, smoker: false, mood: 'bad, or so\nthey say', note: ' spaced ' });
    expect((third!.born as Date).toISOString()).toBe('2000-02-29T00:00:00.000Z');
  });

  it('is a whole file without a row', async () => {
    const empty = Buffer.from(beginParquet(schema).end());
    expect(
      await parquetReadObjects({
        file: empty.buffer.slice(empty.byteOffset, empty.byteOffset + empty.length),
      }),
    ).toEqual([]);
  });
});

describe('a part of a CSV file', () => {
  it.each<CsvDialect>([
    { delimiter: ',', newline: '\n', bom: true },
    { delimiter: ';', newline: '\r\n', bom: false },
    { delimiter: ',', newline: '\n', bom: false, spaced: true },
    { delimiter: '\t', newline: '\n', bom: false, quoted: { header: true, columns: [0, 6, 9], missing: true } },
  ])('is read back as it was written: %j', (dialect) => {
    const nothing: Row = ['P-0004', null, null, null, null, null, 'ünïcode', null, null, null];
    const all = [...rows, nothing];
    const text = formatCsv(schema, all, dialect, { header: false });
    expect(readRows(schema, names, parseCsvPart(text, dialect))).toEqual(all);
    expect(parseCsvPart('', dialect)).toEqual([]);
  });
});

describe('what is written is read again', () => {
  const readable = {
    ...schema,
    columns: [
      ...schema.columns,
      { ...base, name: 'clock', kind: 'datetime' as const, min: 0, max: 86_399, format: '%H:%M' },
      { ...base, name: 'silent', kind: 'text' as const, nullable: false, maxLength: 9 },
    ],
  };
  const all = rows.map((row, index): Row => [...row, index === 1 ? null : 70_020 + index * 60, null]);
  const file = beginParquet(readable);
  const parquet = Buffer.concat([file.rowGroup(all), file.end()]);

  it.each([
    ['JSON Lines', Buffer.from(formatJsonLines(readable, all))],
    ['Parquet', parquet],
    ['CSV', Buffer.from(formatCsv(readable, all, { delimiter: ';', newline: '\n', bom: false }))],
  ])('%s', async (_, bytes) => {
    const table = await parseTable(bytes);
    expect(readRows(readable, table.header, table.records, table)).toEqual(all);
  });

  it('a time of day is a time in Parquet, and a text column may come out empty', async () => {
    const { schema: elements } = parquetMetadata(new Uint8Array(parquet).buffer);
    expect(elements.find(({ name }) => name === 'clock')!.logical_type).toMatchObject({ type: 'TIME' });
    expect(elements.find(({ name }) => name === 'silent')!.repetition_type).toBe('OPTIONAL');
    expect((await parseTable(parquet)).records.map((record) => record.slice(-2))).toEqual([
      ['19:27:00', ''],
      ['', ''],
      ['19:29:00', ''],
    ]);
  });
});

it('a code stays a number and a word a text in JSON Lines; Parquet has the code, and null for the word', async () => {
  const codes: TableSchema = {
    target: 'bmi',
    columns: [
      {
        ...{ ...base, name: 'bmi', kind: 'numeric', min: 10, max: 50, decimals: { min: 1, max: 1 } },
        specials: [
          { text: '-99', share: 0.5 },
          { text: 'pending', share: 0.5 },
        ],
      },
      {
        ...base,
        name: 'end',
        kind: 'datetime',
        min: 0,
        max: 1e9,
        format: '%Y-%m-%d',
        forms: [{ format: '%Y', share: 0.5 }],
      },
    ],
  };
  const written: Row[] = [
    [20.5, 86_400],
    ['-99', '1999'],
    ['pending', null],
  ];
  expect(formatJsonLines(codes, written)).toBe(
    '{"bmi":20.5,"end":"1970-01-02"}\n{"bmi":-99,"end":"1999"}\n{"bmi":"pending","end":null}\n',
  );
  const file = beginParquet(codes);
  const { records } = await parseTable(Buffer.concat([file.rowGroup(written), file.end()]));
  expect(records).toEqual([
    ['20.5', '1970-01-02'],
    ['-99', '1999'],
    ['', ''],
  ]);
  const csv = formatCsv(codes, written, { delimiter: ',', newline: '\n', bom: false });
  const lines = csv
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  expect(readRows(codes, ['bmi', 'end'], lines, { asWritten: true })).toEqual(written);
  expect(readRows(codes, ['bmi', 'end'], lines).map(([bmi]) => bmi)).toEqual([20.5, null, null]);
});
