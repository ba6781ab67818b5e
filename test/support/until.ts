import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';

/** Waits for a condition. @throws Error when it does not hold within the time, which is only there to end a lost test. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  withinMs = 120_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(20);
  }
}

/** Waits until the activities of a workflow that are under way now have ended; others may have begun. */
export async function untilActivitiesEnd(client: Client, workflowId: string): Promise<void> {
  const now = await underWay(client, workflowId);
  await until('the activities under way have ended', async () => {
    const open = await underWay(client, workflowId);
    return !now.some((activity) => open.includes(activity));
  });
}

/** Waits until a workflow has no activity under way, nor one that waits to be tried again. */
export function untilIdle(client: Client, workflowId: string): Promise<void> {
  return until('no activity is under way', async () => (await underWay(client, workflowId)).length === 0);
}

async function underWay({ workflow }: Client, workflowId: string): Promise<unknown[]> {
  const { raw } = await workflow.getHandle(workflowId).describe();
  return (raw.pendingActivities ?? []).map(({ activityId }) => activityId);
}
