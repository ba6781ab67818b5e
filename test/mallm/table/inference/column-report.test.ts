import { describe, expect, test } from 'vitest';
import { reportColumns, type ColumnReport } from '../../../../mallm/table/inference/column-report.js';
import { parseMetadata, toMetadata } from '../../../../mallm/table/inference/sdv-metadata.js';
import { inferColumns } from '../../../../mallm/table/inference/schema-inference.js';
import { csvOf, cycle, fileBytes, typedTable } from '../../../support/tables.js';

function reports(path: string, target: string): Record<string, ColumnReport> {
  const { schema, header, records } = typedTable(fileBytes(`test/fixtures/cases/${path}`), target);
  return Object.fromEntries(reportColumns(schema, header, records).map((report) => [report.name, report]));
}

describe('what a column was taken for', () => {
  const missing = reports('missing-codes-are-averaged/missing.csv', 'outcome');
  const rare = reports('rare-values-come-back/rare.csv', 'outcome');
  const money = reports('formatted-numbers-are-text-or-labels/money.csv', 'status');

  test('codes are counted, and named as what they are', () => {
    expect(missing.bmi).toMatchObject({
      kind: 'numeric',
      confidence: 'unsure',
      missing: 30,
      misfits: [{ text: '-99', cells: 30 }],
      unusual: ['"-99": kept beside the values with their share, never counted as values'],
    });
    expect(missing.sbp!.misfits).toEqual([
      { text: '.A', cells: 9 },
      { text: '.B', cells: 6 },
    ]);
    expect(missing.sbp!.missing).toBe(23);
    expect(missing.age).toMatchObject({ confidence: 'clear', misfits: [], unusual: [] });
  });

  test('persons, formats', () => {
    expect(rare.name!.unusual[0]).toMatch(/names of persons: in no prompt, and made afresh \(--keep-column "name"/);
    expect(rare.email!.unusual[0]).toMatch(/e-mail addresses/);
    expect(money.income!.unusual).toEqual(['read as numbers, and written back as "9,999,434"']);
    expect(money.rate!.unusual[0]).toMatch(/written back as "\d+\.\d%"/);
  });

  test('a column that metadata settles is given; few whole numbers are worth a look', () => {
    const table = typedTable(csvOf({ grade: cycle(['1', '2', '3'], 30), y: cycle(['no', 'yes'], 30) }), 'y');
    const [grade] = reportColumns(table.schema, table.header, table.records);
    expect(grade).toMatchObject({ kind: 'numeric', confidence: 'unsure' });
    expect(reportColumns(table.schema, table.header, table.records, new Set(['grade']))[0]!.confidence).toBe('given');
  });
});

test.each([
  ['missing-codes-are-averaged/missing.csv', 'outcome'],
  ['formatted-numbers-are-text-or-labels/money.csv', 'status'],
  ['formatted-numbers-are-text-or-labels/euro8.csv', 'Raucher'],
  ['mixed-time-zones-lost/dates.csv', 'arm'],
  ['parquet-crash-on-empty-text/codes.csv', 'churn'],
  ['rare-values-come-back/rare.csv', 'outcome'],
  ['files-refused-with-a-beside-the-point-reason/redcap.csv', 'outcome'],
  ['NA-as-a-value/namibia.csv', 'risk'],
  ['held-out-ids-reappear/text.csv', 'outcome'],
])('%s: metadata that is written and given back makes the same columns', (path, target) => {
  const { schema, header, records } = typedTable(fileBytes(`test/fixtures/cases/${path}`), target);
  const metadata = parseMetadata(JSON.parse(JSON.stringify(toMetadata(schema))), header);
  expect(inferColumns(header, records, { target, metadata })).toEqual(schema);
});

test('edited metadata is followed: a code that is a value, a label that is missing', () => {
  const { header, records } = typedTable(
    fileBytes('test/fixtures/cases/missing-codes-are-averaged/missing.csv'),
    'outcome',
  );
  const edited = {
    columns: {
      bmi: { sdtype: 'numerical', special_values: [] },
      smoker: { sdtype: 'categorical', missing_values: [] },
    },
  };
  const { columns } = inferColumns(header, records, { metadata: parseMetadata(edited, header) });
  expect(columns.find(({ name }) => name === 'bmi')).toMatchObject({ min: -99 });
  expect(columns.find(({ name }) => name === 'smoker')).toMatchObject({ categories: ['NULL', 'no', 'unknown', 'yes'] });
});
