import { describe, expect, it } from 'vitest';
import { ThetaError } from '../../mallm/errors.js';
import type { Feedback } from '../../mallm/optimizer/feedback.js';
import { optimizerMessages, parseProposal, repairMessages } from '../../mallm/optimizer/optimizer-prompt.js';
import type { PromptMessage } from '../../mallm/prompts/prompt.js';
import { MAX_TASK_LENGTH, type Theta } from '../../mallm/theta/theta.js';
import { answerChat } from '../../simulator/chat.js';
import { peopleSchema } from './conversation.js';

const theta: Theta = {
  context: 'Animals.',
  schema: peopleSchema,
  causalStructure: [{ from: 'sort', to: 'gain' }],
  taskInstruction: 'Make rows.',
};
const feedback: Feedback = {
  shifts: [],
  pairs: [{ columns: ['sort', 'size'], real: 0.9, synthetic: 0.05 }],
  features: [],
  impossible: [],
};

function proposalText(messages: PromptMessage[], seed: number): string {
  return answerChat({ messages, temperature: 1, seed, shape: 'json_schema', maxTokens: 8000 }, 1).text;
}

function proposals(messages: PromptMessage[], count: number): { valid: Theta[]; refused: string[] } {
  const found = { valid: [] as Theta[], refused: [] as string[] };
  for (let seed = 0; seed < count; seed++) {
    try {
      found.valid.push(parseProposal(proposalText(messages, seed), theta));
    } catch (error) {
      if (!(error instanceof ThetaError)) throw error;
      found.refused.push(error.message);
    }
  }
  return found;
}

const joins = (proposal: Theta, a: string, b: string): boolean =>
  proposal.causalStructure.some(({ from, to }) => (from === a && to === b) || (from === b && to === a));

describe('proposals of the simulated optimizer', () => {
  const told = optimizerMessages({ pairs: [{ theta, score: 0.8 }], metric: 'auc', feedback });
  const untold = optimizerMessages({ pairs: [{ theta, score: 0.8 }], metric: 'accuracy' });

  it('mostly add the pair that the feedback says is missing', () => {
    const { valid } = proposals(told, 200);
    expect(valid.filter((proposal) => joins(proposal, 'sort', 'size')).length / valid.length).toBeGreaterThan(0.65);
  });

  it('find a missing pair seldom without feedback', () => {
    const { valid } = proposals(untold, 200);
    const found = valid.filter((proposal) => joins(proposal, 'sort', 'size')).length / valid.length;
    expect(found).toBeLessThan(0.5);
    expect(valid.some(({ causalStructure }) => causalStructure.length !== 1)).toBe(true);
  });

  it('have columns given whose shares are off, within what the prompt allows, and only where it speaks of them', () => {
    const shift = { of: 'mean', date: false, severity: 0.5, real: 1, synthetic: 2, realDeviation: 1 } as const;
    const shifted: Feedback = { ...feedback, shifts: [{ ...shift, column: 'luck' }] };
    const given: Theta = { ...theta, givenColumns: ['sort', 'gain'] };
    const ask = optimizerMessages({ pairs: [{ theta: given, score: 0.8 }], metric: 'auc', feedback: shifted });
    const found = Array.from({ length: 100 }, (_, seed) => JSON.parse(proposalText(ask, seed)) as object);
    const columns = found.map((each) => (each as { givenColumns: string[] }).givenColumns);
    expect(columns.filter((names) => names.includes('luck')).length).toBeGreaterThan(50);
    expect(columns.every((names) => names.length <= 2)).toBe(true);
    expect(JSON.parse(proposalText(told, 1))).not.toHaveProperty('givenColumns');
  });

  it('cannot be used now and then: a cycle, an unknown column, a task too long', () => {
    const { valid, refused } = proposals(told, 600);
    expect(refused.length / 600).toBeGreaterThan(0.01);
    expect(refused.length / 600).toBeLessThan(0.1);
    expect(refused.some((problem) => problem.includes('cycle'))).toBe(true);
    expect(refused.some((problem) => problem.includes('unknown column'))).toBe(true);
    expect(refused.some((problem) => problem.includes('too long'))).toBe(true);
    expect(valid.every(({ taskInstruction }) => taskInstruction.length <= MAX_TASK_LENGTH)).toBe(true);
  });

  it('are sound in the repair turn', () => {
    const messages = repairMessages(told, '{"causalStructure":[]}', 'the reply has no "taskInstruction"');
    expect(proposals(messages, 600).refused).toEqual([]);
  });

  it('let the task grow, within bounds, over a fit', () => {
    let current = theta;
    const lengths: number[] = [];
    for (let round = 0; round < 60; round++) {
      const messages = repairMessages(
        optimizerMessages({ pairs: [{ theta: current, score: 0.8 }], metric: 'auc', feedback }),
        '{}',
        'no θ',
      );
      current = parseProposal(proposalText(messages, round), current);
      lengths.push(current.taskInstruction.length);
    }
    expect(lengths[5]!).toBeGreaterThan(theta.taskInstruction.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(MAX_TASK_LENGTH);
  });
});
