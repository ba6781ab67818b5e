import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Progress } from '../workflows/contract.js';
import { PROGRESS, RESUME } from '../workflows/contract.js';
import { Blocked, Interrupted, RunFailed } from './errors.js';

/** How often progress is asked for. */
const POLL_MS = 400;
/** A query that is not answered within this time is given up: the worker may be busy or away. */
const QUERY_MS = 5000;

export interface Follow {
  onProgress?: (progress: Progress) => void;
  /** Aborted by Ctrl-C: stop waiting, leave the run as it is. */
  signal?: AbortSignal;
  /** How to go on, for the messages: `mallm-gan resume DIR`. */
  resumeWith: string;
}

/** Whether a workflow runs, has ended well, or has to be started (anew). */
export async function stateOf(
  client: Client,
  workflowId: string,
): Promise<'running' | 'completed' | 'absent' | 'ended'> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    if (status.name === 'RUNNING' || status.name === 'CONTINUED_AS_NEW') return 'running';
    return status.name === 'COMPLETED' ? 'completed' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'absent';
    throw error;
  }
}

/** Lets a paused or blocked run go on; a run that neither is, is left alone. */
export async function unblock(handle: WorkflowHandle): Promise<void> {
  const progress = await queryProgress(handle);
  if (progress && progress.status !== 'running') await handle.signal(RESUME);
}

/**
 * Waits for a workflow's result and shows its progress meanwhile.
 * @throws Blocked when it waits for quota or a key, Interrupted when the signal aborts, RunFailed when it fails.
 */
export async function follow<Result>(
  handle: WorkflowHandle,
  { onProgress, signal, resumeWith }: Follow,
): Promise<Result> {
  let settled = false;
  const result = (handle.result() as Promise<Result>).finally(() => {
    settled = true;
  });
  result.catch(() => undefined);
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(interrupted(resumeWith));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
  aborted.catch(() => undefined);
  const watched = watch(handle, () => settled || (signal?.aborted ?? false), onProgress, resumeWith);
  try {
    return await Promise.race([result, aborted, watched]);
  } catch (error) {
    throw error instanceof WorkflowFailedError ? failed(error, resumeWith) : error;
  }
}

async function watch(
  handle: WorkflowHandle,
  isOver: () => boolean,
  onProgress: Follow['onProgress'],
  resumeWith: string,
): Promise<never> {
  while (!isOver()) {
    const progress = await queryProgress(handle);
    if (progress) onProgress?.(progress);
    if (progress?.status === 'blocked') {
      throw new Blocked({
        problem: `the model endpoint refuses further calls: ${progress.blocked ?? 'no reason given'}`,
        remedy: `Put that right, then go on with: ${resumeWith}. Nothing that was paid for is lost.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return new Promise<never>(() => undefined);
}

export async function queryProgress(handle: WorkflowHandle): Promise<Progress | undefined> {
  const answer = handle.query<Progress>(PROGRESS).catch(() => undefined);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), QUERY_MS).unref());
  return Promise.race([answer, late]);
}

function interrupted(resumeWith: string): Interrupted {
  return new Interrupted({ problem: 'stopped before the end', remedy: `Nothing is lost. Go on with: ${resumeWith}` });
}

/** The innermost message of a failed workflow: what our own failures say. */
function failed(error: WorkflowFailedError, resumeWith: string): RunFailed {
  let cause: Error | undefined = error.cause;
  while (cause?.cause instanceof Error) cause = cause.cause;
  return new RunFailed({
    problem: cause?.message ?? 'the run failed without a reason',
    remedy: `When that is put right, go on with: ${resumeWith}. What was paid for is kept.`,
  });
}
