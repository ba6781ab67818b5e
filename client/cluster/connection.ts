import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { clientConnectionOptions } from '../../config/index.js';
import type { TemporalTarget } from '../../config/index.js';
import { ServerError } from '../../mallm/errors.js';

/** A client's connection to a Temporal server. */
export interface ServerConnection {
  connection: Connection;
  /** Waits, a few seconds at most, for calls that are about to be tried again: on a closed channel they would throw. */
  close(): Promise<void>;
}

/** Connects to a Temporal server. @throws ServerError when it does not answer. */
export async function connectTo(temporal: TemporalTarget): Promise<ServerConnection> {
  const usual = defaultGrpcRetryOptions();
  let closing = false;
  let nextTryAt = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !closing && usual.retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delay = usual.delayFunction(attempt, status);
      nextTryAt = Math.max(nextTryAt, Date.now() + delay);
      return delay;
    },
  });
  const connection = await connected(temporal, interceptor);
  return {
    connection,
    close: async () => {
      closing = true;
      const wait = nextTryAt - Date.now();
      if (wait > 0) await sleep(wait + 100);
      await connection.close();
    },
  };
}

async function connected(
  temporal: TemporalTarget,
  interceptor: ReturnType<typeof makeGrpcRetryInterceptor>,
): Promise<Connection> {
  try {
    return await Connection.connect({
      ...clientConnectionOptions(temporal),
      connectTimeout: '10s',
      interceptors: [interceptor],
    });
  } catch (error) {
    throw new ServerError({
      problem: `cannot reach the Temporal server at ${temporal.address}`,
      got: error instanceof Error ? error.name : 'an error',
      remedy:
        'Check TEMPORAL_ADDRESS and that the server runs, or unset it to use the embedded server. `mallm-gan doctor` shows more.',
    });
  }
}
