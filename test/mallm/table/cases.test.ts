import { describe, expect, test } from 'vitest';
import { cellFromJson } from '../../../mallm/table/cell.js';
import { columnNamed, type Cell, type Column, type Row } from '../../../mallm/table/dataset.js';
import { finishedRows, identifiersOf } from '../../../mallm/table/finished-rows.js';
import { formatCell } from '../../../mallm/table/formats/csv.js';
import { readRows } from '../../../mallm/table/inference/schema-inference.js';
import { parseCondition } from '../../../mallm/conditions/condition-parser.js';
import { csvOf, cycle, fileBytes, typedTable, type TypedTable } from '../../support/tables.js';

/** Small tables after what users reported: test/fixtures/cases. */
function tableOf(path: string, target: string, metadata?: string): TypedTable {
  const json =
    metadata === undefined
      ? undefined
      : (JSON.parse(fileBytes(`test/fixtures/cases/${metadata}`).toString()) as unknown);
  return typedTable(fileBytes(`test/fixtures/cases/${path}`), target, json);
}

function numbersOf({ schema, rows }: TypedTable, name: string): Cell[] {
  const index = schema.columns.findIndex((column) => column.name === name);
  return rows.map((row) => row[index]!);
}

/** The texts that a column's cells come out as, after the table was drawn anew as it is, many times over. */
function written({ schema, rows }: TypedTable, name: string, times = 20): string[] {
  const many = Array.from({ length: times }, () => rows).flat();
  const finished = finishedRows(schema, many, { seed: 1, keys: identifiersOf(schema, rows) });
  const index = schema.columns.findIndex((column) => column.name === name);
  return finished.map((row: Row) => formatCell(schema.columns[index]!, row[index]!));
}

function shareOf(texts: readonly string[], accept: (text: string) => boolean): number {
  return texts.filter(accept).length / texts.length;
}

describe('formatted numbers are numbers, and are written back in their format', () => {
  const money = tableOf('formatted-numbers-are-text-or-labels/money.csv', 'status');
  const euro = tableOf('formatted-numbers-are-text-or-labels/euro8.csv', 'Raucher');

  test.each<[TypedTable, string, number, number]>([
    [money, 'limit', 8199, 557],
    [money, 'balance', 8198.78, -557.28],
    [money, 'rate', 11.9, 10.3],
    [money, 'weight', 94, 103],
    [money, 'income', 1928473, 586790],
    [money, 'fee', 344.68, 286.85],
    [euro, 'Kosten (€)', 67400.2, 35728.64],
    [euro, 'HbA1c', 2.22, 7.43],
    [euro, 'Anteil', 17.8, 45.3],
  ])('%#: %s', (table, name, first, third) => {
    const numbers = numbersOf(table, name);
    expect([numbers[0], numbers[2]]).toEqual([first, third]);
    expect(numbers.filter((cell) => typeof cell !== 'number')).toEqual([]);
    const index = table.header.indexOf(name);
    const column = columnNamed(table.schema, name);
    expect(numbers.map((cell) => formatCell(column, cell))).toEqual(table.records.map((record) => record[index]));
  });

  test('conditions and replies take them in either form', () => {
    expect(parseCondition(money.schema, 'rate > 20').condition).toEqual({ is: 'range', min: 20.1 });
    expect(parseCondition(money.schema, 'income > 1000000').condition).toEqual({ is: 'range', min: 1000001 });
    expect(cellFromJson(columnNamed(money.schema, 'limit'), '$2,297')).toEqual({ cell: 2297 });
    expect(cellFromJson(columnNamed(money.schema, 'limit'), 2297)).toEqual({ cell: 2297 });
  });

  test('labels that hold numbers stay labels', () => {
    expect(columnNamed(money.schema, 'crp')).toMatchObject({ kind: 'categorical' });
    expect(columnNamed(money.schema, 'risk')).toMatchObject({ kind: 'categorical' });
  });

  test.each([
    ['plus signs', ['+1.5', '-0.5', '+2.0', '+0.5'], [1.5, -0.5, 2, 0.5]],
    ['Swiss thousands', ["1'234.50", "12'000.00", '7.25', "1'000'000.00"], [1234.5, 12000, 7.25, 1e6]],
    ['a currency code', ['CHF 12.50', 'CHF 7.00', 'CHF 100.25', 'CHF 3.10'], [12.5, 7, 100.25, 3.1]],
    ['brackets with a currency', ['$5.00', '($17.25)', '$6.50', '$1,200.00'], [5, -17.25, 6.5, 1200]],
    ['exponents', ['1.5e-07', '0.25', '2.5e-06', '1.0'], [1.5e-7, 0.25, 2.5e-6, 1]],
    ['a unit without a space', ['38.5°C', '36.6°C', '40.1°C', '37.0°C'], [38.5, 36.6, 40.1, 37]],
  ])('%s', (_, texts, values) => {
    const cells = cycle(texts, 24).map((text) => `"${text}"`);
    const table = typedTable(csvOf({ n: cells, size: cycle(['1.5', '2', '7'], 24), y: cycle(['no', 'yes'], 24) }), 'y');
    expect(numbersOf(table, 'n').slice(0, 4)).toEqual(values);
    expect(values.map((value) => formatCell(columnNamed(table.schema, 'n'), value))).toEqual(texts);
  });
});

