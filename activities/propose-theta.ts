import { feedbackLines } from '../mallm/optimizer/feedback-lines.js';
import type { FitState, Pair } from '../mallm/fit/fit-state.js';
import { topPairs } from '../mallm/fit/fit-state.js';
import {
  optimizerMessages,
  optimizerReplySchema,
  parseProposal,
  repairMessages,
} from '../mallm/optimizer/optimizer-prompt.js';
import { ModelError, ThetaError } from '../mallm/errors.js';
import type { RunPlan, StoredCall, StoredTheta } from '../mallm/fit/plan.js';
import { thetaOf } from '../mallm/fit/plan.js';
import { seedOf } from '../mallm/random.js';
import type { Spending } from '../mallm/fit/spending.js';
import { addSpending, nothingSpent } from '../mallm/fit/spending.js';
import { evolvingParts } from '../mallm/theta/theta.js';
import type { Theta } from '../mallm/theta/theta.js';
import type { ProposeThetasInput, ProposeThetasResult } from '../workflows/activity-contract.js';
import type { Candidate } from '../workflows/contract.js';
import type { Dependencies } from './dependencies.js';
import { generateRows, LONGEST_MS } from './generate-rows.js';
import { runKeys } from '../store/keys.js';
import { getObject, putVersion } from '../store/object.js';
import type { StoredReply, Turn } from './paid-call.js';
import { callOnce, makeCalls } from './paid-call.js';
import type { ChatRequest } from '../models/chat-model.js';
import type { ObjectStore } from '../store/object-store.js';

/** One of several proposals of a step. */
interface Variant {
  number: number;
  variant: number;
}

/** A θ as stored, with the calls that made it. */
export interface ProposedTheta extends StoredTheta {
  calls: StoredCall[];
}

/** Tokens allowed to a proposal. */
const MAX_TOKENS = 2000;

/**
 * Asks the optimizer for better θ: it sees the k best pairs, best last, and which features gave the best one's rows away.
 * A reply that cannot be used gets one turn to be mended; else the old θ stays. In a step of few calls the rows of the
 * new θ are asked for at once: one activity less for the server to write down. Paper: §3.2.3, Listing 5.
 */
export async function proposeThetas(
  dependencies: Dependencies,
  input: ProposeThetasInput,
): Promise<ProposeThetasResult> {
  const end = performance.now() + LONGEST_MS;
  const variants = Array.from({ length: input.count }, (_, variant) => ({ number: input.first + variant, variant }));
  const proposals = await makeCalls(
    variants.map((variant) => (turn) => proposeTheta(dependencies, input, variant, turn)),
    input.parallel,
  );
  const candidates = proposals.map(({ candidate }) => candidate);
  const spending = addSpending(...proposals.map((proposal) => proposal.spending));
  const left = end - performance.now();
  if (!input.rows || left <= 0) return { candidates, generated: null, spending };
  const { ofEach, others, ...step } = input.rows;
  const { runId, store, plan, parallel } = input;
  const thetas = [...candidates, ...others].map((theta) => ({ theta, ...ofEach }));
  const rows = { ...step, runId, store, plan, parallel, thetas, conditions: {} };
  const generated = await generateRows(dependencies, rows, left);
  return { candidates, generated, spending: addSpending(spending, generated.spending) };
}

