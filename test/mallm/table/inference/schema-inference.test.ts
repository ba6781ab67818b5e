import { describe, expect, test } from 'vitest';
import { describeColumn } from '../../../../mallm/table/column-description.js';
import { columnNamed, taskOf, type Column } from '../../../../mallm/table/dataset.js';
import { TableError } from '../../../../mallm/errors.js';
import { readRows } from '../../../../mallm/table/inference/schema-inference.js';
import { csvOf, cycle, fileBytes, typedTable } from '../../../support/tables.js';

const SECRET = 'Rumpelstiltskin';
const FILLER = { size: cycle(['1.5', '2.5', '4.25'], 24), y: cycle(['no', 'yes'], 24) };

/** The column that 24 such cells make. */
function columnOf(cells: readonly string[], name = 'x'): Column {
  return columnNamed(typedTable(csvOf({ [name]: cells, ...FILLER }), 'y').schema, name);
}

function many(make: (index: number) => string, count = 24): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function failure(csv: string, target: string): TableError {
  try {
    typedTable(csv, target);
  } catch (error) {
    expect(error).toBeInstanceOf(TableError);
    return error as TableError;
  }
  throw new Error('no error');
}

describe('numbers', () => {
  test.each([
    ['whole numbers', cycle(['3', '-7', '12']), 'integer from -7 to 12'],
    ['whole numbers written with a decimal', cycle(['35.0', '17.0', '90.0']), 'integer from 17 to 90'],
    ['decimals', cycle(['0.5', '12', '3.125']), 'number with at most 3 decimals from 0.5 to 12'],
    ['one decimal', cycle(['0.5', '12', '3.1']), 'number with at most 1 decimal from 0.5 to 12'],
    ['exponents', cycle(['1.5e-3', '2E2', '7']), 'number with at most 4 decimals from 0.0015 to 200'],
    ['signs and bare points', cycle(['+1', '.5', '-.25', '3.']), 'number with at most 2 decimals from -0.25 to 3'],
    ['one value', cycle(['42']), 'integer from 42 to 42'],
    ['with missing cells', cycle(['1', 'NA', '3', '2']), 'integer from 1 to 3; may be null'],
    [
      'with missing cells of many kinds',
      cycle(['1', 'NA', '', 'nan', '?', '3', '2', '-', 'null', 'None']),
      'integer from 1 to 3; may be null',
    ],
  ])('%s', (_, cells, description) =>
    expect(describeColumn(columnOf(cells.concat(cells).slice(0, 24)))).toBe(description),
  );

  test('fewest and most decimals are kept apart', () => {
    expect(columnOf(cycle(['35.0', '17.0', '90.0'], 24))).toMatchObject({ decimals: { min: 1, max: 0 } });
    expect(columnOf(cycle(['22.0', '22.515', '30.8'], 24))).toMatchObject({ decimals: { min: 1, max: 3 } });
    expect(columnOf(cycle(['1.20', '3.45', '6.00'], 24))).toMatchObject({ decimals: { min: 2, max: 2 } });
  });

  test('leading zeros make labels, and so do two values', () => {
    expect(columnOf(cycle(['007', '012', '999'], 24))).toMatchObject({
      kind: 'categorical',
      categories: ['007', '012', '999'],
    });
    expect(columnOf(cycle(['1', '2'], 24))).toMatchObject({ kind: 'categorical', categories: ['1', '2'] });
    expect(columnOf(cycle(['10.0', '9.0'], 24))).toMatchObject({ kind: 'categorical', categories: ['9.0', '10.0'] });
    expect(columnOf(cycle(['1', '0'], 24))).toMatchObject({ kind: 'boolean', categories: ['0', '1'] });
    expect(columnOf(cycle(['1'], 24))).toMatchObject({ kind: 'boolean', categories: ['1'] });
  });

  test('what is nearly a number is none', () => {
    for (const cells of [
      ['inf', '1', '2'],
      ['Room 1', 'Room 2', 'Room 3'],
      ['2 - low', '3 - mid', '4 - high'],
      ['1', '2', '<3'],
    ]) {
      const quoted = cycle(
        cells.map((cell) => `"${cell}"`),
        24,
      );
      expect(columnOf(quoted).kind).toBe('categorical');
    }
  });
});

