import type { WorkflowHandle } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { PayloadError } from '../../mallm/errors.js';
import { KeyMissing } from '../../workers/payload-codec.js';
import type { Session } from '../cluster/session.js';

/**
 * Whether a workflow under the id of a run is the owner's: on the queue of this configuration, and with an input, and a
 * result if it has ended well, that were sealed for it; while it runs, in the store that the run has now. Another one was begun before there was a key, or by another user of
 * the server, and no worker takes it or nothing it says counts. Without keys there is no way to know: true.
 *
 * @throws PayloadError where only the key is missing here.
 */
export async function isOwnWorkflow(
  session: Session,
  handle: WorkflowHandle,
  { store, ended }: { store: string; ended: boolean },
): Promise<boolean> {
  if (!session.config.codec) return true;
  try {
    const { queue, input } = await beginningOf(session, handle);
    if (queue !== session.config.taskQueue) return false;
    if (ended) await handle.result();
    // What a result refers to is found in the store wherever that is; what runs looks where it was.
    return ended || input?.store === store;
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    // An embedded server has one key: a payload that names another one is of no use to anyone here.
    if (error instanceof KeyMissing && !session.embedded) throw error;
    return false;
  }
}

/** The queue it was started on, and with what. @throws PayloadError when its input is not sealed for it. */
async function beginningOf(
  { client }: Session,
  { workflowId }: WorkflowHandle,
): Promise<{ queue: string | null | undefined; input: { store?: string } | undefined }> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  const context = { type: 'workflow' as const, namespace, workflowId };
  const args = await decodeArrayFromPayloads(loadedDataConverter, started?.input?.payloads, context);
  return { queue: started?.taskQueue?.name, input: args[0] as { store?: string } | undefined };
}
