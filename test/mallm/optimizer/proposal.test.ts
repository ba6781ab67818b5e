import { describe, expect, it } from 'vitest';
import { ThetaError } from '../../../mallm/errors.js';
import { parseProposal } from '../../../mallm/optimizer/proposal.js';
import { createRandom, seedOf } from '../../../mallm/random.js';
import { optimizerReplySchema } from '../../../mallm/prompts/reply-schema.js';
import { MAX_TASK_LENGTH } from '../../../mallm/theta/theta.js';
import type { Edge, Theta } from '../../../mallm/theta/theta.js';
import { clinicSchema } from '../../support/clinic-schema.js';

const theta: Theta = {
  context: 'Patients of a clinic.',
  schema: clinicSchema,
  causalStructure: [{ from: 'grade', to: 'note' }],
  taskInstruction: 'Make rows.',
};
const proposed: Edge[] = [
  { from: 'age', to: 'smoker' },
  { from: 'sex', to: 'charges' },
];
const pairs = [
  ['age', 'smoker'],
  ['sex', 'charges'],
];
const task = 'Keep the "ages" apart.\nWomen smoke less.';

const parse = (value: unknown): Theta =>
  parseProposal(typeof value === 'string' ? value : JSON.stringify(value), theta);

describe('parseProposal', () => {
  it('keeps context and schema and takes the new structure and task', () => {
    expect(parse({ causalStructure: pairs, taskInstruction: task })).toEqual({
      ...theta,
      causalStructure: proposed,
      taskInstruction: task,
    });
  });

  describe('where θ names given columns', () => {
    const before: Theta = { ...theta, givenColumns: ['smoker', 'age'] };
    const given = (givenColumns: unknown): string[] | undefined =>
      parseProposal(JSON.stringify({ causalStructure: pairs, taskInstruction: task, givenColumns }), before)
        .givenColumns;

    it('takes the new ones, however they are spelt, each once', () => {
      expect(given(['Sex', 'charges', 'sex'])).toEqual(['sex', 'charges']);
      expect(given([])).toEqual([]);
    });

    it('leaves out what cannot be given, and what is more than half of the columns', () => {
      expect(given(['patient id', 'note', 'weight', 7, 'grade'])).toEqual(['grade']);
      expect(given(['age', 'sex', 'grade', 'visit', 'charges', 'smoker'])).toEqual(['age', 'sex', 'grade']);
    });

    it('keeps the old ones where the reply has none', () => {
      expect(given(undefined)).toEqual(['smoker', 'age']);
      expect(given('sex')).toEqual(['smoker', 'age']);
    });

    it('keeps the old ones where the reply has something else', () => {
      expect(given({ from: 'sex' })).toEqual(['smoker', 'age']);
    });

    it('has none where chance is left to the model', () => {
      expect(parse({ causalStructure: pairs, taskInstruction: task, givenColumns: ['sex'] })).not.toHaveProperty(
        'givenColumns',
      );
    });
  });

  it.each([
    [
      'objects',
      [
        { from: 'age', to: 'smoker' },
        { cause: 'sex', effect: 'charges' },
      ],
    ],
    ['arrows', ['age -> smoker', '"sex" → "charges"']],
    ['arrows of a list', ['- age --> smoker', '2. sex => charges']],
    ['arrows of a list with wide spaces', ['  *   age  ->  smoker', '12)  sex  ->  charges']],
    ['arrows without spaces', ['age->smoker', 'sex→charges']],
    ['arrows in quotes with spaces round them', [' "age" -> smoker ', ['sex ', ' "charges" ']]],
    ['lines', 'age -> smoker\nsex -> charges'],
    ['lines with an empty one and one that says none', ' none \nage -> smoker\n\n ;sex -> charges\n'],
    [
      'another spelling',
      [
        ['AGE', 'Smoker'],
        [' sex', 'charges'],
      ],
    ],
    ['repeats', [...pairs, ...pairs]],
  ])('reads edges given as %s', (_name, causalStructure) => {
    expect(parse({ causalStructure, taskInstruction: task }).causalStructure).toEqual(proposed);
  });

  it('reads a chain of arrows', () => {
    const { causalStructure } = parse({ causalStructure: ['age -> grade -> charges'], taskInstruction: task });
    expect(causalStructure).toEqual([
      { from: 'age', to: 'grade' },
      { from: 'grade', to: 'charges' },
    ]);
  });

  it('reads columns that are named by numbers, and keeps quotes and dashes within a name', () => {
    const named = (name: string) => ({ ...clinicSchema.columns.find((column) => column.name === 'age')!, name });
    const schema = { target: '1', columns: [named('1'), named('2'), named("mother's age"), named('a- b')] };
    const edges = (causalStructure: unknown): Edge[] =>
      parseProposal(JSON.stringify({ causalStructure, taskInstruction: task }), { ...theta, schema }).causalStructure;
    expect(edges([[1, 2]])).toEqual([{ from: '1', to: '2' }]);
    expect(edges(["mother's age -> a- b"])).toEqual([{ from: "mother's age", to: 'a- b' }]);
    expect(() => edges([[1, null]])).toThrow(/holds something that is no edge/);
    expect(() => edges([[1, true]])).toThrow(/holds something that is no edge/);
  });

  it('takes the space round a task away', () => {
    expect(parse({ causalStructure: pairs, taskInstruction: ` ${task}\n` }).taskInstruction).toBe(task);
  });

  it.each([[[]], [''], ['(none known)'], ['none'], [' none']])('reads %j as no edges', (causalStructure) => {
    expect(parse({ causalStructure, taskInstruction: task }).causalStructure).toEqual([]);
  });

  it.each([
    [
      'in a fence, with other names',
      `Here it is:\n\`\`\`json\n${JSON.stringify({ causal_structure: pairs, task_instruction: task })}\n\`\`\``,
    ],
    ['inside another object', JSON.stringify({ theta: { causalStructure: pairs, taskInstruction: task }, why: 'x' })],
    [
      'after thoughts',
      `<think>{"causalStructure":[],"taskInstruction":"no"}</think>${JSON.stringify({ causalStructure: pairs, taskInstruction: task })}`,
    ],
    [
      'after a draft',
      `{"causalStructure":[],"taskInstruction":"no"} No, better: ${JSON.stringify({ causalStructure: pairs, taskInstruction: task })}`,
    ],
    ['as a list of sentences', JSON.stringify({ causalStructure: pairs, taskInstruction: task.split('\n') })],
  ])('finds the proposal %s', (_name, text) => {
    expect(parse(text)).toMatchObject({ causalStructure: proposed, taskInstruction: task });
  });

  it.each([
    ['no JSON', 'I would add an arrow.', /holds no θ: expected one whole JSON object/],
    ['an end that never came', '{"causalStructure":[["age","smoker"]],"taskInstruction":"Make', /holds no θ/],
    ['no task', { causalStructure: pairs }, /has no "taskInstruction"/],
    ['no structure', { taskInstruction: task }, /has no "causalStructure"/],
    [
      'an unknown column',
      { causalStructure: [['age', 'weight']], taskInstruction: task },
      /"age" -> "weight" names an unknown column "weight": expected one of "age", "charges"/,
    ],
    [
      'an identifier',
      { causalStructure: [['patient id', 'age']], taskInstruction: task },
      /unknown column "patient id"/,
    ],
    ['a loop', { causalStructure: [['age', 'Age']], taskInstruction: task }, /points at its own start/],
    [
      'a cycle',
      {
        causalStructure: [
          ['age', 'sex'],
          ['sex', 'age'],
        ],
        taskInstruction: task,
      },
      /has a cycle/,
    ],
    [
      'half an edge',
      { causalStructure: [['age']], taskInstruction: task },
      /holds something that is no edge: .*, got list without two names/,
    ],
    [
      'a number for an edge',
      { causalStructure: [7], taskInstruction: task },
      /holds something that is no edge: .*, got 7\.$/,
    ],
    [
      'a sentence for an edge, of which the start is shown',
      { causalStructure: ['age makes '.repeat(20)], taskInstruction: task },
      /, got "(age makes ){7}age makes\.$/,
    ],
    [
      'a task with something between that is no text',
      { causalStructure: pairs, taskInstruction: ['a', 1] },
      /"taskInstruction" is no text/,
    ],
    [
      'a part in an object before others',
      `${JSON.stringify({ causalStructure: pairs })} and {"why": "x"}`,
      /has no "taskInstruction"/,
    ],
    [
      'three ends',
      { causalStructure: [['age', 'sex', 'note']], taskInstruction: task },
      /holds something that is no edge/,
    ],
    [
      'a structure that is no list',
      { causalStructure: { age: ['sex'] }, taskInstruction: task },
      /"causalStructure" is no list of edges/,
    ],
    [
      'the placeholder of the prompt, as SmolLM2-135M replied',
      '{"causalStructure":[["smoker","age"],["age","sex"]],"taskInstruction":"..."}',
      /task instruction is empty/,
    ],
    ['an empty task', { causalStructure: pairs, taskInstruction: ' \n' }, /task instruction is empty/],
    ['a task that is no text', { causalStructure: pairs, taskInstruction: { a: 1 } }, /"taskInstruction" is no text/],
    [
      'too long a task',
      { causalStructure: pairs, taskInstruction: 'x'.repeat(MAX_TASK_LENGTH + 1) },
      /too long: expected 1 to 1500 characters, got 1501/,
    ],
  ])('says what to mend: %s', (_name, value, message) => {
    expect(() => parse(value)).toThrow(message);
    expect(() => parse(value)).toThrow(ThetaError);
  });

  it('throws nothing but ThetaError, and takes nothing invalid, from 2,000 mangled replies', () => {
    const text = JSON.stringify({ causalStructure: pairs, taskInstruction: task });
    let taken = 0;
    for (let reply = 0; reply < 2000; reply++) {
      const random = createRandom(seedOf('mangled', reply));
      let mangled = text;
      for (let times = 1 + random.integer(3); times > 0; times--) {
        const at = random.integer(mangled.length);
        mangled =
          mangled.slice(0, at) +
          random.pick(['', '"', '[', ']', '{', '}', ',', 'null', '"age","smoker"']) +
          mangled.slice(at + random.integer(5));
      }
      try {
        const { causalStructure, taskInstruction } = parseProposal(mangled, theta);
        taken++;
        expect(
          causalStructure.every(
            ({ from, to }) => from !== to && clinicSchema.columns.some(({ name }) => name === from || name === to),
          ),
        ).toBe(true);
        expect(taskInstruction.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(ThetaError);
      }
    }
    expect(taken).toBeGreaterThan(100);
    expect(taken).toBeLessThan(1900);
  });
});

describe('optimizerReplySchema', () => {
  it('has given columns where θ has them', () => {
    expect(optimizerReplySchema({ schema: clinicSchema, givenColumns: [] })).toMatchObject({
      required: ['causalStructure', 'givenColumns', 'taskInstruction'],
      properties: { givenColumns: { type: 'array', items: { type: 'string' } } },
    });
  });

  it('accepts only columns in edges', () => {
    expect(optimizerReplySchema({ schema: clinicSchema })).toMatchObject({
      additionalProperties: false,
      required: ['causalStructure', 'taskInstruction'],
      properties: {
        causalStructure: { items: { items: { enum: ['age', 'charges', 'sex', 'grade', 'visit', 'note', 'smoker'] } } },
        taskInstruction: { type: 'string' },
      },
    });
  });
});
