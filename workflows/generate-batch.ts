import type { PartialRow, Spending } from '../mallm/workflow.js';
import { addSpending } from '../mallm/workflow.js';
import type { GenerateRowsInput, GenerateRowsResult, ModelCall } from '../activities/generate-rows.js';
import { modelActivities } from './activity-proxies.js';
import type { Candidate } from './contract.js';
import type { RunControl } from './run-control.js';

/** What is the same for all chunks of one batch. */
export interface BatchOfCalls {
  run: Pick<GenerateRowsInput, 'runId' | 'store' | 'plan'>;
  /** Names the step in the store: `e1b2`, `sample-x-r1`. */
  step: string;
  epoch: number;
  batch: number;
  theta: Candidate;
  /** Model calls to make, and rows to ask of each. */
  rowsOfCall: number[];
  callsPerActivity: number;
  conditions: PartialRow;
}

/** Rows of one θ, chunk by chunk in their order. */
export interface GeneratedBatch {
  theta: Candidate;
  chunks: GenerateRowsResult[];
  spending: Spending;
}

/** Generator calls of one θ in parallel activities, several calls to each. Listing 1, L5-7. */
export async function generateBatch(control: RunControl, batch: BatchOfCalls): Promise<GeneratedBatch> {
  const { generateRows } = modelActivities();
  const { rowsOfCall, callsPerActivity, run, step, epoch, batch: number, theta, conditions } = batch;
  const calls = modelCalls(rowsOfCall);
  const rowsOfStep = rowsOfCall.reduce((sum, rows) => sum + rows, 0);
  const perActivity = Math.max(1, Math.min(callsPerActivity, control.limits.inFlight));
  const groups = Array.from({ length: Math.ceil(calls.length / perActivity) }, (_, group) =>
    calls.slice(group * perActivity, (group + 1) * perActivity),
  );
  const chunks = await Promise.all(
    groups.map((group) =>
      control.paid(group.length, () =>
        generateRows({ ...run, step, epoch, batch: number, theta, calls: group, rowsOfStep, conditions }),
      ),
    ),
  );
  return { theta, chunks, spending: addSpending(...chunks.map((chunk) => chunk.spending)) };
}

function modelCalls(rowsOfCall: number[]): ModelCall[] {
  let first = 0;
  return rowsOfCall.map((rows, index) => {
    const call = { index, first, rows };
    first += rows;
    return call;
  });
}
