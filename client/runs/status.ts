import { resolve } from 'node:path';
import {
  isGrpcDeadlineError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { OptionError, RunError } from '../../mallm/errors.js';
import { temporalServerStatus } from '../../workers/embedded/embedded-server.js';
import { findObject } from '../../store/object.js';
import { runKeys } from '../../store/keys.js';
import { storeOpener } from '../../workers/stores.js';
import type { FitCarry, Limits, Progress } from '../../workflows/contract.js';
import {
  fitWorkflowId,
  GENERATE_SYNTHETIC_DATA,
  PAUSE,
  RESUME,
  sampleWorkflowId,
  SET_LIMITS,
  STOP_EARLY,
} from '../../workflows/contract.js';
import { queryProgress, sendSignal } from './follow.js';
import { whereItIs } from './moved-run.js';
import type { RunRecord } from './run-folder.js';
import { requireRunRecord } from './run-folder.js';
import { openSession } from '../cluster/session.js';

/** One run as the server and the store know it. */
export interface RunStatus {
  folder: string;
  runId: string;
  name: string;
  finished: boolean;
  /** The fit workflow's own status (`RUNNING`, `COMPLETED`, …); null when no server answers or it does not know the run. */
  workflow: string | null;
  /** Null while no worker answers. */
  progress: Progress | null;
  /** Why it waits for a person to act: as its worker says, or, where none answers, as it was when it was last followed. */
  blocked: string | null;
  /** Steps that the latest checkpoint has behind it; null without one. */
  checkpoint: { step: number; steps: number } | null;
  /** Tables that are being drawn from it; of one that no worker answers for, the progress is null. */
  drawing: (Progress | null)[];
}

/** Time in which a worker has to answer a change of limits. */
const UPDATE_MS = 15_000;

interface OfFolder {
  folder: string;
  config?: Config;
}

/** State of a run. Starts nothing: without a running server it shows what is in the store. */
export async function status({ folder: given, config = readConfig() }: OfFolder): Promise<RunStatus> {
  const folder = resolve(given);
  const record = await whereItIs(await requireRunRecord(folder), folder, config);
  const running = config.temporal !== undefined || (await temporalServerStatus(record.home)).serving;
  const described = running
    ? await withHandle(config, record, (handle) => describe(handle, record)).catch(() => undefined)
    : undefined;
  return {
    folder,
    runId: record.runId,
    name: record.name,
    finished: record.status === 'finished',
    workflow: described?.workflow ?? null,
    progress: described?.progress ?? null,
    blocked: described?.progress ? described.progress.blocked : (record.blocked ?? null),
    checkpoint: await checkpointOf(config, record),
    drawing: described?.drawing ?? [],
  };
}

/** Holds a running fit before its next call; calls under way are finished. */
export async function pause({ folder, config = readConfig() }: OfFolder): Promise<void> {
  await signal(folder, config, (handle) => sendSignal(handle, PAUSE));
}

/** Lets a paused or blocked fit go on, where workers run elsewhere. */
export async function unpause({ folder, config = readConfig() }: OfFolder): Promise<void> {
  await signal(folder, config, (handle) => sendSignal(handle, RESUME));
}

/** Ends a fit early: it finishes with the best θ so far. */
export async function stop({ folder, config = readConfig() }: OfFolder): Promise<void> {
  await signal(folder, config, (handle) => sendSignal(handle, STOP_EARLY));
}

/** Cancels a fit; a checkpoint is saved first. */
export async function cancel({ folder, config = readConfig() }: OfFolder): Promise<void> {
  await signal(folder, config, (handle) => handle.cancel());
}

/** Changes the limits of a running fit. @returns the limits in force. */
export async function setLimits({ folder, config = readConfig(), ...limits }: OfFolder & Limits): Promise<Limits> {
  const deadline = Date.now() + UPDATE_MS;
  return signal(folder, config, (handle) =>
    handle.client
      .withDeadline(deadline, () => handle.executeUpdate<Limits, [Limits]>(SET_LIMITS, { args: [limits] }))
      .catch((error: unknown) => {
        throw limitsProblem(error, folder);
      }),
  );
}

function limitsProblem(error: unknown, folder: string): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    return new OptionError({
      problem: 'the limits are not changed',
      got: (error.cause?.message ?? 'no reason').replace(/\.$/, ''),
      remedy: 'Correct the limit.',
    });
  }
  const late = isGrpcDeadlineError(error) || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;
  if (!late) return error;
  return new RunError({
    problem: `no worker answers for the fit in ${folder}`,
    remedy: `Start one, or go on with: mallm-gan resume ${folder}. The limits hold as soon as one is there.`,
  });
}

async function signal<T>(folder: string, config: Config, act: (handle: WorkflowHandle) => Promise<T>): Promise<T> {
  const record = await whereItIs(await requireRunRecord(resolve(folder)), resolve(folder), config);
  try {
    return await withHandle(config, record, act);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new RunError({
      problem: `the fit in ${folder} is not running`,
      remedy: `\`mallm-gan status ${folder}\` shows its state.`,
    });
  }
}

async function withHandle<T>(
  config: Config,
  record: RunRecord,
  act: (handle: WorkflowHandle) => Promise<T>,
): Promise<T> {
  const session = await openSession({
    config: { ...config, home: record.home },
    workers: false,
    inFlight: 1,
    notice: () => undefined,
  });
  try {
    return await act(session.client.workflow.getHandle(fitWorkflowId(record.runId)));
  } finally {
    await session.close();
  }
}

async function describe(
  handle: WorkflowHandle,
  { runId }: RunRecord,
): Promise<Pick<RunStatus, 'workflow' | 'progress' | 'drawing'>> {
  const { status: workflow } = await handle.describe();
  const progress = workflow.name === 'RUNNING' ? await queryProgress(handle) : undefined;
  const query = `WorkflowType = '${GENERATE_SYNTHETIC_DATA}' AND ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${sampleWorkflowId(runId, '')}'`;
  const drawing: (Progress | null)[] = [];
  for await (const { workflowId } of handle.client.list({ query })) {
    drawing.push((await queryProgress(handle.client.getHandle(workflowId))) ?? null);
  }
  return { workflow: workflow.name, progress: progress ?? null, drawing };
}

async function checkpointOf(config: Config, { store, runId }: RunRecord): Promise<RunStatus['checkpoint']> {
  const found = await findObject<{ carry: FitCarry }>(storeOpener(config)(store), runKeys(runId).latest);
  if (!found) return null;
  const { step, shape } = found.carry;
  return { step, steps: shape.epochs * shape.batchesPerEpoch };
}