describe('labels', () => {
  test('are sorted, no before yes', () => {
    expect(columnOf(cycle(['b', 'c', 'a'], 24))).toMatchObject({ kind: 'categorical', categories: ['a', 'b', 'c'] });
    expect(columnOf(cycle(['Yes', 'No'], 24))).toMatchObject({ kind: 'boolean', categories: ['No', 'Yes'] });
    expect(columnOf(cycle(['TRUE', 'FALSE', ''], 24))).toMatchObject({
      kind: 'boolean',
      categories: ['FALSE', 'TRUE'],
      nullable: true,
    });
    expect(columnOf(cycle(['male', 'female'], 24)).kind).toBe('categorical');
  });

  test('the commonest missing token is the one that is written', () => {
    expect(columnOf(cycle(['a', 'NA', 'b', '?', 'NA', 'c'], 24))).toMatchObject({ missingToken: 'NA', nullable: true });
    expect(columnOf(cycle(['a', 'b', 'c'], 24))).toMatchObject({ missingToken: '', nullable: false });
  });

  test('a column without missing cells takes the token of the table', () => {
    const { schema } = typedTable(csvOf({ a: cycle(['p', 'q', 'NA'], 24), ...FILLER }), 'y');
    expect(columnNamed(schema, 'size')).toMatchObject({ missingToken: 'NA', nullable: false });
  });

  test('None is a label where missing cells are written otherwise', () => {
    const { schema, rows } = typedTable(csvOf({ pain: cycle(['None', 'mild', '', 'severe'], 24), ...FILLER }), 'y');
    expect(columnNamed(schema, 'pain')).toMatchObject({ categories: ['None', 'mild', 'severe'], missingToken: '' });
    expect(rows.slice(0, 3).map((row) => row[0])).toEqual(['None', 'mild', null]);
    expect(columnOf(cycle(['None', 'mild', 'severe'], 24))).toMatchObject({
      categories: ['mild', 'severe'],
      missingToken: 'None',
    });
  });
});

describe('dates and times', () => {
  test.each([
    ['%Y-%m-%d', many((i) => `2020-03-${String(i + 1).padStart(2, '0')}`)],
    ['%m/%d/%Y', many((i) => `03/${String(i + 1).padStart(2, '0')}/2020`)],
    ['%d/%m/%Y', many((i) => `${String(i + 1).padStart(2, '0')}/03/2020`)],
    ['%-m/%-d/%Y', many((i) => `3/${i + 1}/2020`)],
    ['%d.%m.%Y', many((i) => `01.${String((i % 12) + 1).padStart(2, '0')}.2020`)],
    ['%d/%m/%Y', many((i) => `01/${String((i % 12) + 1).padStart(2, '0')}/${2019 + (i % 2)}`)],
    ['%m/%d/%Y', many((i) => `${String((i % 12) + 1).padStart(2, '0')}/01/${2019 + (i % 2)}`)],
    ['%d-%b-%Y', many((i) => `${String(i + 1).padStart(2, '0')}-Mar-2020`)],
    ['%d%^b%Y', many((i) => `${String(i + 1).padStart(2, '0')}MAR2020`)],
    ['%Y%m%d', many((i) => `202003${String(i + 1).padStart(2, '0')}`)],
    ['%Y-%m', many((i) => `${2000 + i}-07`)],
    ['%Y-%m-%d %H:%M', many((i) => `2020-03-04 ${String(i % 24).padStart(2, '0')}:05`)],
    ['%Y-%m-%dT%H:%M:%SZ', many((i) => `2020-03-04T05:06:${String(i).padStart(2, '0')}Z`)],
    ['%Y-%m-%dT%H:%M:%S.%3f+02:00', many((i) => `2020-03-04T05:06:07.${String(100 + i)}+02:00`)],
    ['%Y-%m-%d %H:%M:%S%:z', many((i) => `2020-03-04 05:06:07+${String(i % 24).padStart(2, '0')}:00`)],
    ['%Y-%m-%d %H:%M:%S+00', many((i) => `2020-03-04 05:06:${String(10 + i)}+00`)],
    ['%m/%d/%y %I:%M %p', many((i) => `03/${String(i + 1).padStart(2, '0')}/20 11:59 PM`)],
    ['%H:%M', many((i) => `${String(i).padStart(2, '0')}:30`)],
  ])('%s', (format, cells) => expect(columnOf(cells)).toMatchObject({ kind: 'datetime', format }));

  test('are written back as they were', () => {
    const csv = csvOf({ visit: many((i) => (i === 3 ? '' : `${(i % 12) + 1}/${i + 1}/2020 9:05`)), ...FILLER });
    const { schema, rows } = typedTable(csv, 'y');
    expect(columnNamed(schema, 'visit')).toMatchObject({ format: '%-m/%-d/%Y %-H:%M' });
    expect(rows[0]![0]).toBe(Date.UTC(2020, 0, 1, 9, 5) / 1000);
    expect(rows[3]![0]).toBeNull();
  });

  test('one that does not fit leaves labels', () => {
    expect(columnOf(many((i) => (i % 4 ? '2020-01-01' : '2020-02-30'))).kind).not.toBe('datetime');
  });

  test('eight digits out of any plausible year stay numbers', () => {
    expect(columnOf(many((i) => String(12340101 + (i % 5)))).kind).toBe('numeric');
  });
});