describe('codes for missing, and strays', () => {
  const table = tableOf('missing-codes-are-averaged/missing.csv', 'outcome');

  test.each<[string, number, number, Record<string, number>]>([
    ['bmi', 14, 45, { '-99': 30 / 160 }],
    ['packyears', 0, 40, { '999': 32 / 160 }],
    ['children', 0, 5, { '-7': 22 / 160, '-9': 18 / 160, '-8': 12 / 160 }],
    ['sbp', 90, 200, { '.A': 9 / 160, '.B': 6 / 160 }],
  ])('%s: never a value, and written with about their share', (name, low, high, shares) => {
    const column = columnNamed(table.schema, name);
    if (column.kind !== 'numeric') throw new Error(column.kind);
    expect(column.min).toBeGreaterThanOrEqual(low);
    expect(column.max).toBeLessThanOrEqual(high);
    expect(column.specials?.map(({ text }) => text)).toEqual(
      Object.keys(shares).sort((a, b) => shares[b]! - shares[a]!),
    );
    const texts = written(table, name);
    for (const [code, share] of Object.entries(shares)) {
      expect(shareOf(texts, (text) => text === code)).toBeCloseTo(share, 1);
    }
    expect(cellFromJson(column, Object.keys(shares)[0])).toEqual({ cell: null });
  });

  test('what may as well be a value is none: an age of 99, a negative measure, a child more', () => {
    const ages = Array.from({ length: 60 }, (_, i) => String(40 + i));
    const cold = cycle(['-9', '-9', '-5', '0', '4', '9', '12'], 60);
    const csv = csvOf({
      age: [...ages.slice(0, 58), '99', '99'],
      cold,
      kids: cycle(['0', '1', '2', '3', '9'], 60),
      y: cycle(['no', 'yes'], 60),
    });
    for (const name of ['age', 'cold', 'kids']) {
      expect(columnNamed(typedTable(csv, 'y').schema, name)).not.toHaveProperty('specials');
    }
  });

  test('a few cells that are no numbers do not make 120 empty ones: the frequent are kept, the rare are missing', () => {
    const values = Array.from({ length: 120 }, (_, i) =>
      i % 12 === 0 ? 'pending' : i % 20 === 1 ? '<0.5' : String(i / 4),
    );
    values[7] = 'hemolyzed';
    const stray = typedTable(csvOf({ lab: values, y: cycle(['no', 'yes'], 120) }), 'y');
    const column = columnNamed(stray.schema, 'lab');
    expect(column).toMatchObject({ kind: 'numeric', nullable: true });
    const texts = written(stray, 'lab');
    expect(shareOf(texts, (text) => text === 'pending')).toBeCloseTo(10 / 120, 1);
    expect(texts).not.toContain('hemolyzed');
    expect(shareOf(texts, (text) => text === '')).toBeGreaterThan(0);
    expect(shareOf(texts, (text) => /^[\d.]+$/.test(text))).toBeCloseTo(103 / 120, 1);
  });
});

describe('a label that looks like missing', () => {
  const categorical = Object.fromEntries(
    ['country', 'continent', 'pain', 'bread'].map((name) => [name, { sdtype: 'categorical' }]),
  );
  const table = typedTable(fileBytes('test/fixtures/cases/NA-as-a-value/namibia.csv'), 'risk', {
    columns: categorical,
  });

  test.each([
    ['country', 'NA', 23],
    ['continent', 'NA', 24],
    ['pain', 'None', 36],
    ['bread', 'nan', 41],
  ])('%s %s is a value where the metadata says categorical', (name, label, count) => {
    const column = columnNamed(table.schema, name);
    expect(column).toMatchObject({ kind: 'categorical', nullable: false });
    expect(numbersOf(table, name).filter((cell) => cell === label)).toHaveLength(count);
    expect(cellFromJson(column, label)).toEqual({ cell: label });
    expect(parseCondition(table.schema, `${name} = "${label}"`).condition).toEqual({ is: 'equal', value: label });
  });
});

