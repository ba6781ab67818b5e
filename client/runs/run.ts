import type { WorkflowHandle } from '@temporalio/client';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { seedOf } from '../../mallm/random.js';
import { budgetLeft } from '../../mallm/fit/spending.js';
import type { PartialRow } from '../../mallm/conditions/condition.js';
import type { DistanceLevel } from '../../mallm/refinement/row-distance.js';
import type { Ref } from '../../mallm/reference.js';
import { latestCheckpoint } from '../../store/checkpoint.js';
import type {
  EvaluateInput,
  OptimizeThetaInput,
  OptimizeThetaResult,
  Progress,
  SampleInput,
  SampleResult,
} from '../../workflows/contract.js';
import {
  EVALUATE_SYNTHETIC_DATA,
  evaluateWorkflowId,
  fitWorkflowId,
  GENERATE_SYNTHETIC_DATA,
  OPTIMIZE_THETA,
  ROWS_PER_SHARD,
  sampleWorkflowId,
} from '../../workflows/contract.js';
import { follow, stateOf, unblock } from './follow.js';
import { isOwnWorkflow } from './own-workflow.js';
import type { RunRecord } from './run-folder.js';
import type { Session } from '../cluster/session.js';

/** A run and how to follow it. */
export interface RunContext {
  session: Session;
  record: RunRecord;
  plan: RunPlan;
  resumeWith: string;
  onProgress?: (progress: Progress) => void;
  onNotice?: (line: string) => void;
  signal?: AbortSignal;
}

/** One table to be drawn from a fitted θ. */
export interface SampleSpec {
  sampleId: string;
  rows: number;
  /** Whether `rows` counts people. */
  people?: true;
  draw: 'refined' | 'model';
  distance: DistanceLevel;
  sharpen?: boolean;
  conditions: PartialRow;
}

/**
 * Fits θ, or goes on with the fit, or takes its result if it has ended. On a server that does not know the run
 * (another cluster, a lost database) it starts from the latest checkpoint of the store.
 */
export async function fitTheta(context: RunContext): Promise<OptimizeThetaResult> {
  const { session, record } = context;
  const start = async (): Promise<OptimizeThetaInput> => {
    const { runId, store, plan, shape } = record;
    const carry = (await latestCheckpoint(session.openStore(store), runId))?.carry;
    return { runId, store, plan, shape, ...(carry ? { carry } : {}) };
  };
  const handle = await runningOrStarted(context, fitWorkflowId(record.runId), OPTIMIZE_THETA, start);
  return follow<OptimizeThetaResult>(handle, context);
}

/** Draws a table from the result of a fit. */
export async function drawSample(
  context: RunContext,
  fitted: OptimizeThetaResult,
  spec: SampleSpec,
): Promise<SampleResult> {
  const { record, plan } = context;
  const { options } = plan;
  const input: SampleInput = {
    ...spec,
    runId: record.runId,
    store: record.store,
    plan: record.plan,
    state: fitted.state,
    theta: fitted.best,
    seed: seedOf(options.seed, 'sample', spec.sampleId),
    rowsPerShard: ROWS_PER_SHARD,
    inFlight: fitted.limits?.inFlight ?? options.inFlight,
    rowsPerRequest: options.rowsPerRequest,
    // What the fit left: the sampling run counts from zero.
    budget: budgetLeft(fitted.spending, fitted.limits?.budget ?? record.shape.budget),
  };
  const id = sampleWorkflowId(record.runId, spec.sampleId);
  const handle = await runningOrStarted(context, id, GENERATE_SYNTHETIC_DATA, () => Promise.resolve(input));
  return follow<SampleResult>(handle, context);
}

/** Evaluates a drawn table against the run's held-out rows. @returns the stored evaluation. */
export async function evaluateSample(context: RunContext, sampleId: string, drawn: SampleResult): Promise<Ref> {
  const { record, plan } = context;
  const { runId, store } = record;
  const input: EvaluateInput = {
    runId,
    sampleId,
    store,
    plan: record.plan,
    parts: drawn.parts,
    rows: drawn.released,
    seed: plan.options.seed,
  };
  const id = evaluateWorkflowId(runId, sampleId);
  const handle = await runningOrStarted(context, id, EVALUATE_SYNTHETIC_DATA, () => Promise.resolve(input));
  return follow<Ref>(handle, context);
}

async function runningOrStarted<Input>(
  { session, record, onNotice }: RunContext,
  workflowId: string,
  type: string,
  input: () => Promise<Input>,
): Promise<WorkflowHandle> {
  const { client, config } = session;
  const state = await stateOf(client, workflowId);
  const handle = client.workflow.getHandle(workflowId);
  if (state === 'running' || state === 'completed') {
    if (await isOwnWorkflow(session, handle, { store: record.store, ended: state === 'completed' })) {
      if (state === 'running') await unblock(handle);
      return handle;
    }
    if (state === 'running') await handle.terminate('not sealed with the key of its owner, or its store was moved');
    onNotice?.(
      `${workflowId} on the Temporal server was not sealed with your key, or for another place of the store: it is started anew from the store.`,
    );
  }
  try {
    return await client.workflow.start(type, {
      workflowId,
      taskQueue: config.taskQueue,
      args: [await input()],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
    });
  } catch (error) {
    // Another command started it since it was looked for, and it has ended well.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return client.workflow.getHandle(workflowId);
  }
}
