import { feedbackLines } from './feedback-lines.js';
import type { Feedback } from './feedback.js';
import { mostGivenColumns } from '../theta/given-columns.js';
import { edgeLines } from '../theta/edge-text.js';
import type { FitOptions } from '../options.js';
import { fixedSections, freeText, promptText } from '../prompts/prompt.js';
import type { PromptMessage, PromptSection } from '../prompts/prompt.js';
import { MAX_TASK_LENGTH } from '../theta/theta.js';
import type { Theta } from '../theta/theta.js';

export { parseProposal } from './proposal.js';
export { optimizerReplySchema } from '../prompts/reply-schema.js';

/** A pair: a θ and its score, a fraction in [0, 1]; lower is better. */
export interface ScoredTheta {
  theta: Theta;
  score: number;
}

export interface OptimizerAsk {
  /** Worst first, best last; at least one. */
  pairs: readonly ScoredTheta[];
  metric: 'accuracy' | 'auc';
  /** How the best θ's rows differ from the real ones. */
  feedback?: Feedback;
  /** `paper` names the score to aim at and asks for three steps. */
  prompts?: FitOptions['prompts'];
}

/** Characters of a refused reply that the repair turn shows. */
const LONGEST_REPLY = 4000;

/** Line on the given columns, where θ has any; `N` is replaced by the most there may be. */
const GIVEN_COLUMNS =
  '- the given columns: of these, at most N, the cells are drawn beforehand with the shares of the real rows, each one along the arrows from those before it, and the writing model only completes the rows. Where the mean, the spread or the shares of a column give the rows away, have it given; a column that the model gets right by itself, or that follows from others, need not be;';

const SYSTEM = [
  'You improve the instructions by which another language model invents rows for a table of synthetic data. A classifier is trained to tell its rows from real ones. The nearer the classifier is to guessing (50 %), the better the instructions.',
  '',
  'What you may change:',
  '- the causal structure: arrows from a column that is a cause to a column that depends on it, without a cycle. Where two columns are related in reality but not in the synthetic rows, an arrow is missing; where an arrow misleads, take it away or turn it round;',
  GIVEN_COLUMNS,
  `- the task: what the writing model should heed, in at most ${MAX_TASK_LENGTH} characters. It writes cell after cell and can do no more than that: tell it which values are usual and which are rare, what goes together and what never does. It cannot fit models, run tests, count, or draw random numbers.`,
  '',
  'Learn from the trials: keep what the better ones have in common, and try something they have not tried. Quote no row of the data. Reply with JSON and nothing else.',
];

/** Score to aim at (Paper: Listing 2) and the steps of a proposal (Paper: Listing 5); wording is ours. */
const AIM_AND_STEPS = [
  '',
  'The score to aim at is 50 %. Work in three steps:',
  '1. Compare the trials with their scores: what do the better ones have that the worse ones lack?',
  '2. Improve the causal structure: from what the comparison shows, and from what is known of the subject of the table.',
  '3. Write the new task so that it carries out what the first two steps found.',
  'Only the results of steps 2 and 3 go into the reply.',
].join('\n');

/**
 * The conversation that asks the optimizer for a new θ.
 *
 * Paper: Listing 5, §3.2.3.
 * Departs: the best pair comes last, as in §3.2.3 (Listing 5 and the authors' code have it first); the optimizer receives
 * differences between synthetic and real rows; the three steps only with `prompts: 'paper'`; wording is ours.
 */
export function optimizerMessages({ pairs, metric, feedback, prompts }: OptimizerAsk): PromptMessage[] {
  const best = pairs.at(-1)!;
  const differences = feedback ? feedbackLines(feedback) : [];
  const sections: PromptSection[] = [
    ...fixedSections(best.theta),
    { title: 'Trials', lines: pairs.flatMap((pair, place) => trialLines(pair, place + 1, metric)) },
    ...(differences.length > 0 ? [{ title: 'What gave the rows away', lines: differences }] : []),
    { title: 'Reply', lines: replyWanted(best.theta) },
  ];
  return [
    { role: 'system', content: systemText(best.theta) + (prompts === 'paper' ? `\n${AIM_AND_STEPS}` : '') },
    { role: 'user', content: promptText(sections) },
  ];
}

/** The conversation of the one repair turn: the request, the refused reply, and what is wrong with it. */
export function repairMessages(messages: readonly PromptMessage[], reply: string, problem: string): PromptMessage[] {
  const shown = reply.length > LONGEST_REPLY ? `${reply.slice(0, LONGEST_REPLY)} …` : reply;
  const content = `That cannot be used: ${problem}\nMend this, keep what was right, and send the whole JSON object again, and nothing else.`;
  return [...messages, { role: 'assistant', content: shown }, { role: 'user', content }];
}

function systemText({ schema, givenColumns }: Theta): string {
  return SYSTEM.filter((line) => line !== GIVEN_COLUMNS || givenColumns)
    .join('\n')
    .replace('at most N', `at most ${mostGivenColumns(schema)}`);
}

function trialLines({ theta, score }: ScoredTheta, number: number, metric: OptimizerAsk['metric']): string[] {
  const percent = (100 * score).toFixed(1);
  const finding =
    metric === 'auc' ? `the classifier's AUC was ${percent} %` : `the classifier was right in ${percent} % of cases`;
  return [
    ...(number > 1 ? [''] : []),
    `### Trial ${number}: ${finding}`,
    'Causal structure:',
    ...edgeLines(theta.causalStructure),
    ...(theta.givenColumns ? [givenLine(theta.givenColumns)] : []),
    'Task:',
    freeText(theta.taskInstruction),
  ];
}

function givenLine(names: string[]): string {
  return `Given columns: ${names.length === 0 ? '(none)' : names.map((name) => JSON.stringify(name)).join(', ')}`;
}

function replyWanted({ schema, givenColumns }: Theta): string[] {
  const given = givenColumns ? '"givenColumns":["column", ...],' : '';
  return [
    `One JSON object: {"causalStructure":[["cause","effect"], ...],${given}"taskInstruction":"..."}.`,
    ...(givenColumns ? [`At most ${mostGivenColumns(schema)} given columns.`] : []),
    'The causal structure is complete: an arrow that is left out is taken away. Column names are spelt as listed. The trials stand with the best last; beat it.',
  ];
}
