import { describe, expect, test } from 'vitest';
import { columnNamed, type Column } from '../../../../mallm/table/dataset.js';
import { TableError } from '../../../../mallm/errors.js';
import { parseMetadata, toMetadata } from '../../../../mallm/table/inference/sdv-metadata.js';
import { csvOf, cycle, fileBytes, typedTable } from '../../../support/tables.js';

const SECRET = 'Rumpelstiltskin';
const digits = Array.from({ length: 24 }, (_, i) => String(i).padStart(2, '0'));
const CELLS = {
  id: digits.map((each) => `P-9${each}`),
  zip: cycle(['04103', '04105', '53111'], 24),
  code: cycle(['3', '1', '2', '5', '4', '7'], 24),
  stage: cycle(['II', 'I', 'III', 'None', ''], 24),
  day: digits.map((each) => `0${(Number(each) % 9) + 1}/0${(Number(each) % 7) + 1}/2020`),
  name: digits.map((each) => `${SECRET} ${String.fromCharCode(65 + Number(each))}`),
  y: cycle(['no', 'yes'], 24),
};

function columnWith(name: string, metadata: object): Column {
  return columnNamed(typedTable(csvOf(CELLS), 'y', { columns: { [name]: metadata } }).schema, name);
}

function failure(action: () => unknown): TableError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(TableError);
    return error as TableError;
  }
  throw new Error('no error');
}

describe('metadata overrides what the cells suggest', () => {
  test.each<[string, object, object]>([
    ['zip', { sdtype: 'numerical', computer_representation: 'Int64' }, { kind: 'numeric', min: 4103, max: 53111 }],
    ['code', { sdtype: 'categorical' }, { kind: 'categorical', categories: ['1', '2', '3', '4', '5', '7'] }],
    [
      'code',
      { sdtype: 'categorical', order: [7, 5, 4, 3, 2, 1] },
      { kind: 'ordered', categories: ['7', '5', '4', '3', '2', '1'] },
    ],
    ['stage', { sdtype: 'categorical' }, { kind: 'categorical', categories: ['I', 'II', 'III', 'None'] }],
    [
      'stage',
      { sdtype: 'categorical', order: ['None', 'I', 'II', 'III', 'IV'] },
      { kind: 'ordered', categories: ['None', 'I', 'II', 'III', 'IV'] },
    ],
    [
      'code',
      { sdtype: 'categorical', order_by: 'numerical_value' },
      { kind: 'ordered', categories: ['1', '2', '3', '4', '5', '7'] },
    ],
    ['day', { sdtype: 'datetime' }, { kind: 'datetime', format: '%m/%d/%Y' }],
    ['day', { sdtype: 'datetime', datetime_format: '%d/%m/%Y' }, { kind: 'datetime', format: '%d/%m/%Y' }],
    ['day', { sdtype: 'categorical' }, { kind: 'categorical' }],
    [
      'y',
      { sdtype: 'boolean', description: 'Has it come back?' },
      { kind: 'boolean', categories: ['no', 'yes'], description: 'Has it come back?' },
    ],
    ['id', { sdtype: 'id', regex_format: 'P-[0-9]{5}' }, { kind: 'identifier', pattern: 'P-99999' }],
    ['zip', { sdtype: 'id' }, { kind: 'identifier' }],
    ['name', { sdtype: 'text' }, { kind: 'text', maxLength: 17 }],
    ['name', { sdtype: 'name', pii: true }, { kind: 'identifier' }],
    ['name', { sdtype: 'unknown' }, { kind: 'identifier' }],
    ['zip', { sdtype: 'unknown' }, { kind: 'text' }],
  ])('%s as %j', (name, metadata, expected) => expect(columnWith(name, metadata)).toMatchObject(expected));

  test('a declared None is a label of the rows too', () => {
    const { rows, schema } = typedTable(csvOf(CELLS), 'y', {
      columns: { stage: { sdtype: 'categorical', order: ['None', 'I', 'II', 'III'] } },
    });
    const place = schema.columns.findIndex(({ name }) => name === 'stage');
    expect(rows.slice(0, 5).map((row) => row[place])).toEqual(['II', 'I', 'III', 'None', null]);
  });

  test('of several tables the one with the columns of the CSV counts', () => {
    const tables = {
      other: { columns: { x: { sdtype: 'id' } } },
      ours: { columns: { code: { sdtype: 'categorical' } } },
    };
    expect(columnNamed(typedTable(csvOf(CELLS), 'y', { tables }).schema, 'code').kind).toBe('categorical');
    expect(columnNamed(typedTable(csvOf(CELLS), 'y', { tables: { ours: tables.ours } }).schema, 'code').kind).toBe(
      'categorical',
    );
    expect(failure(() => parseMetadata({ tables })).message).toMatch(/several tables.*got 2 tables/);
  });
});

