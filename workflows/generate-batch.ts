import type { PartialRow } from '../mallm/workflow.js';
import type { CallsOfTheta, FinalPass, GenerateRowsResult, OfRun } from './activity-contract.js';
import { modelActivities } from './activity-proxies.js';
import type { BatchPosition } from './contract.js';
import type { RunControl } from './run-control.js';
import { workPlan } from './work-plan.js';

/** What is the same for all calls of one step. */
export interface BatchOfCalls {
  run: OfRun;
  /** Names the step in the store: `e1b2`, `sample-x-s0-r1`. */
  step: string;
  /** The batch of training rows that the examples are taken from. */
  at: BatchPosition;
  /** Each θ with all its calls, before any is left out for the budget. */
  thetas: CallsOfTheta[];
  conditions: PartialRow;
  /** Of a final generation: where the examples of the first call are in the walk over all training rows. */
  finalPass?: FinalPass;
}

/** What came of the calls of a step that the budget allowed: in the order of the calls, not of their arrival. */
export type GeneratedBatch = GenerateRowsResult[];

/**
 * Generator calls in parallel activities, many calls to each; fewer calls where the budget ends. Listing 1, L5-7.
 * @param made what came of the first of these calls, when they have been made.
 */
export async function generateBatch(
  control: RunControl,
  batch: BatchOfCalls,
  made: GeneratedBatch = [],
): Promise<GeneratedBatch> {
  const calls = batch.thetas.flatMap(eachCall).slice(made.reduce((sum, { spending }) => sum + spending.calls, 0));
  // What a call costs is known after the first one: before that no bound on tokens or money can be kept.
  const sizes = control.costIsUnknown() ? [1, calls.length] : [calls.length];
  const results = [...made];
  for (const size of sizes)
    results.push(...(await makeCalls(control, batch, calls.splice(0, Math.min(size, control.callsLeft())))));
  return results;
}

async function makeCalls(control: RunControl, batch: BatchOfCalls, calls: CallsOfTheta[]): Promise<GeneratedBatch> {
  const { sizes, parallel } = workPlan(calls.length, control.limits.inFlight);
  const rest = [...calls];
  const groups = sizes.map((size) => rest.splice(0, size));
  return (await Promise.all(groups.map((group) => makeGroup(control, batch, group, parallel)))).flat();
}

/** Calls one activity after the other: one whose calls take long leaves some of them to the next. */
async function makeGroup(
  control: RunControl,
  { run, step, at, conditions, finalPass }: BatchOfCalls,
  calls: CallsOfTheta[],
  parallel: number,
): Promise<GeneratedBatch> {
  const { generateRows } = modelActivities();
  const place = { step, ...at, ...(finalPass ? { finalPass } : {}) };
  const results: GeneratedBatch = [];
  for (let left = calls; left.length > 0; left = left.slice(results.at(-1)!.spending.calls)) {
    const result = await control.paid({
      calls: left.length,
      parallel: Math.min(parallel, left.length),
      start: (slots) => generateRows({ ...run, ...place, conditions, thetas: joined(left), parallel: slots }),
    });
    if (result === null) break;
    results.push(result);
  }
  return results;
}

/** The calls of a θ one by one. */
function eachCall({ calls, ...ofTheta }: CallsOfTheta): CallsOfTheta[] {
  return calls.map((call) => ({ ...ofTheta, calls: [call] }));
}

/** Neighbours of the same θ put together. */
function joined(calls: CallsOfTheta[]): CallsOfTheta[] {
  const result: CallsOfTheta[] = [];
  for (const one of calls) {
    const last = result.at(-1);
    if (last?.theta.number === one.theta.number) last.calls.push(...one.calls);
    else result.push({ ...one, calls: [...one.calls] });
  }
  return result;
}
