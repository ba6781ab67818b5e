import type { WorkflowHandle } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';

/**
 * Why a run does not move, in one sentence: what a step that is being tried again said when it failed last; undefined
 * when none is, or the server does not answer.
 */
export async function whyWaiting(handle: WorkflowHandle): Promise<string | undefined> {
  try {
    const { raw } = await handle.describe();
    const retried = (raw.pendingActivities ?? []).find(({ lastFailure }) => lastFailure);
    if (!retried) return undefined;
    const failure = await decodeOptionalFailureToOptionalError(
      handle.client.options.loadedDataConverter,
      retried.lastFailure,
    );
    return failure && `trying again, as often as it takes: ${failure.message}`;
  } catch {
    return undefined;
  }
}