async function proposeTheta(
  dependencies: Dependencies,
  input: ProposeThetasInput,
  { number, variant }: Variant,
  turn: Turn,
): Promise<{ candidate: Candidate; spending: Spending }> {
  const store = dependencies.openStore(input.store);
  const [plan, state] = await Promise.all([
    getObject<RunPlan>(store, input.plan),
    getObject<FitState>(store, input.state),
  ]);
  const { options } = plan;
  // The batch whose score the optimizer receives.
  const { epoch, batch } = state.trajectory.at(-1)!;
  const pairs = topPairs(state.pairs, options.topPairs);
  const parent = pairs.at(-1) ?? state.pairs.at(-1);
  if (!parent) throw new Error('no θ has been tried yet');
  const shown = pairs.length > 0 ? pairs : [parent];
  const thetas = await Promise.all(shown.map((pair) => thetaOfPair(store, plan, pair)));
  const messages = optimizerMessages({
    pairs: thetas.map((theta, index) => ({ theta, score: shown[index]!.adjustedScore ?? 1 })),
    metric: options.score,
    prompts: options.prompts,
    ...(state.feedback ? { feedback: state.feedback.feedback } : {}),
  });
  const old = thetas.at(-1)!;
  const request: ChatRequest = {
    model: options.optimizerModel ?? (await usualOptimizer(dependencies, options.generatorModel)),
    temperature: options.optimizerTemperature,
    seed: seedOf(options.seed, 'propose', epoch, batch, variant),
    messages,
    jsonSchema: { name: 'theta', schema: optimizerReplySchema(old) },
    maxTokens: MAX_TOKENS,
  };
  const { theta, replies } = await proposal(dependencies, {
    store,
    keyOf: (repair) => runKeys(input.runId).proposalReply({ epoch, batch }, variant, repair),
    request,
    old,
    turn,
  });
  const stored: ProposedTheta = {
    number,
    parent: parent.number,
    epoch,
    batch,
    ...evolvingParts(theta ?? old),
    told: state.feedback ? feedbackLines(state.feedback.feedback) : [],
    calls: replies.map(({ host, model, simulated, promptTokens, completionTokens }) => ({
      host,
      model,
      simulated,
      promptTokens,
      completionTokens,
      shown: [],
    })),
  };
  const ref = await putVersion(store, runKeys(input.runId).theta(number), stored);
  return { candidate: { number, ref }, spending: spendingOf(replies) };
}

/** The optimizer's model when none is named: at the generator's endpoint the generator's, if there are several. */
async function usualOptimizer({ generator, optimizer }: Dependencies, generatorModel: string | null): Promise<string> {
  try {
    return await optimizer.defaultModel();
  } catch (error) {
    if (!(error instanceof ModelError) || optimizer.host !== generator.host) throw error;
    return generatorModel ?? generator.defaultModel();
  }
}

async function proposal(
  { optimizer: model }: Dependencies,
  ask: {
    store: ObjectStore;
    keyOf: (repair: boolean) => string;
    request: ChatRequest;
    old: Theta;
    turn: Turn;
  },
): Promise<{ theta: Theta | null; replies: StoredReply[] }> {
  const { store, keyOf, request, old, turn } = ask;
  const first = await callOnce({ store, key: keyOf(false), model, request, turn });
  const attempt = attemptProposal(first.text, old);
  if (attempt.theta) return { theta: attempt.theta, replies: [first] };
  const mended: ChatRequest = { ...request, messages: repairMessages(request.messages, first.text, attempt.problem) };
  const second = await callOnce({ store, key: keyOf(true), model, request: mended, turn });
  return { theta: attemptProposal(second.text, old).theta, replies: [first, second] };
}

function attemptProposal(text: string, old: Theta): { theta: Theta; problem: '' } | { theta: null; problem: string } {
  try {
    return { theta: parseProposal(text, old), problem: '' };
  } catch (error) {
    if (error instanceof ThetaError) return { theta: null, problem: error.message };
    throw error;
  }
}

async function thetaOfPair(store: ObjectStore, plan: RunPlan, pair: Pair): Promise<Theta> {
  return thetaOf(plan, await getObject<StoredTheta>(store, pair.theta));
}

function spendingOf(replies: StoredReply[]): Spending {
  return replies.reduce(
    (sum, { promptTokens, completionTokens }) => ({
      calls: sum.calls + 1,
      promptTokens: sum.promptTokens + promptTokens,
      completionTokens: sum.completionTokens + completionTokens,
    }),
    nothingSpent,
  );
}
