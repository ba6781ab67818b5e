import { describe, expect, it } from 'vitest';
import type { PartialRow } from '../../../mallm/conditions/condition.js';
import {
  firstTaskInstruction,
  forcedReplySchema,
  generatorMessages,
  generatorReplySchema,
} from '../../../mallm/prompts/generator-prompt.js';
import type { GeneratorAsk } from '../../../mallm/prompts/generator-prompt.js';
import { parseRows } from '../../../mallm/generator/reply.js';
import { MAX_TASK_LENGTH } from '../../../mallm/theta/theta.js';
import type { Theta } from '../../../mallm/theta/theta.js';
import { readPrompt } from '../../../simulator/prompt-reader.js';
import { clinicRows, clinicSchema } from '../../support/clinic-schema.js';

const theta: Theta = {
  context: 'Patients of a clinic.\n## Task\nnot a heading',
  schema: clinicSchema,
  causalStructure: [{ from: 'age', to: 'smoker' }],
  taskInstruction: firstTaskInstruction,
};

function messages(ask: Partial<GeneratorAsk> = {}) {
  return generatorMessages({ theta, examples: clinicRows, rows: 3, ...ask });
}

/** Title → lines of the user message. */
function sections(ask: Partial<GeneratorAsk> = {}): Map<string, string[]> {
  const parts = messages(ask)[1]!.content.split(/^## /m).slice(1);
  return new Map(parts.map((part) => [part.split('\n')[0]!, part.trimEnd().split('\n').slice(1)]));
}

describe('generatorMessages', () => {
  it('has the parts of the paper in their order', () => {
    expect(messages().map(({ role }) => role)).toEqual(['system', 'user']);
    expect([...sections().keys()]).toEqual([
      'Context',
      'Columns',
      'Causal structure',
      'Task',
      'Real rows',
      'Rows to make',
      'Reply',
    ]);
    expect([...sections({ examples: [] }).keys()]).not.toContain('Real rows');
  });

  it("names the score to aim at only with the paper's prompts", () => {
    const [system, user] = messages({ prompts: 'paper' });
    expect(system!.content).toMatch(/Aim at a score of 50 %/);
    expect(user).toEqual(messages()[1]);
    expect(messages()[0]!.content).not.toMatch(/50 %/);
    expect(messages({ prompts: 'default' })).toEqual(messages());
  });

  it('describes each column but the identifier', () => {
    expect(sections().get('Columns')).toEqual([
      '- "age": integer from 17 to 90 (in years)',
      '- "charges": number with at most 4 decimals from 1121.8739 to 62592.8734; may be null',
      '- "sex": label, one of "Female", "Male", "say \\"x\\""',
      '- "grade": ordered label, low to high: "I", "II", "III"; may be null',
      '- "visit": date in the format %Y-%m-%d from 2020-01-01 to 2020-12-31',
      '- "note": text of at most 40 characters; may be null',
      '- "smoker": label, one of "no", "yes"',
    ]);
  });

  it('shows real rows as JSON, without the identifier', () => {
    expect(sections().get('Real rows')![0]).toBe(
      '{"age":34,"charges":2500.5,"sex":"Female","grade":"II","visit":"2020-03-13","note":"came on foot","smoker":"no"}',
    );
    expect(messages()[1]!.content).not.toMatch(/K-00|patient id/);
  });

  it('shows no more of the table than it is given', () => {
    expect(messages({ examples: [] })[1]!.content).not.toMatch(/came on foot|2500\.5/);
  });

  it('says what to make and how to reply', () => {
    expect(sections().get('Rows to make')).toEqual(['Make 3 new rows.']);
    expect(sections().get('Reply')!.join()).toMatch(
      /JSON object \{"rows": .*3 objects.*"age", "charges", "sex", "grade", "visit", "note", "smoker"\. A missing cell is null/,
    );
    expect(sections({ theta: { ...theta, causalStructure: [] } }).get('Causal structure')).toEqual(['(none known)']);
    expect(sections().get('Causal structure')).toEqual(['"age" -> "smoker"']);
  });

  it('writes given cells as the simulated and the real model read them', () => {
    const partialRows: PartialRow[] = [
      {
        sex: { is: 'equal', value: 'Female' },
        age: { is: 'range', min: 60, max: 75 },
        'patient id': { is: 'equal', value: 'K-003' },
      },
      {
        age: { is: 'range', min: 64.5, exclusive: ['min'] },
        visit: { is: 'range', min: 1577836800, max: 1580428800, exclusive: ['max'] },
      },
      { grade: { is: 'missing' }, sex: { is: 'not-equal', value: 'Male' }, charges: { is: 'range', min: 70000 } },
      {
        grade: { is: 'one-of', values: ['I', null] },
        charges: { is: 'present' },
        visit: { is: 'equal', value: 1577836800 },
      },
      {},
    ];
    expect(sections({ partialRows }).get('Rows to make')).toEqual([
      'Complete these 5 rows, in this order; keep the given cells.',
      '1: {"age":{"min":60,"max":75},"sex":"Female"}',
      '2: {"age":{"min":65,"max":90},"visit":{"min":"2020-01-01","max":"2020-01-30"}}',
      '3: {"charges":{"min":70000},"sex":{"oneOf":["Female","say \\"x\\""]},"grade":null}',
      '4: {"charges":{"not":null},"grade":{"oneOf":["I",null]},"visit":"2020-01-01"}',
      '5: {}',
    ]);
    expect(sections({ partialRows }).get('Reply')!.join()).toContain('5 objects');
  });

  it('is read by the simulated model as it was meant', () => {
    const prompt = readPrompt(messages({ partialRows: [{ age: { is: 'range', min: 60, max: 75 } }, {}] }));
    if (prompt?.role !== 'generator') throw new Error('not read');
    expect(prompt.edges).toEqual([[0, 6]]);
    expect(prompt.rows.map((row) => row.filter(Boolean).length)).toEqual([1, 0]);
    expect(prompt.rows[0]![0]).toMatchObject({ is: 'range', min: 60, max: 75 });
    expect(prompt.examples).toHaveLength(2);
  });

  it('starts from a task that the optimizer may still lengthen', () => {
    expect(firstTaskInstruction.length).toBeLessThan(MAX_TASK_LENGTH / 2);
  });
});

describe('generatorReplySchema', () => {
  const schema = generatorReplySchema(clinicSchema, 4);

  it('lists every column but the identifier, with type and labels', () => {
    const { items } = (schema.properties as Record<string, { items: Record<string, unknown> }>).rows!;
    expect(items.properties).toEqual({
      age: { type: 'integer' },
      charges: { type: ['number', 'null'] },
      sex: { type: 'string', enum: ['Female', 'Male', 'say "x"'] },
      grade: { type: ['string', 'null'], enum: ['I', 'II', 'III', null] },
      visit: { type: 'string', description: 'date in the format %Y-%m-%d' },
      note: { type: ['string', 'null'] },
      smoker: { type: 'string', enum: ['no', 'yes'] },
    });
  });

  it('is strict throughout and uses no keyword that endpoints refuse', () => {
    const keywords = new Set<string>();
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null || Array.isArray(node)) return;
      const object = node as Record<string, unknown>;
      for (const keyword of Object.keys(object)) keywords.add(keyword);
      if (object.type === 'object') {
        expect(object.additionalProperties).toBe(false);
        expect(object.required).toEqual(Object.keys(object.properties as object));
        Object.values(object.properties as object).forEach(visit);
      }
      visit(object.items);
    };
    visit(schema);
    expect([...keywords].sort()).toEqual([
      'additionalProperties',
      'description',
      'enum',
      'items',
      'maxItems',
      'minItems',
      'properties',
      'required',
      'type',
    ]);
  });

  it('asks for exactly as many rows as the prompt does', () => {
    expect(schema.properties).toMatchObject({ rows: { minItems: 4, maxItems: 4 } });
  });

  it('leaves long lists of labels to the check of the rows', () => {
    const categories = Array.from({ length: 500 }, (_, label) => `label ${label}`);
    const wide = generatorReplySchema(
      { target: 'sex', columns: [{ ...clinicSchema.columns[3]!, categories } as never] },
      1,
    );
    expect(JSON.stringify(wide)).not.toContain('enum');
  });
});

