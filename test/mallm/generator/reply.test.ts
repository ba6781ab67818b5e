import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cellToJson } from '../../../mallm/table/cell.js';
import type { PartialRow } from '../../../mallm/conditions/condition.js';
import { parseCsv } from '../../../mallm/table/formats/csv.js';
import type { Row, TableSchema } from '../../../mallm/table/dataset.js';
import { parseRows } from '../../../mallm/generator/reply.js';
import type { RowsAsked } from '../../../mallm/generator/reply.js';
import { inferSchema } from '../../../mallm/table/inference/schema-inference.js';
import { clinicRows, clinicSchema } from '../../support/clinic-schema.js';

const valid: Record<string, unknown> = objectOf(clinicRows[0]!);
const other: Record<string, unknown> = objectOf(clinicRows[1]!);

function objectOf(row: Row): Record<string, unknown> {
  const modelled = clinicSchema.columns.flatMap((column, index) =>
    column.kind === 'identifier' ? [] : [[column.name, cellToJson(column, row[index]!)] as const],
  );
  return Object.fromEntries(modelled);
}

function parse(text: string, ask: Partial<RowsAsked> = {}) {
  return parseRows(text, { schema: clinicSchema, asked: 10, ...ask });
}

const withoutIdentifier = (row: Row): Row => [null, ...row.slice(1)];
const json = (...values: unknown[]): string => JSON.stringify({ rows: values });

describe('parseRows, where rows may be', () => {
  const both = `${JSON.stringify(valid)},${JSON.stringify(other)}`;
  it.each([
    ['under "rows"', `{"rows":[${both}]}`],
    ['under another key, beside remarks', `{"remark":"done","synthetic_rows":[${both}]}`],
    ['in a list', `[${both}]`],
    ['in lists of lists', `[[${both.replace('},', '}],[')}]]`],
    ['in a fence with prose round it', `Sure!\n\`\`\`json\n{"rows":[${both}]}\n\`\`\`\nAnything else?`],
    ['one a line', both.replace('},', '}\n')],
    ['numbered, as they were asked for', `1: ${both.replace('},', '}\n2: ')}`],
    ['under numbers', `{"1":${both.replace('},', '},"2":')}}`],
    [
      'after thoughts that hold rows of their own',
      `<think>perhaps ${JSON.stringify(valid)}?</think>{"rows":[${both}]}`,
    ],
    ['after thoughts without a beginning', `perhaps {"age":1}?\n</think>\n{"rows":[${both}]}`],
    ['with a comma too many', `{"rows":[${both},],}`],
  ])('finds them %s', (_name, text) => {
    expect(parse(text)).toEqual({ rows: clinicRows.map(withoutIdentifier), unplaced: [], rejections: {} });
  });

  it('takes names in another spelling where only one column can be meant', () => {
    const { age, sex, ...rest } = valid;
    expect(parse(json({ AGE: age, ' Sex ': sex, ...rest })).rows).toHaveLength(1);
    const twins: TableSchema = {
      target: 'a b',
      columns: ['a b', 'a_b'].map((name) => ({ ...clinicSchema.columns[1]!, name })),
    };
    const ask = { schema: twins, asked: 1, cutOff: false };
    expect(parseRows('{"a b":20,"a_b":30}', ask).rows).toEqual([[20, 30]]);
    expect(parseRows('{"AB":20,"a_b":30}', ask).rejections).toEqual({ 'missing-column': 1 });
  });

  it('passes over keys that are no columns, an identifier too', () => {
    expect(parse(json({ ...valid, 'patient id': 'K-001', __proto__: 1, thoughts: { x: [1] } })).rows).toEqual([
      withoutIdentifier(clinicRows[0]!),
    ]);
  });
});

