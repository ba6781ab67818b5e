import { describe, expect, it } from 'vitest';
import type { Feedback } from '../../mallm/optimizer/feedback.js';
import { generatorMessages } from '../../mallm/prompts/generator-prompt.js';
import { optimizerMessages, repairMessages } from '../../mallm/optimizer/optimizer-prompt.js';
import { readPrompt, type GeneratorPrompt, type OptimizerPrompt } from '../../simulator/prompt-reader.js';
import { clinicRows, clinicSchema } from '../support/clinic-schema.js';

const theta = {
  context: 'Patients.\n## Columns of no meaning',
  schema: clinicSchema,
  causalStructure: [
    { from: 'age', to: 'smoker' },
    { from: 'sex', to: 'charges' },
  ],
  taskInstruction: 'Make rows.\n### Trial 9\n"age" -> "note"',
};
const names = ['age', 'charges', 'sex', 'grade', 'visit', 'note', 'smoker'];

function generatorPrompt(extra: Partial<Parameters<typeof generatorMessages>[0]>): GeneratorPrompt {
  return readPrompt(generatorMessages({ theta, examples: [], rows: 3, ...extra })) as GeneratorPrompt;
}

describe('the prompt reader on the generator prompts that the method writes', () => {
  it('reads every kind of column', () => {
    const { columns } = generatorPrompt({});
    expect(columns.map(({ name }) => name)).toEqual(names);
    expect(columns[0]).toMatchObject({ kind: 'number', decimals: 0, min: 17, max: 90, nullable: false });
    expect(columns[1]).toMatchObject({ kind: 'number', decimals: 4, min: 1121.8739, max: 62592.8734, nullable: true });
    expect(columns[2]).toMatchObject({ kind: 'label', labels: ['Female', 'Male', 'say "x"'], ordered: false });
    expect(columns[3]).toMatchObject({ kind: 'label', labels: ['I', 'II', 'III'], ordered: true, nullable: true });
    expect(columns[4]).toMatchObject({ kind: 'number', format: '%Y-%m-%d', min: 1577836800, max: 1609372800 });
    expect(columns[5]).toMatchObject({ kind: 'text', maxLength: 40, nullable: true });
  });

  it('reads edges, shown rows and the number of rows', () => {
    const prompt = generatorPrompt({ examples: clinicRows });
    expect(prompt.edges).toEqual([
      [0, 6],
      [2, 1],
    ]);
    expect(prompt.examples).toEqual(clinicRows.map((row) => row.slice(1)));
    expect(prompt.rows).toHaveLength(3);
    expect(prompt.rows.flat()).toEqual([]);
  });

  it('reads given cells: values, missing, sets, ranges, exclusions', () => {
    const { rows } = generatorPrompt({
      partialRows: [
        { sex: { is: 'equal', value: 'Male' }, age: { is: 'range', min: 60, exclusive: ['min'] } },
        { note: { is: 'missing' }, grade: { is: 'one-of', values: ['I', 'III'] }, charges: { is: 'present' } },
        { sex: { is: 'not-equal', value: 'Male' }, visit: { is: 'range', max: 1580000000 } },
        {},
      ],
    });
    expect(rows).toHaveLength(4);
    expect(rows[0]![2]).toEqual({ is: 'value', value: 'Male' });
    expect(rows[0]![0]).toEqual({ is: 'range', min: 61, max: 90, except: [] });
    expect(rows[1]![5]).toEqual({ is: 'value', value: null });
    expect(rows[1]![3]).toEqual({ is: 'one-of', values: ['I', 'III'] });
    expect(rows[1]![1]).toEqual({ is: 'other-than', except: [null] });
    expect(rows[2]![2]).toEqual({ is: 'one-of', values: ['Female', 'say "x"'] });
    expect(rows[2]![4]).toMatchObject({ is: 'range', min: 1577836800, max: Date.UTC(2020, 0, 26) / 1000 });
    expect(rows[3]!.every((given) => given === undefined)).toBe(true);
  });
});

describe('the prompt reader on the optimizer prompts that the method writes', () => {
  const pairs = [
    { theta: { ...theta, causalStructure: [] }, score: 0.9 },
    { theta, score: 0.7 },
  ];
  const feedback: Feedback = {
    shifts: [],
    pairs: [
      { columns: ['age', 'charges'], real: 0.61, synthetic: 0.08 },
      { columns: ['say "x"', 'age'], real: 0.5, synthetic: 0.1 },
      { columns: ['sex', 'smoker'], real: 0.05, synthetic: 0.4 },
    ],
    features: [],
    impossible: [],
  };

  it('reads the trials, best last, whatever their tasks contain', () => {
    const prompt = readPrompt(optimizerMessages({ pairs, metric: 'auc' })) as OptimizerPrompt;
    expect(prompt.trials.map(({ edges }) => edges)).toEqual([
      [],
      [
        [0, 6],
        [2, 1],
      ],
    ]);
    expect(prompt.trials[1]!.task).toContain('Make rows.');
    expect(prompt.pairs).toBeNull();
    expect(prompt.repair).toBe(false);
  });

  it('reads which pairs gave the rows away, in both directions, and passes over unknown columns', () => {
    const prompt = readPrompt(optimizerMessages({ pairs, metric: 'accuracy', feedback })) as OptimizerPrompt;
    expect(prompt.pairs).toEqual([
      { columns: [0, 1], real: 0.61, synthetic: 0.08 },
      { columns: [2, 6], real: 0.05, synthetic: 0.4 },
    ]);
  });

  it('knows a repair turn', () => {
    const messages = repairMessages(optimizerMessages({ pairs, metric: 'auc' }), '{}', 'the reply holds no θ');
    expect(readPrompt(messages)).toMatchObject({ role: 'optimizer', repair: true });
  });
});

describe('the prompt reader on anything else', () => {
  it.each([
    ['a greeting', 'Reply with OK.'],
    ['columns that are not described', '## Columns\n- age\n\n## Rows to make\nMake 3 new rows.'],
    ['no rows to make', '## Columns\n- "age": integer from 1 to 2\n\n## Rows to make\nMake some rows.'],
    ['no trials', '## Columns\n- "age": integer from 1 to 2\n\n## Trials\n'],
  ])('understands nothing in %s', (_, content) => {
    expect(readPrompt([{ role: 'user', content }])).toBeNull();
  });
});
