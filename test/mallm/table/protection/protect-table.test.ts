import { describe, expect, test } from 'vitest';
import { cellFromJson } from '../../../../mallm/table/cell.js';
import { columnNamed, type Cell, type Column } from '../../../../mallm/table/dataset.js';
import { formatCell } from '../../../../mallm/table/formats/csv.js';
import { protectedCell, withPooledLabels } from '../../../../mallm/table/protected-cell.js';
import { protectTable, type ProtectedTable } from '../../../../mallm/table/protection/protect-table.js';
import { csvOf, cycle, typedTable, type TypedTable } from '../../../support/tables.js';

const yes = cycle(['no', 'yes'], 40);

function repeated(counts: Record<string, number>): string[] {
  return Object.entries(counts).flatMap(([label, count]) => Array.from({ length: count }, () => label));
}

function protect({ schema, rows }: TypedTable, options: { minCount?: number; keep?: string[] } = {}): ProtectedTable {
  return protectTable(schema, rows, { minCount: 3, seed: 1, ...options });
}

function cellsOf({ schema, rows }: ProtectedTable, name: string): Cell[] {
  const place = schema.columns.findIndex((column) => column.name === name);
  return rows.map((row) => row[place]!);
}

function textsOf(table: ProtectedTable, name: string): string[] {
  return cellsOf(table, name).map((cell) => formatCell(columnNamed(table.schema, name), cell));
}

function countsOf(cells: readonly Cell[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const cell of cells) counts[String(cell)] = (counts[String(cell)] ?? 0) + 1;
  return counts;
}

describe('labels that few people have', () => {
  const icd = repeated({ I10: 20, E11: 15, J44: 3, C50: 1, 'E75.2': 1 });
  const table = typedTable(csvOf({ icd, y: yes }), 'y');

  test('are one label together, and that is counted', () => {
    const after = protect(table);
    expect(countsOf(cellsOf(after, 'icd'))).toEqual({ I10: 20, E11: 15, J44: 3, other: 2 });
    const column = columnNamed(after.schema, 'icd');
    expect(column).toMatchObject({ categories: ['E11', 'I10', 'J44', 'other'], pool: 'other' });
    expect(after.protections).toEqual([
      {
        column: 'icd',
        how: 'pooled',
        cells: 2,
        inWords: '2 labels that fewer than 3 people have: "other" (2 of 40 cells)',
      },
    ]);
  });

  test('count as the pool where a model writes them, or any label that is not kept', () => {
    const { schema } = protect(table);
    const column = columnNamed(schema, 'icd');
    expect(cellFromJson(column, 'E75.2')).toEqual({ cell: 'other' });
    expect(cellFromJson(column, 'Z99')).toEqual({ cell: 'other' });
    expect(cellFromJson(column, ' i10')).toEqual({ cell: 'I10' });
    expect(cellFromJson(columnNamed(table.schema, 'icd'), 'Z99')).toEqual({ reason: 'unknown-label' });
    expect(
      withPooledLabels(schema, [
        ['C50', 'yes'],
        ['J44', 'no'],
        [null, 'no'],
      ]),
    ).toEqual([
      ['other', 'yes'],
      ['J44', 'no'],
      [null, 'no'],
    ]);
  });

  test('are kept with --min-count 1, and in a column that is kept', () => {
    expect(protect(table, { minCount: 1 })).toMatchObject({ schema: table.schema, rows: table.rows, protections: [] });
    expect(protect(table, { keep: ['icd'] })).toMatchObject({ schema: table.schema, protections: [] });
  });

  test('get a name that no label has', () => {
    const labels = repeated({ a: 20, Other: 17, b: 2, c: 1 });
    const after = protect(typedTable(csvOf({ kind: labels, y: yes }), 'y'));
    expect(countsOf(cellsOf(after, 'kind'))).toEqual({ a: 20, Other: 17, 'other (rare)': 3 });
  });

  test('of two labels: the name is hidden, but yes and no stay, and that is said', () => {
    const code = repeated({ I10: 38, 'E75.2': 2 });
    const ill = repeated({ no: 38, yes: 2 });
    const after = protect(typedTable(csvOf({ code, ill, y: yes }), 'y'));
    expect(countsOf(cellsOf(after, 'code'))).toEqual({ I10: 38, other: 2 });
    expect(countsOf(cellsOf(after, 'ill'))).toEqual({ no: 38, yes: 2 });
    expect(after.protections[1]).toMatchObject({ column: 'ill', how: 'kept', cells: 2 });
  });

  test('of the target are kept, and that is said', () => {
    const target = repeated({ alive: 38, dead: 1, lost: 1 });
    const after = protect(typedTable(csvOf({ size: cycle(['1.5', '2', '7'], 40), target }), 'target'));
    expect(countsOf(cellsOf(after, 'target'))).toEqual({ alive: 38, dead: 1, lost: 1 });
    expect(after.protections).toMatchObject([{ column: 'target', how: 'kept', cells: 2 }]);
  });

  test('with an order become the level beside them, until enough people are there', () => {
    const grade = repeated({ I: 20, II: 1, III: 16, IV: 2, V: 1 });
    const order = ['0', 'I', 'II', 'III', 'IV', 'V'];
    const metadata = { columns: { grade: { sdtype: 'categorical', order } } };
    const after = protect(typedTable(csvOf({ grade, y: yes }), 'y', metadata));
    expect(countsOf(cellsOf(after, 'grade'))).toEqual({ I: 20, III: 17, IV: 3 });
    const column = columnNamed(after.schema, 'grade');
    expect(column).toMatchObject({ kind: 'ordered', categories: ['0', 'I', 'III', 'IV'], levels: order });
    expect(cellFromJson(column, 'V')).toEqual({ cell: 'IV' });
    expect(cellFromJson(column, 'VI')).toEqual({ reason: 'unknown-label' });
  });
});