describe('parseRows, what it rejects', () => {
  it.each([
    ['missing-column', { ...valid, age: undefined }],
    ['out-of-range', { ...valid, age: 91 }],
    ['out-of-range', { ...valid, charges: 1e9 }],
    ['out-of-range', { ...valid, visit: '2031-01-01' }],
    ['not-a-number', { ...valid, age: 'forty' }],
    ['not-a-number', { ...valid, age: { years: 40 } }],
    ['not-a-number', { ...valid, age: [40] }],
    ['not-a-number', { ...valid, age: true }],
    ['not-a-label', { ...valid, sex: { is: 'Male' } }],
    ['unknown-label', { ...valid, sex: 'Other' }],
    ['not-a-date', { ...valid, visit: 'yesterday' }],
    ['too-long', { ...valid, note: 'x'.repeat(41) }],
    ['missing-not-allowed', { ...valid, age: null }],
    ['missing-not-allowed', { ...valid, smoker: null }],
    ['not-an-object', [34, 2500.5, 'Female']],
    ['not-an-object', 'Female, 34'],
    ['not-an-object', null],
  ])('%s, and nothing but that row', (reason, bad) => {
    const { rows, rejections } = parse(json(other, bad, valid));
    expect(rows).toHaveLength(2);
    expect(rejections).toEqual({ [reason]: 1 });
  });

  it('duplicate-key', () => {
    const twice = JSON.stringify(valid).replace('"age":34', '"age":34,"age":35');
    expect(parse(`[${twice},${JSON.stringify(other)}]`)).toMatchObject({ rejections: { 'duplicate-key': 1 } });
    expect(parse(twice.replace('"age":35', '"Age":35')).rows).toHaveLength(1);
  });

  it('cut-off: the last object, never a whole one', () => {
    const text = json(valid, other);
    for (let end = text.indexOf('}') + 1; end < text.length - 3; end++) {
      const { rows, rejections } = parse(text.slice(0, end), { cutOff: true });
      expect(rows).toEqual([withoutIdentifier(clinicRows[0]!)]);
      expect(rejections['cut-off'] ?? 0).toBe(/\}[,\]]?$/.test(text.slice(0, end)) ? 0 : 1);
    }
  });

  it('broken-json: one object that is broken; a whole reply by what it is', () => {
    expect(parse(`[{"age": "34, "sex": "Male"}, ${JSON.stringify(valid)}]`)).toMatchObject({
      unplaced: [],
      rejections: { 'broken-json': 1 },
    });
    expect(parse('I am sorry, [as a model] I cannot.')).toEqual({
      rows: [],
      unplaced: [],
      rejections: { refused: 1 },
      unreadable: 'refused',
    });
    expect(parse(`<think>perhaps ${JSON.stringify(valid)}`, { cutOff: true }).rejections).toEqual({
      'only-thoughts': 1,
    });
    expect(parse(json(valid, { ...other, note: '</think>' })).rows).toHaveLength(2);
    expect(parse('', { cutOff: true }).rejections).toEqual({ 'only-thoughts': 1 });
    expect(parse('{"rows": [', { cutOff: true }).rejections).toEqual({ 'cut-off': 1 });
    expect(parse('{"rows":[]}').rejections).toEqual({ 'no-rows': 1 });
    expect(parse('[]').rejections).toEqual({ 'no-rows': 1 });
  });

  it.each<[string, string, Partial<RowsAsked>]>([
    ['refused', "I'm sorry, but I can't help with data of patients.", {}],
    ['refused', '', { finish: 'refusal' }],
    ['filtered', '', { finish: 'content-filter' }],
    ['only-thoughts', '', { finish: 'length' }],
    ['only-thoughts', 'First I look at the columns.', { thoughtsOnly: true }],
    ['empty-reply', ' \n', { finish: 'stop' }],
    ['prose', 'A typical patient is about fifty years old.', {}],
    ['markdown', '# Rows\n- age: 50\n- sex: Male', {}],
    ['cut-off', 'Let me see what the table', { finish: 'length' }],
    ['broken-off', 'Let me', { finish: 'broken-off' }],
  ])('%s: a whole reply such as %j %j', (reason, text, how) => {
    expect(parse(text, how)).toEqual({ rows: [], unplaced: [], rejections: { [reason]: 1 }, unreadable: reason });
  });

  it.each<[string, string]>([
    [
      'Markdown, with prose around it',
      `Sure, here they are:\n\n| age | charges | sex | grade | visit | note | smoker |\n|---|---:|---|---|---|---|---|\n| 34 | 2500.5 | Female | II | 2020-03-13 | came on foot | no |\n| 71 |  | **Male** |  | 2020-09-13 |  | yes |\n\nThat is all.`,
    ],
    [
      'CSV in a fence',
      '```csv\nage,charges,sex,grade,visit,note,smoker\n34,2500.5,Female,II,2020-03-13,"came on foot",no\n71,,Male,null,2020-09-13,,yes\n```\nDone.',
    ],
    [
      'CSV with semicolons, after thoughts',
      '<think>age, sex, smoker</think>\n"age";"charges";"sex";"grade";"visit";"note";"smoker"\n34;2500.5;Female;II;2020-03-13;came on foot;no\n71;;Male;;2020-09-13;;yes',
    ],
    ['JSON lines', `${JSON.stringify(objectOf(clinicRows[0]!))}\n${JSON.stringify(objectOf(clinicRows[1]!))}`],
  ])('reads %s', (_, text) => {
    expect(parse(text)).toEqual({ rows: clinicRows.map(withoutIdentifier), unplaced: [], rejections: {} });
  });

  it('takes no table whose head names few columns', () => {
    expect(parse('age, or so\n34, 2').rows).toEqual([]);
  });

  it('surplus-row: whatever is more than was asked', () => {
    const { rows, rejections } = parse(json(valid, { ...valid, age: 5 }, other, valid, other), { asked: 2 });
    expect(rows).toEqual(clinicRows.map(withoutIdentifier));
    expect(rejections).toEqual({ 'out-of-range': 1, 'surplus-row': 2 });
  });
});

