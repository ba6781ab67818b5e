import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { computeQueue, modelQueue } from './contract.js';

/** A failure of the SDK itself; what our activities throw says whether it may be retried (activities/failures.ts). */
const NEVER_RETRIED = ['PayloadsTooLarge'];

/**
 * Activities that call a model. A rate limit sets its own delay; other failures back off to a minute.
 * They end after a day, when a person has to look. A run that is cancelled ends when its calls have ended: if it were
 * resumed before, it would ask again for what they are about to store.
 */
export function modelActivities(): Pick<Activities, 'generateRows' | 'proposeThetas'> {
  return proxyActivities<Activities>({
    taskQueue: modelQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '2h',
    scheduleToCloseTimeout: '24h',
    heartbeatTimeout: '15s',
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '60s',
      nonRetryableErrorTypes: NEVER_RETRIED,
    },
  });
}

/** Activities that compute, or read and write the store: an outage of hours is ridden out, a fault of ours is not. */
export function computeActivities(): Omit<Activities, 'generateRows' | 'proposeThetas'> {
  return proxyActivities<Activities>({
    taskQueue: computeQueue(workflowInfo().taskQueue),
    startToCloseTimeout: '1h',
    scheduleToCloseTimeout: '12h',
    heartbeatTimeout: '15s',
    retry: {
      initialInterval: '500ms',
      backoffCoefficient: 2,
      maximumInterval: '30s',
      nonRetryableErrorTypes: NEVER_RETRIED,
    },
  });
}
