import { Client, Connection } from '@temporalio/client';
import type { ObjectStore } from '../activities/ports.js';
import type { Config } from '../config/index.js';
import { clientConnectionOptions } from '../config/index.js';
import { ServerError } from '../mallm/errors.js';
import type { SimulatorOptions } from '../simulator/index.js';
import { startEmbeddedServer } from '../workers/embedded-server.js';
import type { WorkerHost } from '../workers/host.js';
import { startWorkerHost } from '../workers/host.js';
import { storeOpener } from '../workers/store.js';
import { WORKER_ROLES } from '../workers/worker.js';

/** A connection to Temporal, and in the embedded case the server and the workers behind it. */
export interface Session {
  client: Client;
  config: Config;
  embedded: boolean;
  /** The workers of this process; undefined on a cluster, where others run them. */
  host?: WorkerHost;
  openStore(url: string): ObjectStore;
  close(): Promise<void>;
}

export interface SessionOptions {
  config: Config;
  /** Start workers in this process too. */
  workers: boolean;
  inFlight: number;
  simulator?: SimulatorOptions;
  notice(line: string): void;
}

/** Connects to the configured Temporal server, or starts the embedded one with a worker in this process. */
export async function openSession({ config, workers, inFlight, simulator, notice }: SessionOptions): Promise<Session> {
  const server = config.temporal
    ? undefined
    : await startEmbeddedServer({ home: config.home, ...config.temporalCli, log: notice });
  const temporal = config.temporal ?? { address: server!.address, namespace: 'default' };
  const closers: (() => Promise<void>)[] = server ? [() => server.release()] : [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer().catch(() => undefined);
  };
  try {
    const connection = await connect(temporal);
    closers.push(() => connection.close());
    const host = workers
      ? await startWorkerHost({ config, temporal, roles: WORKER_ROLES, inFlight, ...(simulator ? { simulator } : {}) })
      : undefined;
    if (host) closers.push(() => host.close());
    const client = new Client({ connection, namespace: temporal.namespace });
    return {
      client,
      config,
      embedded: !config.temporal,
      ...(host ? { host } : {}),
      openStore: storeOpener(config),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function connect(temporal: NonNullable<Config['temporal']>): Promise<Connection> {
  try {
    return await Connection.connect({ ...clientConnectionOptions(temporal), connectTimeout: '10s' });
  } catch (error) {
    throw new ServerError({
      problem: `cannot reach the Temporal server at ${temporal.address}`,
      got: error instanceof Error ? error.name : 'an error',
      remedy:
        'Check TEMPORAL_ADDRESS and that the server runs, or unset it to use the embedded server. `mallm-gan doctor` tells more.',
    });
  }
}
