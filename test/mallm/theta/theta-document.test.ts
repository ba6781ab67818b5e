import { describe, expect, it } from 'vitest';
import { ThetaError } from '../../../mallm/errors.js';
import { textChanges, thetaChanges } from '../../../mallm/theta/theta-changes.js';
import { parseThetaDocument, thetaDocument } from '../../../mallm/theta/theta-document.js';
import { evolvingParts, MAX_TASK_LENGTH } from '../../../mallm/theta/theta.js';
import type { ThetaFile, ThetaRecord } from '../../../mallm/theta/theta-file.js';
import { clinicSchema } from '../../support/clinic-schema.js';

function record(number: number, changes: Partial<ThetaRecord> = {}): ThetaRecord {
  return {
    number,
    parent: number === 0 ? null : number - 1,
    epoch: 0,
    batch: number,
    causalStructure: [{ from: 'age', to: 'smoker' }],
    taskInstruction: 'Make rows. Keep the ages apart.',
    score: 0.8,
    adjustedScore: 0.82,
    interval: [0.75, 0.85],
    adjustedInterval: [0.77, 0.87],
    validShare: 0.9,
    counted: true,
    ...changes,
  };
}

function file(changes: Partial<ThetaFile> = {}): ThetaFile {
  const thetas = [
    record(0),
    record(1, {
      causalStructure: [
        { from: 'smoker', to: 'age' },
        { from: 'sex', to: 'charges' },
      ],
      taskInstruction: 'Make rows. Women smoke less often.',
      score: 0.7,
      adjustedScore: 0.713,
      adjustedInterval: [0.66, 0.766],
      told: ['- "age": synthetic mean 50.1, real 41.0 (+0.60 sd)'],
    }),
    record(2, {
      counted: false,
      score: null,
      adjustedScore: null,
      adjustedInterval: null,
      interval: null,
      validShare: 0.31,
      parent: 1,
    }),
  ];
  return { version: 1, context: 'Patients of a clinic.', schema: clinicSchema, best: 1, thetas, ...changes };
}

const markdown = thetaDocument(file());