describe('numbers that few people reach', () => {
  const salary = [...Array.from({ length: 39 }, (_, i) => String(20_000 + 1_000 * i)), '9000000'];
  const table = typedTable(csvOf({ salary, y: yes }), 'y');
  const after = protect(table);

  test('become the third smallest and the third largest, as does the range', () => {
    const cells = cellsOf(after, 'salary') as number[];
    expect([Math.min(...cells), Math.max(...cells)]).toEqual([22_000, 57_000]);
    expect(cells.filter((cell) => cell === 57_000)).toHaveLength(3);
    expect(columnNamed(after.schema, 'salary')).toMatchObject({
      min: 22_000,
      max: 57_000,
      clamped: { low: 2, high: 2 },
    });
    expect(after.protections[0]).toMatchObject({
      how: 'clamped',
      cells: 4,
      inWords: '2 below the 3rd smallest: now 22000; 2 above the 3rd largest: now 57000',
    });
  });

  test('are brought in where a model writes them, unless they are far out', () => {
    const column = columnNamed(after.schema, 'salary');
    expect(cellFromJson(column, 60_000)).toEqual({ cell: 57_000 });
    expect(cellFromJson(column, 5_000)).toEqual({ cell: 22_000 });
    expect(cellFromJson(column, 9_000_000)).toEqual({ reason: 'out-of-range' });
    expect(protectedCell(columnNamed(table.schema, 'salary'), 1e9)).toBe(1e9);
  });

  test('stay where enough people have them: nothing is changed', () => {
    const beds = cycle(['1', '2', '3', '4'], 40);
    const plain = typedTable(csvOf({ beds, y: yes }), 'y');
    expect(protect(plain)).toEqual({ schema: plain.schema, rows: plain.rows, leftOut: [], protections: [] });
  });

  test('dates, too, in their format', () => {
    const day = Array.from({ length: 40 }, (_, i) =>
      i === 7 ? '1931-05-05' : `2021-03-${String((i % 28) + 1).padStart(2, '0')}`,
    );
    const dates = protect(typedTable(csvOf({ day, y: yes }), 'y'));
    expect(textsOf(dates, 'day')[7]).toBe('2021-03-01');
    expect(dates.protections[0]!.inWords).toContain(
      '1 below the 3rd smallest: now 2021-03-01; 2 above the 3rd largest: now 2021-03-26',
    );
  });

  test('a column of few values: the middle one; of fewer than three, none, and both are said', () => {
    const four = ['3.5', '8.25', '4.5', '91', ...cycle([''], 36)];
    const two = ['3.5', '8.25', ...cycle([''], 38)];
    const few = protect(typedTable(csvOf({ four, two, y: yes }), 'y', { columns: { two: { sdtype: 'numerical' } } }));
    expect(new Set(cellsOf(few, 'four'))).toEqual(new Set([4.5, null]));
    expect(new Set(cellsOf(few, 'two'))).toEqual(new Set([null]));
    expect(columnNamed(few.schema, 'two')).toMatchObject({ kind: 'identifier', empty: true });
    expect(few.protections.map(({ column, how }) => [column, how])).toEqual([
      ['four', 'clamped'],
      ['two', 'left-out'],
    ]);
  });

  test('the order of two columns in a row stays', () => {
    const from = Array.from({ length: 40 }, (_, i) => 100 + ((i * 37) % 89));
    const to = from.map((value, i) => value + ((i * 13) % 7));
    const stays = protect(typedTable(csvOf({ from: from.map(String), to: to.map(String), y: yes }), 'y'));
    const [starts, ends] = [cellsOf(stays, 'from'), cellsOf(stays, 'to')];
    expect(starts.every((start, row) => Number(start) <= Number(ends[row]))).toBe(true);
  });
});

