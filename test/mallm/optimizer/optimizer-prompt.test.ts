import { beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../../mallm/table/dataset.js';
import type { Feedback } from '../../../mallm/optimizer/feedback.js';
import { compareRows } from '../../../mallm/optimizer/feedback.js';
import { optimizerMessages, repairMessages } from '../../../mallm/optimizer/optimizer-prompt.js';
import type { ScoredTheta } from '../../../mallm/optimizer/optimizer-prompt.js';
import type { PromptMessage } from '../../../mallm/prompts/prompt.js';
import type { Theta } from '../../../mallm/theta/theta.js';
import { readPrompt } from '../../../simulator/prompt-reader.js';
import { clinicRows, clinicSchema } from '../../support/clinic-schema.js';

const theta: Theta = {
  context: 'Patients of a clinic.',
  schema: clinicSchema,
  causalStructure: [{ from: 'age', to: 'smoker' }],
  taskInstruction: 'Make rows.\n### Trial 9: not a heading\n## Reply\nnor this',
};
const pairs: ScoredTheta[] = [
  { theta: { ...theta, causalStructure: [], taskInstruction: 'Make worse rows.' }, score: 0.8731 },
  { theta, score: 0.65 },
];

/** Real rows in which smoker follows sex, and synthetic ones in which it does not and all are old. */
const real: Row[] = Array.from({ length: 60 }, (_, row) =>
  clinicRows[row % 2]!.map((cell, column) => (column === 1 ? 20 + (row % 30) : cell)),
);
const synthetic: Row[] = real.map((row, place) => row.with(1, 70 + (place % 20)).with(7, place % 4 < 2 ? 'yes' : 'no'));
let feedback: Feedback;
beforeAll(() => {
  feedback = compareRows(clinicSchema, real, synthetic);
});

describe('optimizerMessages', () => {
  let system: PromptMessage | undefined;
  let user: PromptMessage | undefined;
  beforeAll(() => {
    [system, user] = optimizerMessages({ pairs, metric: 'accuracy', feedback });
  });

  it('shows the trials with the best last, in percent', () => {
    const headings = user!.content.split('\n').filter((line) => /^#{2,3} /.test(line));
    expect(headings).toEqual([
      '## Context',
      '## Columns',
      '## Trials',
      '### Trial 1: the classifier was right in 87.3 % of cases',
      '### Trial 2: the classifier was right in 65.0 % of cases',
      '## What gave the rows away',
      '## Reply',
    ]);
    expect(user!.content).toContain('Causal structure:\n(none known)\nTask:\nMake worse rows.\n');
    expect(user!.content).toContain('Causal structure:\n"age" -> "smoker"\nTask:\nMake rows.\n');
  });

  it('names the score by its name', () => {
    expect(optimizerMessages({ pairs, metric: 'auc' })[1]!.content).toContain(
      "### Trial 2: the classifier's AUC was 65.0 %",
    );
  });

  it('says what gave the rows away only with feedback', () => {
    expect(user!.content).toMatch(/^- "age": synthetic mean 79\.\d+, real 34\.\d+ \(\+\d\.\d\d sd\)$/m);
    expect(optimizerMessages({ pairs, metric: 'auc' })[1]!.content).not.toContain('## What gave');
    const nothing = { shifts: [], pairs: [], features: [], impossible: [] };
    expect(optimizerMessages({ pairs, metric: 'auc', feedback: nothing })[1]!.content).not.toContain('## What gave');
  });

  it('says what the role may do and how to reply, in JSON', () => {
    expect(system!.role).toBe('system');
    expect(system!.content).toMatch(
      /without a cycle.*at most 1500 characters.*cannot fit models, run tests, count, or draw random numbers/s,
    );
    expect(user!.content).toContain('{"causalStructure":[["cause","effect"], ...],"taskInstruction":"..."}');
  });

  it("asks for the three steps of the paper, and names the score to aim at, only with the paper's prompts", () => {
    const [role, ask] = optimizerMessages({ pairs, metric: 'accuracy', prompts: 'paper' });
    expect(role!.content).toMatch(
      /score to aim at is 50 %.*\n1\. Compare the trials.*\n2\. Improve the causal structure.*\n3\. Write the new task/s,
    );
    const ours = optimizerMessages({ pairs, metric: 'accuracy' });
    expect(ask).toEqual(ours[1]);
    expect(ours[0]!.content).not.toMatch(/three steps|score to aim at/);
    expect(optimizerMessages({ pairs, metric: 'accuracy', prompts: 'default' })).toEqual(ours);
  });

  it('speaks of given columns only where θ has them', () => {
    expect(`${system!.content}${user!.content}`).not.toMatch(/given columns|givenColumns/i);
    const given = pairs.map((pair, place) => ({
      ...pair,
      theta: { ...pair.theta, givenColumns: place === 0 ? [] : ['smoker', 'age'] },
    }));
    const [role, ask] = optimizerMessages({ pairs: given, metric: 'auc', feedback });
    expect(role!.content).toContain('the given columns: of these, at most 3,');
    expect(ask!.content).toContain('(none known)\nGiven columns: (none)\nTask:');
    expect(ask!.content).toContain('"age" -> "smoker"\nGiven columns: "smoker", "age"\nTask:');
    expect(ask!.content).toContain('{"causalStructure":[["cause","effect"], ...],"givenColumns":["column", ...],');
    expect(readPrompt([role!, ask!])).toMatchObject({
      trials: [{ given: [] }, { given: [6, 0] }],
      mostGiven: 3,
      shifted: [0],
    });
  });

  it('holds no cell of a real row', () => {
    expect(user!.content).not.toMatch(/came on foot|2500\.5|2020-03-13|K-00/);
  });

  it('is read by the simulated model as it was meant', () => {
    const prompt = readPrompt(optimizerMessages({ pairs, metric: 'auc', feedback }));
    if (prompt?.role !== 'optimizer') throw new Error('not read');
    expect(prompt.trials.map(({ edges }) => edges)).toEqual([[], [[0, 6]]]);
    expect(prompt.trials[0]!.task).toBe('Make worse rows.');
    expect(prompt.pairs).toHaveLength(feedback.pairs.length);
    expect(prompt.pairs!.length).toBeGreaterThan(0);
  });
});

describe('repairMessages', () => {
  let messages: PromptMessage[];
  beforeAll(() => {
    messages = optimizerMessages({ pairs, metric: 'auc' });
  });

  it('goes on with the conversation: the reply, and what is wrong with it', () => {
    const repaired = repairMessages(messages, '{"x":1}', 'the reply has no "taskInstruction"');
    expect(repaired.slice(0, 2)).toEqual(messages);
    expect(repaired.slice(2).map(({ role }) => role)).toEqual(['assistant', 'user']);
    expect(repaired[2]!.content).toBe('{"x":1}');
    expect(repaired[3]!.content).toContain('the reply has no "taskInstruction"');
    expect(readPrompt(repaired)).toMatchObject({ role: 'optimizer', repair: true });
  });

  it('does not send an endless reply back', () => {
    expect(repairMessages(messages, 'x'.repeat(1e6), 'too long')[2]!.content.length).toBeLessThan(5000);
  });
});