describe('identifiers and text', () => {
  test.each([
    ['patient_id', many((i) => String(1000 + i * 7)), 'identifier'],
    ['MRN', many((i) => `0${80017 + i * 31}`), 'identifier'],
    ['x', many((i) => `P-${String(100 + i * 3)}`), 'identifier'],
    ['x', many((i) => String(i + 1)), 'identifier'],
    ['x', many((i) => `${(0xabc000 + i * 7919).toString(16)}-4f${String(i % 10)}a`), 'identifier'],
    ['serum lipid', many((i) => String(100 + ((i * 7) % 61))), 'numeric'],
    ['x', many((i) => String(100 + ((i * 7) % 61))), 'numeric'],
    ['case_id', many((i) => String(1 + (i % 12))), 'identifier'],
    ['site_id', many((i) => String(1 + (i % 12))), 'numeric'],
    ['x', many((i) => (i % 3 ? `BB${10_017 + i * 31}` : `X-${100 + i}-${i}`)), 'identifier'],
    ['x', many((i) => `943 ${476 + i} ${5919 - i * 3}`), 'identifier'],
    ['pressure', many((i) => `${100 + i}/${60 + i}`), 'text'],
    ['tumour', many((i) => `${10 + i}.25 x 13.${10 + i} cm`), 'text'],
    ['salary', many((i) => String(31_017 + ((i * 7919) % 4001))), 'numeric'],
    ['weight_id', many((i) => String(i + 0.5)), 'numeric'],
    ['id', many((i) => (i === 5 ? '' : `A${100 + i}`)), 'identifier'],
    ['id', many((i) => (i > 10 ? '' : `A${100 + i}`)), 'text'],
    ['name', many((i) => `Person ${String.fromCharCode(65 + i)}`), 'identifier'],
    ['remark', many((i) => `Person ${String.fromCharCode(65 + i)}`), 'text'],
    [
      'note',
      cycle(
        ['Complained of a mild headache since the morning.', 'No complaints at all and came for the papers only.'],
        24,
      ).map((note, i) => (i % 3 ? note : `${note} Seen ${i} times.`)),
      'categorical',
    ],
    ['note', many((i) => `The patient came ${i} times with a complaint.`), 'text'],
    ['town', cycle(['Bonn', 'Ulm', 'Jena', 'Kiel', 'Hof'], 24), 'categorical'],
  ])('%s, case %#', (name, cells, kind) => expect(columnOf(cells, name).kind).toBe(kind));

  test('many labels stay labels where they repeat, and are text where most do not', () => {
    const towns = Array.from({ length: 330 }, (_, i) => `town${i < 60 ? i : i % 220}`);
    const table = (town: string[]): string =>
      csvOf({ town, size: cycle(['1.5', '2', '7'], 330), y: cycle(['no', 'yes'], 330) });
    expect(columnNamed(typedTable(table(towns.map((_, i) => `I${i % 115}`)), 'y').schema, 'town').kind).toBe(
      'categorical',
    );
    expect(columnNamed(typedTable(table(towns), 'y').schema, 'town')).toMatchObject({ kind: 'text', maxLength: 7 });
    expect(columnNamed(typedTable(table(towns), 'town').schema, 'town').kind).toBe('categorical');
  });

  test('the training tables of the benchmark keep their labels at 25 rows', () => {
    const { schema } = typedTable(fileBytes('test/fixtures/tables/adult-train-25.csv'), 'Income');
    expect(schema.columns.filter(({ kind }) => kind === 'text' || kind === 'identifier')).toEqual([]);
    expect(taskOf(schema)).toBe('classification');
  });

  test('the raw penguins are understood', () => {
    const { schema } = typedTable(fileBytes('test/fixtures/tables/penguins-raw.csv'), 'Species');
    expect(Object.fromEntries(schema.columns.map(({ name, kind }) => [name, kind]))).toMatchObject({
      'Sample Number': 'numeric',
      Region: 'categorical',
      'Individual ID': 'identifier',
      'Clutch Completion': 'boolean',
      'Date Egg': 'datetime',
      'Delta 13 C (o/oo)': 'numeric',
      Sex: 'categorical',
    });
  });
});

