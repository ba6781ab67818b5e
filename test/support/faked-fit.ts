import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/index.js';
import type { GenerateRowsResult, ScoreBatchInput, ScoreBatchResult } from '../../workflows/activity-contract.js';
import type { Candidate, FitShape, OptimizeThetaInput } from '../../workflows/contract.js';
import { computeQueue, modelQueue, OPTIMIZE_THETA } from '../../workflows/contract.js';
import { workflowBundlePath } from '../../workers/workflow-bundle.js';

export const SHAPE: FitShape = {
  ...{ epochs: 2, batchesPerEpoch: 3, callsPerTheta: 1, rowsPerTheta: 5, population: 1, optimizer: true, patience: 0 },
  ...{ inFlight: 8, budget: { maxCalls: null, maxTokens: null, maxCost: null, prices: null } },
};

export const ref = (uri: string) => ({ uri, sha256: uri, bytes: 1 });

/** Activities of a fit that make nothing and write down what they were asked for; one call costs one token each way. */
export class FakedActivities {
  /** One line for each activity: `propose θ1 after s1 for e1b2 with rows`. */
  readonly log: string[] = [];
  readonly scored: ScoreBatchInput[] = [];
  readonly saved: Parameters<Activities['saveCheckpoint']>[0][] = [];

  /** @param standing what the score of the nth batch, counted from 1, says. */
  constructor(
    private readonly standing: (
      batch: number,
      candidates: Candidate[],
    ) => Promise<Omit<ScoreBatchResult, 'state'>> | Omit<ScoreBatchResult, 'state'> = gains,
  ) {}

  readonly activities: Partial<Activities> = {
    firstTheta: () => {
      this.log.push('first');
      return Promise.resolve({ theta: ref('theta-0'), state: ref('s0') });
    },
    proposeThetas: ({ state, first, count, rows }) => {
      const candidates = Array.from({ length: count }, (_, n) => ({
        number: first + n,
        ref: ref(`theta-${first + n}`),
      }));
      const where = rows ? ` for e${rows.epoch}b${rows.batch} with rows` : '';
      this.log.push(`propose ${names(candidates)} after ${state.uri}${where}`);
      const tried = rows ? [...candidates, ...rows.others] : [];
      const calls = tried.length * (rows?.ofEach.calls.length ?? 0);
      const generated = rows ? generatedOf(tried, calls) : null;
      return Promise.resolve({ candidates, generated, spending: spent(count + calls) });
    },
    generateRows: ({ epoch, batch, thetas }) => {
      const calls = thetas.reduce((sum, ofTheta) => sum + ofTheta.calls.length, 0);
      this.log.push(`generate e${epoch}b${batch} ${names(thetas.map(({ theta }) => theta))}`);
      return Promise.resolve(
        generatedOf(
          thetas.map(({ theta }) => theta),
          calls,
        ),
      );
    },
    scoreBatch: async (input) => {
      this.scored.push(input);
      const candidates = input.rows.map(({ theta }) => theta);
      this.log.push(`score e${input.epoch}b${input.batch} ${names(candidates)}`);
      return { state: ref(`s${this.scored.length}`), ...(await this.standing(this.scored.length, candidates)) };
    },
    saveCheckpoint: (input) => {
      this.log.push('save');
      this.saved.push(input);
      return Promise.resolve(ref('checkpoint'));
    },
  };
}

/** Every new θ is the best so far. */
export function gains(batch: number, candidates: Candidate[]): Omit<ScoreBatchResult, 'state'> {
  return { best: candidates[0]!, bestScore: 1 / (batch + 1), lastScore: 1 / (batch + 1), withoutGain: 0 };
}

/** Runs a fit with faked activities in Temporal's test environment; `use` has it while it runs. */
export async function withFit<T>(
  env: TestWorkflowEnvironment,
  { activities }: FakedActivities,
  input: Partial<OptimizeThetaInput>,
  use: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  const taskQueue = randomUUID();
  const connection = env.nativeConnection;
  const workflowBundle = { code: readFileSync(workflowBundlePath(), 'utf8') };
  const workers = await Promise.all([
    Worker.create({ connection, taskQueue, workflowBundle }),
    Worker.create({ connection, taskQueue: modelQueue(taskQueue), activities }),
    Worker.create({ connection, taskQueue: computeQueue(taskQueue), activities }),
  ]);
  const running = workers.map((worker) => worker.run());
  try {
    const whole: OptimizeThetaInput = { runId: 'r', store: 'file:///none', plan: ref('plan'), shape: SHAPE, ...input };
    const workflowId = `fit-${taskQueue}`;
    return await use(await env.client.workflow.start(OPTIMIZE_THETA, { workflowId, taskQueue, args: [whole] }));
  } finally {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
  }
}

function generatedOf(thetas: Candidate[], calls: number): GenerateRowsResult {
  const rows = [...new Set(thetas)].map(({ number }) => ({ number, ref: ref(`rows-${number}`) }));
  return { rows, accepted: 5 * calls, rejected: calls, rejections: { reason: calls }, spending: spent(calls) };
}

function spent(calls: number): GenerateRowsResult['spending'] {
  return { calls, promptTokens: calls, completionTokens: calls };
}

function names(candidates: Candidate[]): string {
  return candidates.map(({ number }) => `θ${number}`).join(' ');
}