describe('thetaDocument', () => {
  it('shows the best θ first', () => {
    expect(markdown).toMatch(/^# θ\n\nThe best of 3 θ is number 1: score 0\.713 \(95 % interval 0\.660 to 0\.766\)/);
    expect(markdown).toContain('## Causal structure\n\n- "smoker" -> "age"\n- "sex" -> "charges"\n');
    expect(markdown).toContain('## Task\n\nMake rows. Women smoke less often.\n');
    expect(markdown).toContain('- "age": integer from 17 to 90 (in years)');
    expect(markdown).not.toContain('patient id');
  });

  it('compares the best θ with the first by one classifier, and says when the first is the best', () => {
    const scored = (theta: number, score: number) => ({ theta, score, interval: [0, 1] as [number, number] });
    const [first, best] = [scored(0, 0.82), scored(1, 0.713)];
    const compared = { first, best, difference: -0.107, interval: [-0.15, 0.01] as [number, number] };
    expect(thetaDocument(file({ firstAndBest: compared }))).toContain(
      'By the same classifier the first, number 0, has 0.820: a difference of −0.107 (95 % interval −0.150 to 0.010).',
    );
    const won = { first, best: first, difference: 0, interval: null };
    expect(thetaDocument(file({ best: 0, firstAndBest: won }))).toContain(
      'It is the first: no later one has a lower score.',
    );
    expect(markdown).not.toContain('By the same classifier');
  });

  it('compares a θ with its parent only where both are scored by the newest classifier', () => {
    const dropped = { adjustedScore: null, adjustedInterval: null };
    const chapterOf = (parent: object, child: object): string =>
      thetaDocument(file({ thetas: [record(0, parent), record(1, child)] })).split(/^### /m)[2]!;
    expect(chapterOf({}, dropped)).toContain('- score 0.800 (95 % interval 0.750 to 0.850), not scored since');
    expect(chapterOf(dropped, {})).toContain('- score 0.820 (95 % interval 0.770 to 0.870)\n');
    expect(chapterOf({}, { ...dropped, counted: false, blind: true })).toContain(
      '- not counted: the classifier was blind',
    );
  });

  it('lists of each θ what changed, why, and what it did to the score', () => {
    const [, first, second, third] = markdown.split(/^### /m);
    expect(first).toMatch(/^θ 0, the first\n\n- score 0\.820 .*\n- edge: "age" -> "smoker"\n- task:\n\n> Make rows\./);
    expect(second).toBe(
      [
        'θ 1, made from θ 0',
        '',
        '- score 0.713 (95 % interval 0.660 to 0.766): 0.107 better than θ 0 (0.820)',
        '- the optimizer received: "age": synthetic mean 50.1, real 41.0 (+0.60 sd)',
        '- edge added: "sex" -> "charges"',
        '- edge turned round: "smoker" -> "age"',
        '- task:',
        '',
        '```diff',
        '  Make rows.',
        '- Keep the ages apart.',
        '+ Women smoke less often.',
        '```',
        '',
        '',
      ].join('\n'),
    );
    expect(third).toContain('- not counted: only 31 % of its rows were valid\n- edge removed: "sex" -> "charges"');
  });

  it('has a table of all scores', () => {
    expect(markdown).toContain('| **1** (best) | 0 | 0 | 1 | 0.700 | 0.713 | 0.660 to 0.766 | 90 % |');
    expect(markdown).toContain('| 2 | 1 | 0 | 2 | – | – | – | 31 % |');
  });
});

describe('parseThetaDocument', () => {
  const parse = (text: string) => parseThetaDocument(text, clinicSchema);

  it.each([
    ['as it was written', {}],
    ['with nothing known', { context: '', thetas: [record(0, { causalStructure: [] })], best: 0 }],
    [
      'with lines that look like headings',
      {
        context: '# A\n\\# B\n## Task\n\n\\\\# C',
        thetas: [record(0, { taskInstruction: '## Task\n- "a" -> "b"\n\n```' })],
        best: 0,
      },
    ],
    [
      'with names that need quotes',
      {
        schema: {
          target: 'a "b" -> c',
          columns: ['a "b" -> c', 'd e'].map((name) => ({ ...clinicSchema.columns[1]!, name })),
        },
        thetas: [record(0, { causalStructure: [{ from: 'a "b" -> c', to: 'd e' }] })],
        best: 0,
      },
    ],
    ['with given columns', { thetas: [record(0, { givenColumns: ['smoker', 'sex'] })], best: 0 }],
    ['with no column given', { thetas: [record(0, { givenColumns: [] })], best: 0 }],
  ] as [string, Partial<ThetaFile>][])('reads a document %s', (_name, changes) => {
    const written = file(changes);
    const best = written.thetas.find(({ number }) => number === written.best)!;
    const expected = { context: written.context, ...evolvingParts(best) };
    expect(parseThetaDocument(thetaDocument(written), written.schema)).toEqual(expected);
  });

  it('reads what a person made of it', () => {
    const edited = [
      '## context',
      'Patients of two clinics.',
      '## Causal Structure',
      '<!-- as Dr B. says -->',
      '* age -> Smoker',
      '- "sex" → charges',
      '  grade --> charges  ',
      '## Task ##',
      '',
      'Make rows.',
      '',
      'Two paragraphs.',
    ].join('\r\n');
    expect(parse(edited)).toEqual({
      context: 'Patients of two clinics.',
      causalStructure: [
        { from: 'age', to: 'smoker' },
        { from: 'sex', to: 'charges' },
        { from: 'grade', to: 'charges' },
      ],
      taskInstruction: 'Make rows.\n\nTwo paragraphs.',
    });
  });

  const lineOf = (text: string, part: string): number => text.split('\n').findIndex((line) => line.includes(part)) + 1;
  it.each([
    [
      'an unknown column',
      '"sex" -> "charges"',
      '"sexx" -> "charges"',
      /there is no column "sexx"\. Did you mean "sex"\?/,
    ],
    [
      'something that is no edge',
      '- "sex" -> "charges"',
      '- sex causes charges',
      /this is no edge: expected - "cause" -> "effect", got - sex causes charges/,
    ],
    ['an identifier', '"sex" -> "charges"', '"patient id" -> "charges"', /there is no column "patient id"/],
    ['a cycle', '"sex" -> "charges"', '"age" -> "smoker"', /has a cycle/],
    ['an edge twice', '"sex" -> "charges"', '"smoker" -> "age"', /occurs twice/],
    ['a loop', '"sex" -> "charges"', '"sex" -> "sex"', /points at its own start/],
  ])('says in which line there is %s', (_name, before, after, message) => {
    const edited = markdown.replace(before, after);
    const last = edited
      .split('\n')
      .findLastIndex((line, place) => place < lineOf(edited, '## Task') && line.includes(after));
    expect(() => parse(edited)).toThrow(new RegExp(`^line ${last + 1} of the θ document: `));
    expect(() => parse(edited)).toThrow(message);
    expect(() => parse(edited)).toThrow(ThetaError);
  });

  it.each([
    ['"agee"', /^line 31 of the θ document: there is no column "agee"\. Did you mean "age"\?/],
    ['note', /^line 31 of the θ document: column "note" cannot be given/],
  ])('names the line of a column that cannot be given (%s)', (name, message) => {
    const edges = '- "sex" -> "charges"\n';
    expect(() => parse(markdown.replace(edges, `${edges}\n## Given columns\n\n- ${name}\n`))).toThrow(message);
  });

  it('says which section is missing, twice, empty or too long', () => {
    expect(() => parse(markdown.replace('## Task', '## Tusk'))).toThrow(/no section "Task": expected a line "## Task"/);
    expect(() => parse(markdown.replace('## Columns', '## Task'))).toThrow(
      /line \d+ of the θ document: the section "task" occurs twice/,
    );
    expect(() => parse(markdown.replace('Make rows. Women smoke less often.\n', '\n'))).toThrow(/^line \d+ .*is empty/);
    expect(() => parse(markdown.replace('Women', 'Women '.repeat(400)))).toThrow(
      new RegExp(`too long: expected 1 to ${MAX_TASK_LENGTH}`),
    );
    expect(() => parse('')).toThrow(ThetaError);
  });
});

describe('thetaChanges', () => {
  it('finds edges and sentences that came and went', () => {
    const [before, after] = [
      record(0, { givenColumns: ['smoker', 'age'] }),
      record(1, {
        causalStructure: [],
        taskInstruction: 'Make rows! Keep the ages apart.',
        givenColumns: ['smoker', 'sex'],
      }),
    ];
    expect(thetaChanges(before, after)).toEqual({
      structure: { added: [], removed: [{ from: 'age', to: 'smoker' }], reversed: [] },
      given: { added: ['sex'], removed: ['age'] },
      task: [
        { kind: 'removed', text: 'Make rows.' },
        { kind: 'added', text: 'Make rows!' },
        { kind: 'kept', text: 'Keep the ages apart.' },
      ],
    });
  });

  it('keeps as many sentences as can be kept', () => {
    const changes = textChanges('A. B. C. D.', 'B. X. D. A.');
    expect(changes.filter(({ kind }) => kind === 'kept').map(({ text }) => text)).toEqual(['B.', 'D.']);
    const side = (other: string) =>
      changes
        .filter(({ kind }) => kind !== other)
        .map(({ text }) => text)
        .join(' ');
    expect(side('added')).toBe('A. B. C. D.');
    expect(side('removed')).toBe('B. X. D. A.');
  });
});
