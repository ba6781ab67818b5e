import { setTimeout as sleep } from 'node:timers/promises';
import { ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import { RunError } from '../../mallm/errors.js';
import { evaluateWorkflowId, fitWorkflowId, regenerateWorkflowId, sampleWorkflowId } from '../../workflows/contract.js';
import type { ScheduleSpec } from '../../workflows/schedule-contract.js';
import type { Session } from '../cluster/session.js';

/** Steps under way hear of the end of their run with their next heartbeat, and store a reply that is on its way. */
const STEPS_END_MS = 6_000;
const POLL_MS = 500;
/** The server removes histories after it has said that it will. */
const LONGEST_REMOVAL_MS = 60_000;

interface Execution {
  workflowId: string;
  runId: string;
}

/**
 * Removes all workflows of some runs, with their histories, from the Temporal server.
 *
 * @returns how many there were.
 * @throws RunError where one is under way and may not be stopped, or a schedule draws from a run.
 */
export async function eraseHistory(
  session: Session,
  ask: { folder: string; runIds: string[]; schedules: ScheduleSpec[]; stop: boolean },
): Promise<number> {
  for (const { name } of ask.schedules) await refuseScheduled(session, name);
  const found = await executionsOf(session, ask);
  const running = found.filter(({ running: open }) => open);
  if (running.length > 0 && !ask.stop) throw underWay(ask.folder, running[0]!.workflowId);
  for (const { workflowId } of running)
    await session.client.workflow.getHandle(workflowId).terminate('erased').catch(unlessGone);
  if (running.length > 0) await sleep(STEPS_END_MS);
  // Each takes the server some seconds, whatever their number.
  await Promise.all(found.map((execution) => remove(session, execution)));
  return found.length;
}

async function refuseScheduled({ client }: Session, name: string): Promise<void> {
  const gone = await client.schedule
    .getHandle(name)
    .describe()
    .then(
      () => false,
      (error: unknown) => error instanceof ScheduleNotFoundError,
    );
  if (gone) return;
  throw new RunError({
    problem: `the schedule "${name}" draws from this run`,
    remedy: `Delete it first: mallm-gan schedule delete ${name}`,
  });
}

async function executionsOf(
  { client }: Session,
  { runIds, schedules }: { runIds: string[]; schedules: ScheduleSpec[] },
): Promise<(Execution & { running: boolean })[]> {
  const queries = [
    ...runIds.flatMap((id) => [
      `WorkflowId = '${fitWorkflowId(id)}'`,
      `WorkflowId STARTS_WITH '${sampleWorkflowId(id, '')}'`,
      `WorkflowId STARTS_WITH '${evaluateWorkflowId(id, '')}'`,
    ]),
    ...schedules.map(({ name }) => `WorkflowId STARTS_WITH '${regenerateWorkflowId(name)}-'`),
  ];
  const found = new Map<string, Execution & { running: boolean }>();
  for (const query of queries) {
    for await (const { workflowId, runId, status } of client.workflow.list({ query }))
      found.set(runId, { workflowId, runId, running: status.name === 'RUNNING' });
  }
  // The list of the server lags behind: the fit itself is asked for.
  for (const id of runIds) {
    const described = await client.workflow.getHandle(fitWorkflowId(id)).describe().catch(unlessGone);
    if (!described) continue;
    const { workflowId, runId, status } = described;
    found.set(runId, { workflowId, runId, running: status.name === 'RUNNING' });
  }
  return [...found.values()];
}

async function remove({ client }: Session, { workflowId, runId }: Execution): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService
    .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } })
    .catch((error: unknown) => {
      // Not found: it was removed before.
      if ((error as { code?: number }).code !== 5) throw error;
    });
  const end = Date.now() + LONGEST_REMOVAL_MS;
  while (await client.workflow.getHandle(workflowId, runId).describe().catch(unlessGone)) {
    if (Date.now() > end)
      throw new RunError({
        problem: `the Temporal server has not removed ${workflowId} within ${LONGEST_REMOVAL_MS / 1000} s`,
        remedy: 'Run the same command again: it goes on.',
      });
    await sleep(POLL_MS);
  }
}

function unlessGone(error: unknown): undefined {
  if (error instanceof WorkflowNotFoundError) return undefined;
  throw error;
}

function underWay(folder: string, workflowId: string): RunError {
  return new RunError({
    problem: `the run in ${folder} is under way`,
    got: `${workflowId} has not ended`,
    remedy: `Wait until it has, or end it without results: mallm-gan erase ${JSON.stringify(folder)} --stop`,
  });
}
