import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import type { SimulatorOptions } from '../../simulator/index.js';
import { startSimulator } from '../../simulator/index.js';
import type { WorkerHost } from '../../workers/host.js';
import { startWorkerHost } from '../../workers/host.js';
import { WORKER_ROLES } from '../../workers/worker.js';
import { startTemporal } from './temporal.js';

/** A production in small: a Temporal server, a model endpoint that wants a key, a store, a worker; all real, all on loopback. */
export interface Cluster {
  config: Config;
  client: Client;
  folder: string;
  simulator: Awaited<ReturnType<typeof startSimulator>>;
  /** Starts another worker. */
  startWorker(inFlight?: number): Promise<WorkerHost>;
  close(): Promise<void>;
}

export const TEST_KEY = 'sk-test-3f9a1c7e5b';

export async function startCluster(options: SimulatorOptions = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'mallm-gan-cluster-'));
  const [temporal, simulator] = await Promise.all([
    startTemporal(),
    startSimulator({ requireKey: TEST_KEY, ...options }),
  ]);
  const endpoint = { baseURL: simulator.url, apiKey: TEST_KEY };
  const config: Config = {
    ...readConfig({ MALLM_HOME: join(folder, 'home') }),
    temporal: { address: temporal.address, namespace: 'default' },
    models: { generator: endpoint, optimizer: endpoint, timeoutMs: 30_000 },
    store: pathToFileURL(join(folder, 'store')).href,
  };
  const connection = await Connection.connect({ address: temporal.address });
  const hosts: WorkerHost[] = [];
  return {
    config,
    client: new Client({ connection }),
    folder,
    simulator,
    startWorker: async (inFlight = 8) => {
      const host = await startWorkerHost({ config, temporal: config.temporal!, roles: WORKER_ROLES, inFlight });
      hosts.push(host);
      return host;
    },
    close: async () => {
      for (const host of hosts) await host.close();
      await connection.close();
      await simulator.close();
      await temporal.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
