import { defineSearchAttributeKey } from '@temporalio/common';
import {
  CancellationScope,
  defineQuery,
  executeChild,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { addSpending, budgetLeft, nothingSpent } from '../mallm/workflow.js';
import type { Ref, Spending } from '../mallm/workflow.js';
import { computeActivities } from './activity-proxies.js';
import type { SampleResult } from './contract.js';
import { evaluateWorkflowId, fitWorkflowId, ROWS_PER_SHARD, sampleWorkflowId, SLOT_PROGRESS } from './contract.js';
import { evaluateSyntheticData } from './evaluate-synthetic-data.js';
import { generateSyntheticData } from './generate-synthetic-data.js';
import { optimizeTheta } from './optimize-theta.js';
import { innermost, reasonOfBlock } from './run-control.js';
import type {
  FitInUse,
  OpenedSlot,
  RegenerateInput,
  SlotProgress,
  SlotRecord,
  SlotState,
} from './schedule-contract.js';

const slotQuery = defineQuery<SlotProgress>(SLOT_PROGRESS);
const scheduledAt = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/** What is known of a slot while it goes on: enough for its account, however it ends. */
interface Slot extends RegenerateInput {
  slot: string;
  startedAt: string;
  spending: Spending;
  /** Null until the last record was read. */
  state: SlotState | null;
  progress: SlotProgress;
}

/**
 * One slot of a schedule: rows are drawn from the fit in use, or from a new one where the table changed or the last
 * output was not good enough, and written as an output of its own. Leaves a record of what happened and why, also when
 * it fails; nothing waits for a person, so that slots cannot pile up behind a block.
 */
export async function regenerate(input: RegenerateInput): Promise<SlotRecord> {
  const slot: Slot = {
    ...input,
    slot: slotTime(),
    startedAt: now(),
    spending: nothingSpent,
    state: null,
    progress: { doing: 'deciding', why: '' },
  };
  setHandler(slotQuery, () => slot.progress);
  try {
    const { outcome, why, output } = await fill(slot);
    return await leaveRecord(slot, { outcome, why, output });
  } catch (error) {
    const account = accountOf(error);
    const record = await CancellationScope.nonCancellable(() => leaveRecord(slot, { ...account, output: null }));
    if (account.outcome === 'skipped') return record;
    throw error;
  }
}

async function fill(slot: Slot): Promise<Pick<SlotRecord, 'outcome' | 'why' | 'output'>> {
  const { schedule, store, spec } = slot;
  const opened = await computeActivities().openSlot({ schedule, store, spec, slot: slot.slot });
  slot.state = opened.state;
  const { why, refit } = opened;
  if (opened.output) return { outcome: 'skipped', why, output: opened.output };
  const fit = refit ? await refitted(slot, refit, why) : opened.state.fit;
  const drawn = await draw(slot, opened, fit, why);
  const evaluated = opened.evaluated ? await evaluate(slot, opened, fit, drawn) : null;
  show(slot, { doing: 'writing', why });
  const outcome = refit ? 'refitted' : 'regenerated';
  const { sample } = opened;
  const output = await computeActivities().writeOutput({
    ...{ store, spec, fit, drawn, evaluated, sample },
    ...{ slot: slot.slot, outcome, why, finishedAt: now() },
  });
  slot.state = {
    fit,
    refit: null,
    quality: output.quality === null ? null : { value: output.quality, refitted: refit?.cause === 'quality' },
  };
  return { outcome, why, output };
}

async function refitted(
  slot: Slot,
  { carry, ...refit }: NonNullable<OpenedSlot['refit']>,
  why: string,
): Promise<FitInUse> {
  const { store, state } = slot;
  show(slot, { doing: 'refitting', why });
  const { cause, ...planned } = refit;
  slot.state = { ...state!, refit };
  const fitted = await executeChild(optimizeTheta, {
    workflowId: fitWorkflowId(planned.runId),
    args: [{ store, runId: planned.runId, plan: planned.plan, shape: planned.shape, carry, unattended: true }],
    staticSummary: `refit for ${cause === 'table' ? 'a changed table' : 'better quality'}`,
  });
  slot.spending = addSpending(slot.spending, fitted.spending);
  return { ...planned, fitted };
}

async function draw(slot: Slot, { sample }: OpenedSlot, fit: FitInUse, why: string): Promise<SampleResult> {
  show(slot, { doing: 'drawing', why });
  const { runId, plan, fitted, shape } = fit;
  const drawn = await executeChild(generateSyntheticData, {
    workflowId: sampleWorkflowId(runId, sample.sampleId),
    args: [
      {
        ...sample,
        ...{ store: slot.store, runId, plan, state: fitted.state, theta: fitted.best },
        inFlight: fitted.limits?.inFlight ?? sample.inFlight,
        budget: budgetLeft(fitted.spending, fitted.limits?.budget ?? shape.budget),
        rowsPerShard: ROWS_PER_SHARD,
        unattended: true,
      },
    ],
  });
  slot.spending = addSpending(slot.spending, drawn.spending);
  return drawn;
}

async function evaluate(slot: Slot, { sample }: OpenedSlot, fit: FitInUse, drawn: SampleResult): Promise<Ref> {
  show(slot, { doing: 'evaluating', why: slot.progress.why });
  const { sampleId, seed } = sample;
  return executeChild(evaluateSyntheticData, {
    workflowId: evaluateWorkflowId(fit.runId, sampleId),
    args: [
      { store: slot.store, runId: fit.runId, plan: fit.plan, sampleId, parts: drawn.parts, rows: drawn.released, seed },
    ],
  });
}

/** Writes the account of a slot into the store, and removes outputs that are no longer kept. */
async function leaveRecord(slot: Slot, account: Pick<SlotRecord, 'outcome' | 'why' | 'output'>): Promise<SlotRecord> {
  const { store, spec, startedAt, spending, state } = slot;
  setCurrentDetails(`**${account.outcome}**: ${account.why}`);
  return computeActivities().closeSlot({
    ...{ store, spec },
    record: { version: 1, slot: slot.slot, startedAt, finishedAt: now(), ...account, spending, state },
  });
}

function accountOf(error: unknown): Pick<SlotRecord, 'outcome' | 'why'> {
  if (isCancellation(error)) return { outcome: 'cancelled', why: 'it was cancelled before it had an output' };
  const blocked = reasonOfBlock(error);
  if (blocked !== null) return { outcome: 'blocked', why: blocked };
  const cause = innermost(error);
  if (cause instanceof Error && cause.name === 'WorkflowExecutionAlreadyStartedError')
    return { outcome: 'skipped', why: 'another slot is at work on the same fit or output' };
  return { outcome: 'failed', why: cause instanceof Error ? cause.message : 'without a reason' };
}

function show(slot: Slot, progress: SlotProgress): void {
  slot.progress = progress;
  setCurrentDetails(`${progress.doing}: ${progress.why}`);
}

/** The time the schedule meant; of a run that was started by hand, its own start. */
function slotTime(): string {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const time = typedSearchAttributes.get(scheduledAt) ?? startTime;
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Time as the history has it: the same when the workflow is replayed. */
function now(): string {
  return new Date().toISOString();
}
