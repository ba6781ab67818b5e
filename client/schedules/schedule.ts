import { fileURLToPath } from 'node:url';
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { resolve } from 'node:path';
import { readConfig } from '../../config/index.js';
import { OptionError, RunError } from '../../mallm/errors.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { latestOutput } from '../../output/schedule-outputs.js';
import { noteRoots } from '../../workers/roots.js';
import { scheduleKeys } from '../../store/keys.js';
import { getObject, putObject } from '../../store/object.js';
import { REGENERATE, regenerateWorkflowId } from '../../workflows/contract.js';
import type { RegenerateInput, ScheduleSpec } from '../../workflows/schedule-contract.js';
import type { Watcher } from '../runs/fit.js';
import { whereItIs } from '../runs/moved-run.js';
import { makeRunFolder, requireRunRecord } from '../runs/run-folder.js';
import type { OfSchedule } from './schedule-session.js';
import { withSchedule, withServer } from './schedule-session.js';
import type { ScheduleMakes } from './schedule-spec.js';
import { scheduleSpecOf } from './schedule-spec.js';
import type { Overlap, ScheduleTiming } from './schedule-timing.js';
import { describeTiming, policyOf, timingOf } from './schedule-timing.js';
import type { ScheduleView } from './schedule-view.js';
import { viewOf } from './schedule-view.js';
import type { Session } from '../cluster/session.js';

/** A schedule as asked for: a finished fit, when, and where the outputs go. */
export interface ScheduleRequest extends ScheduleMakes, ScheduleTiming, Pick<Watcher, 'config' | 'onNotice'> {}

/**
 * Makes a schedule that regenerates a table from a finished fit, and fits anew where the request says so.
 *
 * The server starts each slot, workers do it: where the server is the embedded one, both are up only while a process
 * holds them, such as `mallm-gan worker`.
 *
 * @throws OptionError, RunError: bad timing, an unfinished fit, a name or a folder that another schedule has.
 */
export async function createSchedule(request: ScheduleRequest): Promise<ScheduleView> {
  const { config = readConfig(), onNotice } = request;
  const folder = resolve(request.folder);
  const record = await whereItIs(await requireRunRecord(folder), folder, config);
  const timing = timingOf(request);
  // The schedule belongs to the server that knows the fit.
  return withServer({ config: { ...config, home: record.home }, onNotice }, async (session) => {
    const store = session.openStore(record.store);
    const plan = await getObject<RunPlan>(store, record.plan);
    const spec = scheduleSpecOf(request, record, plan);
    await noteRoots(session.config, [spec.out, ...(spec.refit.table === null ? [] : [spec.refit.table])]);
    await assertOut(session, spec);
    const input: RegenerateInput = {
      schedule: spec.name,
      store: record.store,
      spec: await putObject(store, scheduleKeys(spec.prefix).spec, spec),
    };
    const told = { folder, out: spec.out, when: describeTiming(request) };
    const handle = await session.client.schedule
      .create({
        ...timing,
        scheduleId: spec.name,
        action: {
          type: 'startWorkflow',
          workflowType: REGENERATE,
          workflowId: regenerateWorkflowId(spec.name),
          taskQueue: session.config.taskQueue,
          args: [input],
        },
        memo: told,
      })
      .catch((error: unknown) => {
        throw refused(error, spec.name, request);
      });
    for (const line of noticesOf(session, spec)) onNotice?.(line);
    return viewOf(handle, session);
  });
}

/** Holds a schedule: no slot is started until `unpauseSchedule`. What runs goes on. */
export async function pauseSchedule({ note, ...ask }: OfSchedule & { note?: string }): Promise<void> {
  await withSchedule(ask, (handle) => handle.pause(note ?? 'paused with mallm-gan'));
}

/** Lets a schedule go on with its next slot. */
export async function unpauseSchedule(ask: OfSchedule): Promise<void> {
  await withSchedule(ask, (handle) => handle.unpause('unpaused with mallm-gan'));
}

