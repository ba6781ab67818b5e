import { getScheduleSpec } from '../../output/schedule-spec.js';
import protos from '@temporalio/proto';
import type { ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { PayloadError, RunError } from '../../mallm/errors.js';
import { lastRecords } from '../../output/slot-records.js';
import { SLOT_PROGRESS } from '../../workflows/contract.js';
import type {
  RegenerateInput,
  ScheduleSpec,
  SlotOutcome,
  SlotProgress,
  SlotRecord,
} from '../../workflows/schedule-contract.js';
import type { OfSchedule } from './schedule-session.js';
import { scheduleNames, withSchedule, withServer } from './schedule-session.js';
import type { Session } from '../cluster/session.js';

const { TaskQueueType } = protos.temporal.api.enums.v1;
/** A worker that is busy or away does not answer; what it would say is left out then. */
const QUERY_MS = 3000;
const SLOTS_SHOWN = 10;
const NEXT_SHOWN = 3;

/** State of a schedule. */
export interface ScheduleView {
  name: string;
  paused: boolean;
  /** Why it is paused, or what was last done to it. */
  note: string;
  when: string;
  overlap: string;
  catchUpSeconds: number;
  /** Run folder of the fit it was made of. */
  folder: string;
  out: string;
  rows: number;
  keep: number | null;
  refit: ScheduleSpec['refit'];
  /** The next slots, ISO 8601; none while it is paused. */
  next: string[];
  counts: {
    /** Slots started, those of `trigger` and `backfill` included. */
    started: number;
    /** Slots that an outage longer than the catch-up window cost. */
    missed: number;
    /** Slots left out because an earlier one was at work. */
    skipped: number;
  };
  /** The last slots, oldest first. */
  slots: SlotView[];
  /** Whether a worker was seen in the last minutes. */
  worker: boolean;
}

/** What a slot came to, or does. */
export interface SlotView {
  slot: string;
  outcome: SlotOutcome | 'running' | 'waiting';
  why: string;
  output: SlotRecord['output'];
  startedAt: string;
  finishedAt: string | null;
}

/** One line of the list of schedules. */
export interface ScheduleLine {
  name: string;
  paused: boolean;
  when: string;
  folder: string;
  out: string;
}

/** A schedule in detail: what its last slots came to and why, and what comes next. */
export async function showSchedule(ask: OfSchedule): Promise<ScheduleView> {
  return withSchedule(ask, viewOf);
}

/** All schedules of the server. */
export async function listSchedules(ask: Omit<OfSchedule, 'name'> = {}): Promise<ScheduleLine[]> {
  return withServer(ask, async (session) => {
    const lines: ScheduleLine[] = [];
    // The list of the server lags behind: each schedule is asked for its state.
    for (const name of await scheduleNames(session)) {
      const line = await lineOf(session.client.schedule.getHandle(name));
      if (line) lines.push({ name, ...line });
    }
    return lines;
  });
}

/** Undefined for one that was deleted meanwhile. */
async function lineOf(handle: ScheduleHandle): Promise<Omit<ScheduleLine, 'name'> | undefined> {
  try {
    const described = await handle.describe();
    return { paused: described.state.paused, ...toldOf(described) };
  } catch (error) {
    const when = 'not sealed with the key of this server: no slot is done. Delete it, and make it anew';
    return error instanceof PayloadError ? { paused: false, when, folder: '', out: '' } : undefined;
  }
}

/** A schedule as the server, the store and its workers know it. */
export async function viewOf(handle: ScheduleHandle, session: Session): Promise<ScheduleView> {
  const described = await handle.describe().catch((error: unknown) => {
    throw error instanceof PayloadError ? notSealed(handle.scheduleId) : error;
  });
  const { state, info, policies } = described;
  const input = (described.action.args as [RegenerateInput])[0];
  const spec = await getScheduleSpec(session.openStore(input.store), input.spec);
  const { name, out, rows, keep, refit } = spec;
  return {
    ...{ name, out, rows, keep, refit },
    ...toldOf(described),
    paused: state.paused,
    note: state.note ?? '',
    overlap: (policies.overlap ?? 'SKIP').toLowerCase().replace('_', '-'),
    catchUpSeconds: policies.catchupWindow / 1000,
    // The server lists them for a paused schedule too.
    next: state.paused ? [] : info.nextActionTimes.slice(0, NEXT_SHOWN).map((time) => time.toISOString()),
    counts: {
      started: info.numActionsTaken,
      missed: info.numActionsMissedCatchupWindow,
      skipped: info.numActionsSkippedOverlap,
    },
    slots: await slotsOf(session, described, input, spec),
    worker: await hasWorker(session),
  };
}

function notSealed(name: string): RunError {
  return new RunError({
    problem: `the schedule "${name}" is not sealed with the key of this server: no slot of it is done`,
    got: 'one of another user of the server, or one that was made before there was a key',
    remedy: `Delete it, and make it anew if it is yours: mallm-gan schedule delete ${name}`,
  });
}

/** Slots with a record, and those that the server knows of and that have left none (yet). */
async function slotsOf(
  session: Session,
  { info }: ScheduleDescription,
  input: RegenerateInput,
  spec: ScheduleSpec,
): Promise<SlotView[]> {
  const records = await lastRecords(session.openStore(input.store), spec, 2 * SLOTS_SHOWN);
  const recorded = records.map(({ slot, outcome, why, output, startedAt, finishedAt }): SlotView => {
    return { slot, outcome, why, output, startedAt, finishedAt };
  });
  const started = info.recentActions.map(({ takenAt, action }) => ({ takenAt, ...action.workflow }));
  const others = await Promise.all(
    started.map(({ workflowId, firstExecutionRunId, takenAt }) =>
      withoutRecord(session, { workflowId, runId: firstExecutionRunId, takenAt }, records),
    ),
  );
  const all = [...recorded, ...others.filter((slot) => slot !== null)];
  return all.sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1)).slice(-SLOTS_SHOWN);
}

async function withoutRecord(
  { client }: Session,
  { workflowId, runId, takenAt }: { workflowId: string; runId: string; takenAt: Date },
  records: SlotRecord[],
): Promise<SlotView | null> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const described = await handle.describe().catch(() => undefined);
  if (!described) return null;
  const slot = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.exec(workflowId)?.[0] ?? takenAt.toISOString();
  const started = described.startTime.toISOString();
  // A slot may be done twice (a failed one, by backfill): its record is identified by the time it began.
  if (records.some((record) => record.slot === slot && record.startedAt >= started)) return null;
  const view = { slot, output: null, startedAt: started };
  if (described.status.name === 'RUNNING') {
    const late = new Promise<undefined>((done) => setTimeout(() => done(undefined), QUERY_MS).unref());
    const answer = handle.query<SlotProgress>(SLOT_PROGRESS).catch(() => undefined);
    const progress = await Promise.race([answer, late]);
    return progress
      ? { ...view, outcome: 'running', why: `${progress.doing}: ${progress.why}`, finishedAt: null }
      : { ...view, outcome: 'waiting', why: 'no worker answers for it', finishedAt: null };
  }
  const finishedAt = described.closeTime?.toISOString() ?? null;
  return { ...view, outcome: 'failed', why: `it was ended by the server: ${described.status.name}`, finishedAt };
}

function toldOf({ memo }: ScheduleDescription): { folder: string; out: string; when: string } {
  const { folder, out, when } = (memo ?? {}) as Partial<Record<string, string>>;
  return { folder: folder ?? '', out: out ?? '', when: when ?? '' };
}

async function hasWorker({ client, config }: Session): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: config.taskQueue },
    taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  return (pollers ?? []).length > 0;
}