describe('forcedReplySchema', () => {
  const male: PartialRow = { sex: { is: 'equal', value: 'Male' }, age: { is: 'range', min: 20, max: 30 } };

  it('has an object a row, the given labels and numbers as constants in front, ranges left open', () => {
    const schema = forcedReplySchema(clinicSchema, [male, { age: { is: 'equal', value: 40 } }]) as {
      properties: Record<string, { properties: Record<string, object> }>;
    };
    expect(Object.keys(schema.properties)).toEqual(['1', '2']);
    const [first, second] = Object.values(schema.properties).map(({ properties }) => properties);
    expect(Object.entries(first!)[0]).toEqual(['sex', { const: 'Male' }]);
    expect(first!.age).toEqual({ type: 'integer' });
    expect(Object.entries(second!)[0]).toEqual(['age', { const: 40 }]);
    expect(Object.keys(first!)).toHaveLength(7);
    expect(
      parseRows(JSON.stringify({ 1: clinicObject('Male', 25), 2: clinicObject('Female', 40) }), {
        schema: clinicSchema,
        asked: 2,
        partialRows: [male, { age: { is: 'equal', value: 40 } }],
      }).rows,
    ).toHaveLength(2);
  });

  it('is none where nothing is constant, and where it would be too large', () => {
    expect(forcedReplySchema(clinicSchema, [{ age: { is: 'range', min: 20, max: 30 } }])).toBeUndefined();
    expect(
      forcedReplySchema(
        clinicSchema,
        Array.from({ length: 2000 }, () => male),
      ),
    ).toBeUndefined();
  });
});

function clinicObject(sex: string, age: number): object {
  return { sex, age, charges: 2000.5, grade: 'I', visit: '2020-03-13', note: null, smoker: 'no' };
}
