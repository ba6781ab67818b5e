import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Client, WorkflowHandle } from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  isGrpcServiceError,
  isRetryableError,
  ServiceError,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Progress, SealedSignal } from '../../workflows/contract.js';
import { PROGRESS, RESUME } from '../../workflows/contract.js';
import type { ErrorParts } from '../../mallm/errors.js';
import { NoModelRowsError, PayloadError, ServerError } from '../../mallm/errors.js';
import { Blocked, Interrupted, RunFailed } from '../errors.js';
import { whyWaiting } from '../cluster/retries.js';

/** How often progress is asked for. */
const POLL_MS = 400;
/** How often it is asked what is being tried again. */
const RETRIES_MS = 3000;
/** A query that is not answered within this time is given up: the worker may be busy or away. */
const QUERY_MS = 5000;
/** A server that is away is waited for so long; the run itself goes on whether or not it is followed. */
const LONGEST_OUTAGE_MS = 10 * 60_000;

export interface Follow {
  onProgress?: (progress: Progress) => void;
  /** Called with the reason why the run does not move, and again when the reason changes. */
  onNotice?: (line: string) => void;
  /** Aborted by Ctrl-C: stop waiting, leave the run as it is. */
  signal?: AbortSignal;
  /** How to go on, for the messages: `mallm-gan resume DIR`. */
  resumeWith: string;
}

/** Sends a signal that workers with keys take: what has no argument has no seal. */
export async function sendSignal(handle: WorkflowHandle, signal: string): Promise<void> {
  const sealed: SealedSignal = { signal, nonce: randomUUID() };
  await handle.signal(signal, sealed);
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
  if (progress?.status === 'running') return;
  try {
    await sendSignal(handle, RESUME);
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/**
 * Waits for a workflow's result and shows its progress meanwhile; rides out minutes without the server.
 * @throws Blocked when it waits for quota or a key, Interrupted when the signal aborts, RunFailed when it fails,
 *   ServerError when the server stays away.
 */
export async function follow<Result>(
  handle: WorkflowHandle,
  { onProgress, onNotice, signal, resumeWith }: Follow,
): Promise<Result> {
  const leave = new AbortController();
  // The connection adds a listener with each poll, and takes none away.
  setMaxListeners(0, leave.signal);
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(interrupted(resumeWith));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    const result = handle.client.withAbortSignal(leave.signal, () => resultOf<Result>(handle, leave.signal));
    if (onNotice) void tellRetries(handle, leave.signal, onNotice);
    return await Promise.race([result, aborted, watch(handle, leave.signal, onProgress, resumeWith)]);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw runFailed('the run was deleted on the Temporal server', resumeWith);
    throw error instanceof WorkflowFailedError ? failed(error, resumeWith) : error;
  } finally {
    leave.abort();
  }
}

async function resultOf<Result>(handle: WorkflowHandle, left: AbortSignal): Promise<Result> {
  let awaySince: number | undefined;
  for (;;) {
    const asked = Date.now();
    try {
      return (await handle.result()) as Result;
    } catch (error) {
      if (left.aborted || !isAway(error)) throw error;
      // What was asked long before it failed was listened to: the outage began no earlier.
      if (awaySince === undefined || Date.now() - asked > LONGEST_OUTAGE_MS / 4) awaySince = Date.now();
      if (Date.now() - awaySince > LONGEST_OUTAGE_MS) throw serverAway();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function watch(
  handle: WorkflowHandle,
  left: AbortSignal,
  onProgress: Follow['onProgress'],
  resumeWith: string,
): Promise<never> {
  while (!left.aborted) {
    const progress = await queryProgress(handle);
    if (progress && !left.aborted) onProgress?.(progress);
    if (progress?.status === 'blocked') {
      throw new Blocked({
        problem: `the run cannot go on by itself: ${withoutStop(progress.blocked ?? 'no reason given')}`,
        remedy: `Put that right, then go on with: ${resumeWith}. Nothing that was paid for is lost.`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return new Promise<never>(() => undefined);
}

async function tellRetries(handle: WorkflowHandle, left: AbortSignal, tell: (line: string) => void): Promise<void> {
  let told: string | undefined;
  while (!left.aborted) {
    const reason = await whyWaiting(handle);
    if (reason !== undefined && reason !== told && !left.aborted) tell(reason);
    told = reason ?? told;
    await new Promise((resolve) => setTimeout(resolve, RETRIES_MS).unref());
  }
}

/** Whether the server, and not the run, is what failed. */
function isAway(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && isRetryableError(cause);
}

export async function queryProgress(handle: WorkflowHandle): Promise<Progress | undefined> {
  const answer = handle.query<Progress>(PROGRESS).catch(unlessUnreadable);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), QUERY_MS).unref());
  return Promise.race([answer, late]);
}

/** No answer is no fault, but one that this process has no key for will never be read. */
function unlessUnreadable(error: unknown): undefined {
  if (error instanceof PayloadError) throw error;
}

export function interrupted(resumeWith: string): Interrupted {
  return new Interrupted({ problem: 'stopped before the end', remedy: `Nothing is lost. Go on with: ${resumeWith}` });
}

function serverAway(): ServerError {
  return new ServerError({
    problem: `the Temporal server has not answered for ${LONGEST_OUTAGE_MS / 60_000} minutes`,
    remedy: 'The run is kept by the server. Start it again, then go on with the same command.',
  });
}

/** The innermost message of a failed workflow: what our own failures say. */
function failed(error: WorkflowFailedError, resumeWith: string): RunFailed | NoModelRowsError {
  let cause: Error | undefined = error.cause;
  while (cause?.cause instanceof Error) cause = cause.cause;
  if (cause instanceof ApplicationFailure && cause.type === 'NoModelRows')
    return new NoModelRowsError(cause.details?.[0] as ErrorParts);
  return runFailed(withoutStop(reasonOf(cause)), resumeWith);
}

function runFailed(problem: string, resumeWith: string): RunFailed {
  return new RunFailed({
    problem,
    remedy: `When that is put right, go on with: ${resumeWith}. What was paid for is kept.`,
  });
}

function reasonOf(cause: Error | undefined): string {
  if (cause instanceof CancelledFailure) return 'the run was cancelled';
  if (cause instanceof TerminatedFailure) return 'the run was terminated on the Temporal server';
  if (cause instanceof TimeoutFailure) return 'a step of the run took too long, or no worker took it';
  return cause?.message || 'the run failed without a reason';
}

/** A sentence as a clause. */
function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}
