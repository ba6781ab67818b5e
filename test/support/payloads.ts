import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

/** One event of a history as JSON. */
interface HistoryEvent {
  workflowExecutionStartedEventAttributes?: { continuedExecutionRunId?: string };
}

/**
 * The events of every run of a workflow, the newest first: each run names the one it continues. Listing runs instead would
 * miss those that the server's index does not have yet.
 */
export async function eventsOfRuns({ workflow }: Client, workflowId: string): Promise<HistoryEvent[][]> {
  const runs: HistoryEvent[][] = [];
  let run: string | undefined = (await workflow.getHandle(workflowId).describe()).runId;
  while (run) {
    const history = await workflow.getHandle(workflowId, run).fetchHistory();
    const { events } = JSON.parse(historyToJSON(history)) as { events: HistoryEvent[] };
    runs.push(events);
    run = events[0]!.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  }
  return runs;
}

/** Decoded data of every payload in a history as JSON. */
export function payloadsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(payloadsOf);
  if (typeof value !== 'object' || value === null) return [];
  const { metadata, data } = value as { metadata?: unknown; data?: unknown };
  if (metadata !== undefined && typeof data === 'string') return [Buffer.from(data, 'base64').toString('utf8')];
  return Object.values(value).flatMap(payloadsOf);
}
