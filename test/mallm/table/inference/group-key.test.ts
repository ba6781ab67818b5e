import { describe, expect, test } from 'vitest';
import { inferColumns } from '../../../../mallm/table/inference/schema-inference.js';
import { reportColumns, unusualLines } from '../../../../mallm/table/inference/column-report.js';
import { parseMetadata, toMetadata } from '../../../../mallm/table/inference/sdv-metadata.js';
import { splitTable } from '../../../../mallm/table/held-out.js';

const header = ['key', 'sex', 'visit', 'site', 'crp'];

/** Three visits of each of 20 people, keys as given, in the order of the file. */
function visits(
  name: string,
  keyOf: (person: number) => string,
  people = 20,
): { header: string[]; records: string[][] } {
  const records = Array.from({ length: 3 * people }, (_, row) => {
    const [person, visit] = [Math.floor(row / 3), row % 3];
    const crp = ((person * 7 + visit * 11) % 37) / 2;
    return [keyOf(person), person % 2 ? 'f' : 'm', String(visit + 1), String(person % 4), crp.toFixed(1)];
  });
  return { header: [name, ...header.slice(1)], records };
}

const groupOf = (table: ReturnType<typeof visits>, group?: string | null): string | undefined =>
  inferColumns(table.header, table.records, { target: 'crp', group }).group?.key;

describe('keys of people that have several rows', () => {
  test.each([
    ['patient_id', (i: number) => String(1001 + i), true],
    ['Subject', (i: number) => String(300 + 7 * i), true],
    ['USUBJID', (i: number) => `ST1-${100 + i}`, true],
    ['id', (i: number) => String(i + 1), true],
    ['sampleId', (i: number) => `S${i + 10}`, true],
    ['code', (i: number) => `P-${String(i).padStart(4, '0')}`, true],
    ['site_id', (i: number) => String(i + 1), false],
    ['hospital_id', (i: number) => `H${i + 1}`, false],
    ['wardNumber', (i: number) => String(i + 1), false],
    ['number', (i: number) => String(i + 1), false],
    ['diagnosis', (i: number) => `${'ABCDEFGH'[i % 8]}${10 + i}`, false],
    ['score', (i: number) => String(20 + i), false],
    ['patient', (i: number) => ['low', 'middle', 'high'][i % 3]!, false],
    ['patients', (i: number) => String(20 + i), false],
    ['weight_id', (i: number) => String(i + 0.5), false],
  ])('%s', (name, keyOf, isGroup) => expect(groupOf(visits(name, keyOf))).toBe(isGroup ? name : undefined));

  test('few that repeat very often are labels', () => {
    const { header: names, records } = visits('id', (person) => String(person % 4));
    expect(groupOf({ header: names, records })).toBeUndefined();
  });

  test('people who have one row each make an ordinary key', () => {
    const { header: names, records } = visits('subject', (person) => String(310 + 3 * person));
    const firsts = records.filter((_, row) => row % 3 === 0);
    const schema = inferColumns(names, firsts, { target: 'crp' });
    expect(schema.group).toBeUndefined();
    expect(schema.columns[0]).toMatchObject({ kind: 'identifier' });
    expect(schema.columns[0]).not.toHaveProperty('shared');
  });

  test('a column may be named, and none may be', () => {
    const table = visits('score', (i) => String(20 + i));
    expect(groupOf(table, 'score')).toBe('score');
    expect(
      groupOf(
        visits('id', (i) => String(i + 1)),
        null,
      ),
    ).toBeUndefined();
    expect(() => groupOf(table, 'scor')).toThrow(/"scor".*"score"/);
  });

  test('of two keys the one of persons counts, and both are made afresh', () => {
    const { header: names, records } = visits('household_id', (person) => `HH${100 + (person >> 1)}`);
    const table = {
      header: [...names, 'person_id'],
      records: records.map((row, i) => [...row, String(700 + Math.floor(i / 3))]),
    };
    const schema = inferColumns(table.header, table.records, { target: 'crp' });
    expect(schema.group?.key).toBe('person_id');
    expect(schema.columns.filter(({ kind }) => kind === 'identifier').map(({ name }) => name)).toEqual([
      'household_id',
      'person_id',
    ]);
  });

  test('names and second keys that repeat with their person are made afresh, too', () => {
    const { header: names, records } = visits('patient_id', (person) => String(1001 + person));
    const letters = 'abcdefghijklmnopqrst';
    const table = {
      header: [...names, 'last_name', 'mrn'],
      records: records.map((row, i) => [
        ...row,
        `Sm${letters[Math.floor(i / 3)]}th`,
        `M-${900 + 13 * Math.floor(i / 3)}`,
      ]),
    };
    const { columns } = inferColumns(table.header, table.records, { target: 'crp' });
    expect(columns.slice(-2)).toMatchObject([
      { kind: 'identifier', personal: 'name', shared: true },
      { kind: 'identifier', shared: true },
    ]);
  });
});

