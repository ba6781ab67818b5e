import type { ActivityInterceptors } from '@temporalio/worker';
import { ApplicationFailure } from '@temporalio/common';
import { refusedAmong } from '../workflows/refused-payload.js';

/** Refuses, once and for all, an activity whose input no workflow of the owner has sealed. */
export function refuseUnsealedActivity(): ActivityInterceptors {
  return {
    inbound: {
      execute: async (input, next) => {
        const refused = refusedAmong(input.args);
        if (!refused && input.args.length > 0) return next(input);
        const message = refused?.message ?? 'it came without a sealed input';
        throw refused?.keyMissing
          ? ApplicationFailure.retryable(message, 'Unsealed')
          : ApplicationFailure.nonRetryable(message, 'Unsealed');
      },
    },
  };
}