describe('metadata that does not fit is refused', () => {
  test.each([
    ['no object', [], /not an object.*sdtype/],
    ['no columns', { METADATA_SPEC_VERSION: 'V1' }, /"tables" \(or "columns"\)/],
    [
      'a column that is not there',
      { columns: { Code: { sdtype: 'id' } } },
      /"Code" that the table does not have.*Did you mean "code"/,
    ],
    ['a column without sdtype', { columns: { code: {} } }, /"code".*sdtype that is not known.*numerical/],
    ['a misspelt sdtype', { columns: { code: { sdtype: 'numercial' } } }, /got "numercial"\. Did you mean "numerical"/],
    [
      'numbers that are none',
      { columns: { name: { sdtype: 'numerical' } } },
      /"name" is numerical.*got 24 that do not fit, the first in row 1 /,
    ],
    [
      'dates that are none',
      { columns: { day: { sdtype: 'datetime', datetime_format: '%Y-%m-%d' } } },
      /"day" is datetime \(%Y-%m-%d\)/,
    ],
    [
      'a format that is none',
      { columns: { day: { sdtype: 'datetime', datetime_format: 'YYYY' } } },
      /not supported.*"YYYY"/,
    ],
    ['a boolean of many', { columns: { code: { sdtype: 'boolean' } } }, /"code" is boolean.*expected two, got 6/],
    [
      'an order with gaps',
      { columns: { code: { sdtype: 'categorical', order: ['1', '2', '3'] } } },
      /"code".*"order".*got 12 that do not fit/,
    ],
    ['an order of lists', { columns: { code: { sdtype: 'categorical', order: [['1']] } } }, /not a list of labels/],
    [
      'a regular expression with a group',
      { columns: { id: { sdtype: 'id', regex_format: '(P|Q)' } } },
      /regex_format "\(P\|Q\)" is not supported/,
    ],
    ['text as the target', { columns: { y: { sdtype: 'text' } } }, /"y" cannot be the target/],
  ])('%s', (_, metadata, message) => {
    const error = failure(() => typedTable(csvOf(CELLS), 'y', metadata));
    expect(error.message).toMatch(message);
    expect(error.parts.remedy ?? error.parts.expected).toBeTruthy();
    expect(error.message).not.toContain(SECRET);
  });
});

describe('metadata is written, and read again gives the same schema', () => {
  const order = {
    columns: {
      stage: { sdtype: 'categorical', order: ['None', 'I', 'II', 'III'], description: 'Stage at first visit' },
    },
  };

  test.each<[string, string | Buffer, string, object | undefined]>([
    ['all kinds', csvOf(CELLS), 'y', order],
    ['the penguins', fileBytes('examples/penguins.csv'), 'species', undefined],
    ['the raw penguins', fileBytes('test/fixtures/tables/penguins-raw.csv'), 'Species', undefined],
    ['asia', fileBytes('test/fixtures/tables/asia-train-50.csv'), 'Dyspnea', undefined],
    ['insurance', fileBytes('test/fixtures/tables/insurance-train-100.csv'), 'charges', undefined],
  ])('%s', (_, csv, target, metadata) => {
    const { schema } = typedTable(csv, target, metadata);
    const written = JSON.parse(JSON.stringify(toMetadata(schema))) as unknown;
    expect(typedTable(csv, target, written).schema).toEqual(schema);
  });

  test('in the form of SDV', () => {
    expect(toMetadata(typedTable(csvOf(CELLS), 'y', order).schema)).toEqual({
      METADATA_SPEC_VERSION: 'SINGLE_TABLE_V1',
      primary_key: 'id',
      columns: {
        id: { sdtype: 'id', regex_format: 'P-9[0-9]{2}' },
        zip: { sdtype: 'categorical' },
        code: { sdtype: 'numerical', computer_representation: 'Int64' },
        stage: { sdtype: 'categorical', order: ['None', 'I', 'II', 'III'], description: 'Stage at first visit' },
        day: { sdtype: 'datetime', datetime_format: '%m/%d/%Y' },
        name: { sdtype: 'name' },
        y: { sdtype: 'boolean' },
      },
    });
  });
});