describe('parseRows with partial rows', () => {
  const female: PartialRow = { sex: { is: 'equal', value: 'Female' } };
  const old: PartialRow = { age: { is: 'range', min: 60, max: 80 }, charges: { is: 'missing' } };

  it('keeps rows that fit, in any order', () => {
    expect(parse(json(valid, other), { asked: 2, partialRows: [female, old] }).rejections).toEqual({});
    expect(parse(json(other, valid), { asked: 2, partialRows: [female, old] })).toEqual({
      rows: clinicRows.map(withoutIdentifier).reverse(),
      unplaced: [],
      rejections: {},
    });
  });

  it('rejects what fits none', () => {
    const { rows, unplaced, rejections } = parse(json({ ...valid, sex: 'Male' }, other), {
      asked: 3,
      partialRows: [female, old, female],
    });
    expect(rows).toEqual([withoutIdentifier(clinicRows[1]!)]);
    expect(unplaced.map((row) => row.includes('Male'))).toEqual([true]);
    expect(rejections).toEqual({ 'partial-row-not-kept': 1 });
  });

  it('fills each only once', () => {
    const ask = { asked: 3, partialRows: [{}, old, female] };
    const { rows, rejections } = parse(json(valid, other, valid, valid), ask);
    expect(rows).toHaveLength(3);
    expect(rejections).toEqual({ 'surplus-row': 1 });
  });

  it('fills the more demanding first with a row that is out of its place', () => {
    const ask = { asked: 3, partialRows: [old, female, {}] };
    const { rows, rejections } = parse(json(valid, { ...valid, sex: 'Male' }), ask);
    expect(rows).toHaveLength(2);
    expect(rejections).toEqual({});
  });

  it('does not ask a model to keep a condition on an identifier', () => {
    const partialRows: PartialRow[] = [{ 'patient id': { is: 'equal', value: 'K-009' }, ...female }];
    expect(parse(json(valid), { partialRows }).rows).toHaveLength(1);
  });
});

describe('parseRows on true replies of a small model', () => {
  const folder = new URL('../../fixtures/replies/', import.meta.url);
  const tables = new URL('../../fixtures/evaluation/data/', import.meta.url);
  const files: Record<string, [file: string, target: string]> = {
    adult: ['adult/train-100.csv', 'Income'],
    asia: ['asia/train-50.csv', 'Dyspnea'],
    insurance: ['insurance/train-100.csv', 'charges'],
  };
  const schemaOf = (table: string): TableSchema => {
    const [file, target] = files[table]!;
    const { header, records } = parseCsv(readFileSync(new URL(file, tables)));
    return inferSchema(header, records, { target });
  };

  /** Rows with `"visit to Asia": 0`, which the notes take as valid: all training rows have 1, so 0 is no label of theirs. */
  const UNSEEN_LABELS: Record<string, number> = { '12-asia-schema-10.json': 6 };

  interface SavedReply {
    table: string;
    asked: number;
    finish_reason: string;
    content: string;
    note: string;
  }

  it.each(readdirSync(folder).filter((name) => name.endsWith('.json')))('%s', (name) => {
    const reply = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as SavedReply;
    const { content, asked, finish_reason: finish, note } = reply;
    const ask = { schema: schemaOf(reply.table), asked, cutOff: finish === 'length' };
    const { rows, rejections } = parseRows(content, ask);
    const stated = (pattern: RegExp): number => Number(pattern.exec(note)?.[1] ?? 0);
    const unseen = UNSEEN_LABELS[name] ?? 0;
    expect(rows).toHaveLength(stated(/: valid (\d+)/) - unseen);
    expect(rejections['out-of-range'] ?? 0).toBe(stated(/out of the stated range (\d+)/));
    const others = Object.entries(rejections).filter(([reason]) => reason !== 'out-of-range');
    if (finish === 'stop') expect(others).toEqual(unseen > 0 ? [['unknown-label', unseen]] : []);
    else expect(others.map(([, count]) => count)).toEqual(name.startsWith('10') ? [] : [1]);
  });
});
