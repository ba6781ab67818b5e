import { Client } from '@temporalio/client';
import type { ObjectStore } from '../../store/object-store.js';
import type { Config } from '../../config/index.js';
import { rememberSecrets } from '../../config/index.js';
import type { SimulatorOptions } from '../../simulator/index.js';
import { sealedConfig, startEmbeddedServer } from '../../workers/embedded/embedded-server.js';
import type { WorkerHost } from '../../workers/host.js';
import { startWorkerHost } from '../../workers/host.js';
import { dataConverters } from '../../workers/payload-codec.js';
import { assertAllowed } from '../../workers/roots.js';
import { storeOpener } from '../../workers/stores.js';
import { WORKER_ROLES } from '../../workers/worker.js';
import { connectTo } from './connection.js';

/** A connection to Temporal, and in the embedded case the server and the workers behind it. */
export interface Session {
  client: Client;
  config: Config;
  embedded: boolean;
  /** The workers of this process; undefined on a cluster, where others run them. */
  host?: WorkerHost;
  /** @throws RootError, with the embedded server, for a place that no configuration or command of its home has named. */
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
export async function openSession({
  config: given,
  workers,
  inFlight,
  simulator,
  notice,
}: SessionOptions): Promise<Session> {
  rememberSecrets(given);
  const server = given.temporal
    ? undefined
    : await startEmbeddedServer({ home: given.home, ...given.temporalCli, log: notice });
  const config = server ? sealedConfig(given, server) : given;
  const temporal = config.temporal ?? { address: server!.address, namespace: 'default' };
  const closers: (() => Promise<void>)[] = server ? [() => server.release()] : [];
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer().catch(() => undefined);
  };
  try {
    const { connection, close: disconnect } = await connectTo(temporal);
    closers.push(disconnect);
    const host = workers
      ? await startWorkerHost({ config, temporal, roles: WORKER_ROLES, inFlight, ...(simulator ? { simulator } : {}) })
      : undefined;
    if (host) closers.push(() => host.close());
    const client = new Client({
      connection,
      namespace: temporal.namespace,
      dataConverter: dataConverters(config.codec?.keys).client,
    });
    return {
      client,
      config,
      embedded: !config.temporal,
      ...(host ? { host } : {}),
      openStore: config.temporal ? storeOpener(config) : storeOpener(config, (url) => assertAllowed(config, url)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
