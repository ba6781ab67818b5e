import { DefaultFailureConverter } from '@temporalio/common';

/** Failures whose message and stack are in a payload; without it they stay clear beside encrypted ones. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
