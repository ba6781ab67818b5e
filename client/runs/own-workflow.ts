import type { WorkflowHandle } from '@temporalio/client';
import { PayloadError } from '../../mallm/errors.js';
import { KeyMissing } from '../../workers/payload-codec.js';
import type { Session } from '../cluster/session.js';

/**
 * Whether a workflow under the id of a run is the owner's: on the queue of this configuration, and with an input, and a
 * result if it has ended well, that were sealed for it. Another one was begun before there was a key, or by another user of
 * the server, and no worker takes it or nothing it says counts. Without keys there is no way to know: true.
 *
 * @throws PayloadError where only the key is missing here.
 */
export async function isOwnWorkflow(session: Session, handle: WorkflowHandle, ended: boolean): Promise<boolean> {
  if (!session.config.codec) return true;
  try {
    if ((await queueOf(session, handle)) !== session.config.taskQueue) return false;
    if (ended) await handle.result();
    return true;
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    // An embedded server has one key: a payload that names another one is of no use to anyone here.
    if (error instanceof KeyMissing && !session.embedded) throw error;
    return false;
  }
}

/** The queue it was started on. @throws PayloadError when its input is not sealed for it. */
async function queueOf({ client }: Session, { workflowId }: WorkflowHandle): Promise<string | null | undefined> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  for (const codec of loadedDataConverter.payloadCodecs)
    await codec.decode(started?.input?.payloads ?? [], { type: 'workflow', namespace, workflowId });
  return started?.taskQueue?.name;
}