describe('sdtypes', () => {
  const folder = 'unknown-sdtype-becomes-random-ids';

  test.each([
    [`${folder}/e_tr.csv`, 'y', `${folder}/meta_ord.json`, /"stage".*"ordinal".*"categorical" with an "order"/],
    [`${folder}/namibia.csv`, 'risk', `${folder}/meta_sch_typo.json`, /"score".*"integer"\. Write "numerical"/],
    [
      `${folder}/realestate.csv`,
      'Y house price of unit area',
      `${folder}/meta_sch_lat.json`,
      /"float"\. Write "numerical"/,
    ],
  ])('%s: one that is not known is refused, with the right one named', (csv, target, metadata, message) => {
    expect(() => tableOf(csv, target, metadata)).toThrow(message);
  });

  test('latitude and longitude are numbers, a country code is a label', () => {
    const coordinates = { 'X5 latitude': { sdtype: 'latitude' }, 'X6 longitude': { sdtype: 'longitude', pii: false } };
    const { schema } = typedTable(
      fileBytes(`test/fixtures/cases/${folder}/realestate.csv`),
      'Y house price of unit area',
      { columns: coordinates },
    );
    expect(columnNamed(schema, 'X5 latitude')).toMatchObject({ kind: 'numeric', decimals: { max: 5 } });
    expect(columnNamed(schema, 'X6 longitude')).toMatchObject({ kind: 'numeric' });
    const countries = typedTable(fileBytes('test/fixtures/cases/NA-as-a-value/namibia.csv'), 'risk', {
      columns: { country: { sdtype: 'country_code' } },
    });
    expect(columnNamed(countries.schema, 'country').kind).toBe('categorical');
  });
});

describe('dates', () => {
  const table = tableOf('mixed-time-zones-lost/dates.csv', 'arm');

  test('offsets that differ come out in about their shares', () => {
    const index = table.header.indexOf('iso_tz');
    const offset = (text: string): string => text.slice(-6);
    const real = table.records.map((record) => record[index]!);
    const texts = written(table, 'iso_tz');
    for (const zone of ['+00:00', '+01:00', '-05:00', '-08:00', '+03:00']) {
      const share = shareOf(real, (text) => offset(text) === zone);
      expect(share).toBeGreaterThan(0.05);
      expect(Math.abs(shareOf(texts, (text) => offset(text) === zone) - share)).toBeLessThan(0.03);
    }
    expect(numbersOf(table, 'iso_tz')[0]).toBe(Date.UTC(2020, 6, 15, 17, 54, 59) / 1000);
  });

  test('dates without a day or a month keep their shares, and lie in the time of all others', () => {
    const column = columnNamed(table.schema, 'brthdtc');
    expect(column).toMatchObject({ kind: 'datetime', format: '%Y-%m-%d', nullable: false });
    const real = table.records.map((record) => record[table.header.indexOf('brthdtc')]!);
    const texts = written(table, 'brthdtc');
    for (const length of [4, 7, 10]) {
      const share = shareOf(real, (text) => text.length === length);
      expect(share).toBeGreaterThan(0.05);
      expect(Math.abs(shareOf(texts, (text) => text.length === length) - share)).toBeLessThan(0.03);
    }
    const cells = numbersOf(table, 'brthdtc') as number[];
    real.forEach((text, row) => expect(formatCell(column, cells[row]!).slice(0, text.length)).toBe(text));
  });

  test('a date far from all others is a code; a word beside dates is kept', () => {
    const days = Array.from({ length: 60 }, (_, i) =>
      i % 6 === 0 ? '9999-12-31' : i % 10 === 1 ? 'ongoing' : `2021-03-${String((i % 28) + 1).padStart(2, '0')}`,
    );
    const ended = typedTable(
      csvOf({ end: days, size: cycle(['1.5', '2', '7'], 60), y: cycle(['no', 'yes'], 60) }),
      'y',
    );
    const column = columnNamed(ended.schema, 'end') as Extract<Column, { kind: 'datetime' }>;
    expect(column).toMatchObject({ kind: 'datetime', max: Date.UTC(2021, 2, 28) / 1000 });
    const texts = written(ended, 'end');
    expect(shareOf(texts, (text) => text === '9999-12-31')).toBeCloseTo(1 / 6, 1);
    expect(shareOf(texts, (text) => text === 'ongoing')).toBeCloseTo(5 / 60, 1);
  });
});

