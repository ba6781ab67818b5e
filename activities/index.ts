import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { closeSlot } from './schedule/close-slot.js';
import type { Dependencies } from './dependencies.js';
import { evaluateSynthetic } from './evaluate.js';
import { toApplicationFailure } from './failures.js';
import { firstTheta, saveCheckpoint, scoreBatch } from './fit-steps.js';
import { generateRows } from './generate-rows.js';
import { metrics } from './metrics.js';
import { assertOwnRun } from './own-run.js';
import { openSlot } from './schedule/open-slot.js';
import { proposeThetas } from './propose-theta.js';
import { closeShard, curateRows, drawShard, openShard, prepareGenerator } from './sample-steps.js';
import { assembleTable } from './table-parts.js';
import { writeOutput } from './schedule/write-output.js';

export type { Dependencies } from './dependencies.js';

/**
 * How often a running activity tells the server that it lives, and hears whether it was cancelled: its worker's death is
 * noticed after 15 s.
 */
export const HEARTBEAT_MS = 4000;

const steps = {
  firstTheta,
  generateRows,
  scoreBatch,
  proposeThetas,
  saveCheckpoint,
  prepareGenerator,
  drawShard,
  openShard,
  curateRows,
  closeShard,
  assembleTable,
  evaluateSynthetic,
  openSlot,
  writeOutput,
  closeSlot,
};

type Steps = typeof steps;

/** Every activity by name, as workflows call them. */
export type Activities = {
  [Name in keyof Steps]: (input: Parameters<Steps[Name]>[1]) => ReturnType<Steps[Name]>;
};

/** All activities of a worker. Each sends heartbeats while it runs, and fails without a secret or a row in the failure. */
export function createActivities(dependencies: Dependencies): Activities {
  const entries = Object.entries(steps).map(([name, step]) => [name, guarded(dependencies, step as never)]);
  return Object.fromEntries(entries) as Activities;
}

function guarded<Input, Output>(
  dependencies: Dependencies,
  step: (dependencies: Dependencies, input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    if (context.info.attempt > 1) metrics.retried();
    const timer = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
    try {
      assertOwnRun(input);
      return await step(dependencies, input);
    } catch (error) {
      const failure = toApplicationFailure(error, { redact: dependencies.redact, attempt: context.info.attempt });
      if (failure instanceof ApplicationFailure && failure.type === 'Blocked') metrics.blocked();
      throw failure;
    } finally {
      clearInterval(timer);
    }
  };
}