/** Starts a slot now, also of a paused schedule; after the one that is at work, if one is. */
export async function triggerSchedule(ask: OfSchedule): Promise<void> {
  await withSchedule(ask, (handle) => handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE));
}

/**
 * Makes up for the slots of a time that has passed; one after the other by default. A slot that has its output is left
 * alone.
 *
 * @param ask.from, ask.to ISO 8601, with a zone.
 */
export async function backfillSchedule({
  from,
  to,
  overlap = 'buffer-all',
  ...ask
}: OfSchedule & { from: string; to: string; overlap?: Overlap }): Promise<void> {
  const [start, end] = [timeOf('--from', from), timeOf('--to', to)];
  if (start >= end || end.getTime() > Date.now()) {
    throw new OptionError({
      problem: 'there is nothing to backfill',
      expected: '--from before --to, and --to not in the future',
      got: `${from} to ${to}`,
      remedy: 'Correct the times; slots to come are started by the schedule itself.',
    });
  }
  await withSchedule(ask, (handle) => handle.backfill({ start, end, overlap: policyOf(overlap) }));
}

/** Removes a schedule. Its outputs stay, and a slot that is at work is finished. */
export async function deleteSchedule(ask: OfSchedule): Promise<void> {
  await withSchedule(ask, (handle) => handle.delete());
}

async function assertOut({ openStore, embedded }: Session, { out, name }: ScheduleSpec): Promise<void> {
  // On a cluster the folder is the workers', and may not be there on this machine.
  if (embedded && out.startsWith('file:')) await makeRunFolder(fileURLToPath(out));
  const latest = await latestOutput(openStore(out));
  if (!latest || latest.schedule === name) return;
  throw new RunError({
    problem: `${out} holds the outputs of another schedule`,
    expected: 'a place of its own',
    got: `outputs of "${latest.schedule}"`,
    remedy: 'Choose another --out.',
  });
}

function noticesOf({ embedded, config }: Session, { out, refit }: ScheduleSpec): string[] {
  const home = config.home === readConfig().home ? '' : `MALLM_HOME=${config.home} `;
  const lines = embedded
    ? [
        `Slots are done only while the embedded server and a worker are up. Keep them up with: ${home}mallm-gan worker`,
        'Slots that fall due meanwhile are made up for at its next start, as --catch-up and --overlap say.',
      ]
    : [];
  if (!embedded && out.startsWith('file:'))
    lines.push(`Outputs are written by the workers: ${fileURLToPath(out)} is a folder of their machines.`);
  if (!embedded && refit.table !== null)
    lines.push(`The table is read by the workers, at ${refit.table}: it has to be there on each of them.`);
  if (!embedded) lines.push('The workers have to name in MALLM_ROOTS what of these is not below their store.');
  const refits = refit.table !== null || refit.below !== null;
  if (refits && Object.values(refit.budget).every((bound) => bound === null))
    lines.push('A refit has no bound: set one with --max-calls, --max-tokens or --max-cost.');
  return lines;
}

function refused(error: unknown, name: string, { cron }: ScheduleTiming): unknown {
  if (error instanceof ScheduleAlreadyRunning) {
    return new RunError({
      problem: `there is a schedule "${name}" already`,
      expected: 'a name of its own',
      remedy: `Choose another --name, or remove that one with: mallm-gan schedule delete ${name}`,
    });
  }
  // The client makes a TypeError of what the server does not accept.
  if (!(error instanceof TypeError) || cron === undefined) return error;
  return new OptionError({
    problem: '--cron is not an expression that the server understands',
    expected: 'minute, hour, day of month, month, day of week',
    got: `"${cron}" (${error.message})`,
    remedy: 'For six in the morning: --cron "0 6 * * *".',
  });
}

function timeOf(option: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && /(Z|[+-]\d\d:?\d\d)$/.test(text)) return time;
  throw new OptionError({
    problem: `${option} is not a time`,
    expected: 'ISO 8601 with a zone',
    got: text,
    remedy: `For example: ${option} 2026-11-25T06:00:00Z.`,
  });
}