describe('what the rows of a person have in common', () => {
  test('constants, and numbers that rise', () => {
    const table = visits('id', (i) => String(i + 1));
    expect(inferColumns(table.header, table.records, { target: 'crp' }).group).toEqual({
      ...{
        key: 'id',
        constant: ['sex', 'site'],
        ascending: ['visit'],
        counting: [{ column: 'visit', from: 1, by: 1 }],
        continued: [],
        untilLast: [],
        most: 3,
      },
    });
  });

  test('rows that are in no order are put in that of a date', () => {
    const { header: names, records } = visits('id', (i) => String(i + 1));
    const dated = records.map((row, i) => [...row, `2024-0${1 + (i % 3)}-${10 + (i % 17)}`]);
    const shuffled = dated.map((_, i) => dated[(i * 23) % dated.length]!);
    const schema = inferColumns([...names, 'seen'], shuffled, { target: 'crp' });
    expect(schema.group).toMatchObject({ order: 'seen', ascending: ['visit', 'seen'], constant: ['sex', 'site'] });
  });

  test('metadata has the group and its order, both ways', () => {
    const { header: names, records } = visits('id', (i) => String(i + 1));
    const schema = inferColumns(names, records, { target: 'crp' });
    const written = toMetadata(schema);
    expect(written).toMatchObject({ sequence_key: 'id' });
    expect(written).not.toHaveProperty('primary_key');
    const again = inferColumns(names, records, { target: 'crp', metadata: parseMetadata(written) });
    expect(again.group).toEqual(schema.group);
    const ordered = parseMetadata({ ...written, sequence_index: 'visit' });
    expect(inferColumns(names, records, { target: 'crp', metadata: ordered }).group?.order).toBe('visit');
    const none = parseMetadata({ ...written, sequence_key: null });
    expect(inferColumns(names, records, { target: 'crp', metadata: none }).group).toBeUndefined();
  });

  test('it is shown before anything is paid', () => {
    const { header: names, records } = visits('id', (i) => String(i + 1));
    const lines = unusualLines(reportColumns(inferColumns(names, records, { target: 'crp' }), names, records));
    expect(lines.join('\n')).toMatch(/"id": names 20 people with up to 3 rows each; .*"sex", "site"/);
    expect(lines.join('\n')).toMatch(/one fresh key; --no-group/);
  });
});

test('a held-out share cuts through no person', () => {
  const table = visits('id', (i) => String(i + 1));
  const { trainRows, heldOutRows } = splitTable(table, { target: 'crp' }, { share: 0.2, seed: 3 });
  expect(heldOutRows).toHaveLength(12);
  const train = new Set(trainRows.map(([id]) => id));
  expect(train.size).toBe(16);
  expect(heldOutRows!.some(([id]) => train.has(id))).toBe(false);
});