describe('the target', () => {
  const features = { size: FILLER.size, shape: cycle(['round', 'flat'], 24) };

  test('of few codes from 0 or 1 is a class, of more values a number', () => {
    const task = (cells: string[]): string => taskOf(typedTable(csvOf({ ...features, y: cells }), 'y').schema);
    expect(task(cycle(['0', '1', '2'], 24))).toBe('classification');
    expect(task(cycle(['1', '2', '3', '4', '5'], 24))).toBe('classification');
    expect(task(cycle(['0', '1', '2', '3', '4', '5'], 24))).toBe('regression');
    expect(task(cycle(['2007', '2008', '2009'], 24))).toBe('regression');
    expect(task(many((i) => String(i + 1)))).toBe('regression');
  });

  test.each([
    ['unknown', csvOf(FILLER), 'Size', /no column "Size".*Did you mean "size"\?/],
    ['one value', csvOf({ ...features, y: cycle([SECRET], 24) }), 'y', /"y" has one value only/],
    ['one value beside missing ones', csvOf({ ...features, y: cycle(['7', 'NA'], 24) }), 'y', /"y" has one value only/],
    [
      'another label in every row',
      csvOf({ ...features, y: many((i) => `${SECRET}${String.fromCharCode(97 + i)}`) }),
      'y',
      /another label in every row/,
    ],
    [
      'nothing beside it',
      csvOf({ id: many((i) => `A${100 + i}`), y: FILLER.y }),
      'y',
      /nothing but identifiers and text/,
    ],
    [
      'three rows',
      csvOf(FILLER).split('\n').slice(0, 4).join('\n'),
      'y',
      /too few rows: expected at least 10 to learn from, got 3\. Add rows/,
    ],
  ])('is refused: %s', (_, csv, target, message) => {
    const error = failure(csv, target);
    expect(error.message).toMatch(message);
    expect(error.parts.remedy).toBeTruthy();
    expect(error.message).not.toContain(SECRET);
  });
});

describe('rows of another file of the table', () => {
  const { schema } = typedTable(
    csvOf({ size: cycle(['1.5', '2', '7'], 24), code: cycle(['1', '2'], 24), y: FILLER.y }),
    'y',
  );

  test('may have their columns in another order, unseen labels and values out of range', () => {
    expect(
      readRows(
        schema,
        ['y', 'code', 'size'],
        [
          ['maybe', '2', '99.25'],
          ['no', '?', ''],
        ],
      ),
    ).toEqual([
      [99.25, '2', 'maybe'],
      [null, null, 'no'],
    ]);
  });

  test('write a label as a number in another way', () => {
    expect(readRows(schema, ['size', 'code', 'y'], [['2', '1.0', 'yes']])).toEqual([[2, '1', 'yes']]);
  });

  test.each([
    ['a column is missing', ['size', 'y'], [['1', 'no']], /no "code"/],
    ['a column too many', ['size', 'code', 'y', 'z'], [['1', '1', 'no', '']], /also "z"/],
    [
      'many cells are no numbers',
      ['size', 'code', 'y'],
      [
        ['1', '1', 'no'],
        [SECRET, '1', 'no'],
      ],
      /"size" has 1 cells.*row 2 .*numbers/,
    ],
  ])('are refused when %s', (_, header, records, message) => {
    expect(() => readRows(schema, header, records)).toThrow(message);
    expect(() => readRows(schema, header, records)).not.toThrow(SECRET);
  });
});