describe('keys and persons', () => {
  test('several shapes of keys keep their shapes and shares, and none is one of the table', () => {
    const table = tableOf('parquet-crash-on-empty-text/codes.csv', 'churn');
    const real = table.records.map((record) => record[0]!);
    const isLong = (text: string): boolean => /^\d{8}-\d$/.test(text);
    const texts = written(table, 'order_no', 4);
    expect(texts.every((text) => isLong(text) || /^\d{8}$/.test(text))).toBe(true);
    expect(Math.abs(shareOf(texts, isLong) - shareOf(real, isLong))).toBeLessThan(0.02);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.filter((text) => real.includes(text))).toEqual([]);
    expect(columnNamed(table.schema, 'phone')).toMatchObject({ kind: 'identifier', personal: 'phone' });
    expect(columnNamed(table.schema, 'zip')).toMatchObject({ kind: 'categorical' });
    expect(columnNamed(table.schema, 'icd10')).toMatchObject({ kind: 'categorical' });
    expect(columnNamed(tableOf('rare-values-come-back/rare.csv', 'outcome').schema, 'zip').kind).toBe('categorical');
  });

  test('names and e-mail addresses are made afresh, unless they are to be kept', () => {
    const table = tableOf('rare-values-come-back/rare.csv', 'outcome');
    for (const [name, shape] of [
      ['name', /^\p{Lu}\p{L}+ \p{Lu}\p{L}+$/u],
      ['email', /^[a-z]+\.[a-z]+\d\d@example\.org$/],
    ] as const) {
      const texts = written(table, name);
      const real = table.records.map((record) => record[table.header.indexOf(name)]);
      expect(texts.every((text) => shape.test(text))).toBe(true);
      expect(new Set(texts).size).toBe(texts.length);
      expect(texts.filter((text) => real.includes(text))).toEqual([]);
    }
  });

  test('a fresh name is not one of the data, whichever they are', () => {
    const column = columnNamed(tableOf('rare-values-come-back/rare.csv', 'outcome').schema, 'name');
    const first = finishedRows(
      { columns: [column], target: '' },
      cycle([''], 50).map(() => [null]),
      { seed: 3, keys: {} },
    );
    const taken = first.map(([cell]) => String(cell));
    const second = finishedRows({ columns: [column], target: '' }, first, { seed: 3, keys: { name: taken } });
    expect(second.filter(([cell]) => taken.includes(String(cell)))).toEqual([]);
  });

  test('columns without any cell stay empty', () => {
    const table = tableOf('files-refused-with-a-beside-the-point-reason/emptycols.csv', 'y');
    expect(table.schema.columns.filter((column) => 'empty' in column).map(({ name }) => name)).toEqual(['e1', 'e2']);
    expect(new Set(written(table, 'e1'))).toEqual(new Set(['']));
    const redcap = tableOf('files-refused-with-a-beside-the-point-reason/redcap.csv', 'outcome');
    expect(columnNamed(redcap.schema, 'redcap_repeat_instance')).toMatchObject({ empty: true });
  });
});

describe('number grids', () => {
  test.each([
    ['halves', Array.from({ length: 40 }, (_, i) => String(i / 2)), 0.5],
    ['fives', Array.from({ length: 40 }, (_, i) => String(60 + 5 * (i % 17))), 5],
    ['steps of 250', cycle(['1000', '1250', '2500', '3750', '500'], 40), 250],
    ['tenths', Array.from({ length: 40 }, (_, i) => String(i / 10)), undefined],
    ['whole numbers', Array.from({ length: 40 }, (_, i) => String((i * 7) % 31)), undefined],
    ['few even numbers', cycle(['2', '4', '8'], 40), undefined],
  ])('%s', (_, cells, step) => {
    const { schema } = typedTable(csvOf({ n: cells, y: cycle(['no', 'yes'], 40) }), 'y');
    const column = columnNamed(schema, 'n') as Extract<Column, { kind: 'numeric' }>;
    expect(column.step).toBe(step);
    if (step === undefined) return;
    const { min } = column;
    expect(cellFromJson(column, min + step * 1.2)).toEqual({ cell: min + step });
    expect(parseCondition(schema, `n > ${min}`).condition).toMatchObject({ min: min + step });
  });
});

test('rows of another file: codes are missing there too, a stray beside them is, and many are refused', () => {
  const { schema, header, records } = tableOf('missing-codes-are-averaged/missing.csv', 'outcome');
  const index = header.indexOf('bmi');
  const changed = (text: (row: number) => string): string[][] =>
    records.map((record, row) => record.map((cell, place) => (place === index ? text(row) : cell)));
  const bmi = (rows: Row[]): Cell[] => rows.map((row) => row[index]!);
  expect(
    bmi(
      readRows(
        schema,
        header,
        changed((row) => (row === 0 ? '-99' : row === 1 ? 'odd' : '20.5')),
      ),
    ).slice(0, 3),
  ).toEqual([null, null, 20.5]);
  expect(() =>
    readRows(
      schema,
      header,
      changed(() => 'odd'),
    ),
  ).toThrow(/"bmi" has 160 cells that cannot be read/);
});
