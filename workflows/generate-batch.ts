import type { PartialRow } from '../mallm/workflow.js';
import type { GenerateRowsInput, GenerateRowsResult, ModelCall } from '../activities/generate-rows.js';
import { modelActivities } from './activity-proxies.js';
import { workPlan } from './work-plan.js';
import type { Candidate } from './contract.js';
import type { RunControl } from './run-control.js';

/** What is the same for all calls of one step. */
export interface BatchOfCalls {
  run: Pick<GenerateRowsInput, 'runId' | 'store' | 'plan'>;
  /** Names the step in the store: `e1b2`, `sample-x-r1`. */
  step: string;
  epoch: number;
  batch: number;
  /** Each θ with the rows to ask of each of its calls, and of all of them if none has to be left out. */
  parts: { theta: Candidate; rowsOfCall: number[]; rowsOfStep: number }[];
  callsPerActivity: number;
  conditions: PartialRow;
  /** Of a final generation: where the examples of the first call are in the walk over all training rows. */
  finalPass?: GenerateRowsInput['finalPass'];
}

/** What came of the calls of a step that the budget allowed: in the order of the calls, not of their arrival. */
export type GeneratedBatch = GenerateRowsResult[];

type Part = GenerateRowsInput['parts'][number];

/**
 * Generator calls in parallel activities, many calls to each; fewer calls where the budget ends. Listing 1, L5-7.
 * @param made what came of the first of these calls, when they have been made.
 */
export async function generateBatch(
  control: RunControl,
  batch: BatchOfCalls,
  made: GeneratedBatch = [],
): Promise<GeneratedBatch> {
  const calls = batch.parts.flatMap(callsOf).slice(made.reduce((sum, { spending }) => sum + spending.calls, 0));
  // The first call tells what one costs: before that no bound on tokens or money can be kept.
  const sizes = control.costIsUnknown() ? [1, calls.length] : [calls.length];
  const results = [...made];
  for (const size of sizes)
    results.push(...(await makeCalls(control, batch, calls.splice(0, Math.min(size, control.callsLeft())))));
  return results;
}

async function makeCalls(control: RunControl, batch: BatchOfCalls, calls: Part[]): Promise<GeneratedBatch> {
  const { sizes, parallel } = workPlan(calls.length, control.limits.inFlight, batch.callsPerActivity);
  const rest = [...calls];
  const groups = sizes.map((size) => rest.splice(0, size));
  return (await Promise.all(groups.map((group) => makeGroup(control, batch, group, parallel)))).flat();
}

/** Calls one activity after the other: one whose calls take long leaves some of them to the next. */
async function makeGroup(
  control: RunControl,
  { run, step, epoch, batch, conditions, finalPass }: BatchOfCalls,
  calls: Part[],
  parallel: number,
): Promise<GeneratedBatch> {
  const { generateRows } = modelActivities();
  const place = { step, epoch, batch, ...(finalPass ? { finalPass } : {}) };
  const results: GeneratedBatch = [];
  for (let left = calls; left.length > 0; left = left.slice(results.at(-1)!.spending.calls)) {
    const result = await control.paid({
      calls: left.length,
      parallel: Math.min(parallel, left.length),
      start: (slots) => generateRows({ ...run, ...place, conditions, parts: joined(left), parallel: slots }),
    });
    if (result === null) break;
    results.push(result);
  }
  return results;
}

/** Each call as a part of its own. */
function callsOf({ theta, rowsOfCall, rowsOfStep }: BatchOfCalls['parts'][number]): Part[] {
  return modelCalls(rowsOfCall).map((call) => ({ theta, rowsOfStep, calls: [call] }));
}

/** The calls for one θ, of which each asks for so many rows. */
export function modelCalls(rowsOfCall: number[]): ModelCall[] {
  let first = 0;
  return rowsOfCall.map((rows, index) => {
    const call = { index, first, rows };
    first += rows;
    return call;
  });
}

/** Neighbours of the same θ put together. */
function joined(parts: Part[]): Part[] {
  const result: Part[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.theta.number === part.theta.number) last.calls.push(...part.calls);
    else result.push({ ...part, calls: [...part.calls] });
  }
  return result;
}
