import type { ConnectionOptions } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { TemporalTarget } from './temporal.js';

type SharedOptions = Pick<ConnectionOptions & NativeConnectionOptions, 'address' | 'apiKey' | 'metadata' | 'tls'>;

/** Options of `Connection.connect` for a server; the namespace goes to the client itself. */
export function clientConnectionOptions(target: TemporalTarget): ConnectionOptions {
  return sharedOptions(target);
}

/** Options of `NativeConnection.connect` for a server; the namespace goes to the worker itself. */
export function workerConnectionOptions(target: TemporalTarget): NativeConnectionOptions {
  return sharedOptions(target);
}

function sharedOptions({ address, apiKey, metadata, tls }: TemporalTarget): SharedOptions {
  return {
    address,
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata && { metadata }),
    tls: tls
      ? {
          serverNameOverride: tls.serverName,
          serverRootCACertificate: tls.ca,
          clientCertPair: tls.cert && tls.key && { crt: tls.cert, key: tls.key },
        }
      : false,
  };
}