describe('numbers of many digits', () => {
  test('are rounded to six, with their grid; money in cents and tiny numbers are not', () => {
    const age = Array.from({ length: 40 }, (_, i) => String(20 + i * 1.1234567890123));
    const money = Array.from({ length: 40 }, (_, i) => (100_000 + i * 771.13).toFixed(2));
    const small = Array.from({ length: 40 }, (_, i) => `${i + 1}.25e-09`);
    const table = typedTable(csvOf({ age, money, small, y: yes }), 'y');
    const after = protect(table, { minCount: 1 });
    const cells = cellsOf(after, 'age') as number[];
    expect(cells[1]).toBe(21.1235);
    expect(cells.every((cell) => String(cell).replace('.', '').length <= 6)).toBe(true);
    expect(columnNamed(after.schema, 'age')).toMatchObject({ min: 20, decimals: { max: 4 } });
    expect(cellsOf(after, 'money')).toEqual(table.rows.map((row) => row[1]));
    expect(cellsOf(after, 'small')).toEqual(table.rows.map((row) => row[2]));
    expect(after.protections.map(({ column, how }) => [column, how])).toEqual([['age', 'rounded']]);
  });
});

describe('dates of birth', () => {
  const texts = Array.from({ length: 40 }, (_, i) => `${1940 + (i % 10)}-0${(i % 9) + 1}-1${i % 10}`);
  const birthOf = (name: string, metadata?: unknown): Column =>
    columnNamed(typedTable(csvOf({ [name]: texts, y: yes }), 'y', metadata).schema, name);

  test.each([
    'dob',
    'DOB',
    'birth_date',
    'Date of Birth',
    'Geburtsdatum',
    'date_naissance',
    'dateNaissance',
    'fecha_nac',
    'BRTHDTC',
  ])('are found by the name %s', (name) => expect(birthOf(name)).toMatchObject({ kind: 'datetime', birth: true }));

  test.each(['admission', 'visit_date', 'rebirth'])('other dates are not: %s', (name) =>
    expect(birthOf(name)).not.toHaveProperty('birth'),
  );

  test('metadata decides otherwise', () => {
    const datetime = { sdtype: 'datetime', datetime_format: '%Y-%m-%d' };
    expect(birthOf('x', { columns: { x: { ...datetime, pii: true } } })).toHaveProperty('birth', true);
    expect(birthOf('dob', { columns: { dob: { ...datetime, pii: false } } })).not.toHaveProperty('birth');
  });

  test('keep their year and lose their day, equal ones alike', () => {
    const table = typedTable(csvOf({ dob: texts, y: yes }), 'y');
    const after = protect(table, { minCount: 1 });
    const drawn = textsOf(after, 'dob');
    expect(drawn.map((text) => text.slice(0, 4))).toEqual(texts.map((text) => text.slice(0, 4)));
    expect(drawn.filter((text, row) => text === texts[row])).toEqual([]);
    texts.forEach((text, row) => expect(drawn[texts.indexOf(text)]).toBe(drawn[row]));
    expect(after.protections).toMatchObject([{ column: 'dob', how: 'days-drawn', cells: 40 }]);
    expect(protect(table, { keep: ['dob'] }).rows).toEqual(table.rows);
  });
});

describe('people that have several rows', () => {
  // Patients with 1, 2 and 3 visits in turn, one with six; the site of one patient is in all of his visits.
  const visits = Array.from({ length: 20 }, (_, i) => (i === 4 ? 6 : (i % 3) + 1));
  const own = <T>(make: (person: number, visit: number) => T): T[] =>
    visits.flatMap((count, person) => Array.from({ length: count }, (_, visit) => make(person, visit)));
  const table = typedTable(
    csvOf({
      patient_id: own((person) => `P${100 + person}`),
      visit: own((_, visit) => String(visit + 1)),
      site: own((person) => (person === 4 ? 'Graz' : ['Wien', 'Linz'][person % 2]!)),
      dose: own((person, visit) => String(10 + ((person * 7 + visit) % 5))),
      y: own((person, visit) => ((person + visit) % 2 ? 'yes' : 'no')),
    }),
    'y',
  );

  test('count once, whatever their rows; none keeps more rows than three others have', () => {
    expect(table.schema.group).toMatchObject({ key: 'patient_id', most: 6 });
    const after = protect(table);
    expect(after.rows).toHaveLength(table.rows.length - 3);
    expect(after.schema.group!.most).toBe(3);
    expect(Math.max(...(cellsOf(after, 'visit') as number[]))).toBe(3);
    expect(countsOf(cellsOf(after, 'site'))).toMatchObject({ other: 3 });
    expect(after.protections.map(({ column, how }) => `${column} ${how}`)).toEqual([
      'patient_id left-out',
      'patient_id made-afresh',
      'site pooled',
    ]);
  });
});
