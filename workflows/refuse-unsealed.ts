/**
 * Part of the workflow bundle of workers that have keys: a workflow takes nothing that its owner has not sealed. What
 * has no payload (a signal without arguments) could come from any program that reaches the server.
 */
import { ApplicationFailure, patched } from '@temporalio/workflow';
import type { WorkflowInboundCallsInterceptor, WorkflowInterceptors } from '@temporalio/workflow';
import type { SealedSignal } from './contract.js';
import type { RefusedPayload } from './refused-payload.js';
import { refusedAmong } from './refused-payload.js';

export function interceptors(): WorkflowInterceptors {
  return {
    inbound: [new RefuseUnsealed()],
    outbound: [
      {
        scheduleActivity: async (input, next) => accepted(await next(input)),
        startChildWorkflowExecution: async (input, next) => {
          const [started, result] = await next(input);
          return [started, result.then(accepted)];
        },
      },
    ],
  };
}

class RefuseUnsealed implements WorkflowInboundCallsInterceptor {
  /** Signals that were taken: a copy of one is not. */
  private readonly seen = new Set<string>();

  execute: WorkflowInboundCallsInterceptor['execute'] = async (input, next) => {
    assertSealed(input.args);
    return next(input);
  };

  handleSignal: WorkflowInboundCallsInterceptor['handleSignal'] = async (input, next) => {
    // Runs of earlier versions took signals without a seal.
    if (!this.takes(input.signalName, input.args) && patched('sealed-signals')) return;
    return next(input);
  };

  validateUpdate: WorkflowInboundCallsInterceptor['validateUpdate'] = (input, next) => {
    assertSealed(input.args);
    next(input);
  };

  private takes(name: string, [argument]: unknown[]): boolean {
    const { signal, nonce } = (argument ?? {}) as Partial<SealedSignal>;
    if (signal !== name || typeof nonce !== 'string' || this.seen.has(nonce)) return false;
    this.seen.add(nonce);
    return true;
  }
}

function assertSealed(values: readonly unknown[]): void {
  const refused = refusedAmong(values);
  if (refused) throw failureOf(refused);
  if (values.length === 0) throw ApplicationFailure.nonRetryable('it came without a sealed input', 'Unsealed');
}

/** @throws where the result of an activity or a child is not what a worker of the owner has sealed. */
function accepted<Result>(result: Result): Result {
  const refused = refusedAmong([result]);
  if (refused) throw failureOf(refused);
  return result;
}

/** An error of its own fails the workflow task, which is tried again until a worker has the key; a failure ends the run. */
function failureOf({ message, keyMissing }: RefusedPayload): Error {
  return keyMissing ? new Error(message) : ApplicationFailure.nonRetryable(message, 'Unsealed');
}
