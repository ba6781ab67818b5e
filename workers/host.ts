import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { startCompute } from '../activities/compute.js';
import type { Config, ListenAddress } from '../config/index.js';
import { redacted, rememberSecrets, workerConnectionOptions } from '../config/index.js';
import type { SimulatorOptions } from '../simulator/index.js';
import { freePort } from './embedded/free-port.js';
import { startHealthServer } from './health-server.js';
import { logWorkersTo } from './logging.js';
import type { Models } from './open-models.js';
import { openModels } from './open-models.js';
import { assertAllowed } from './roots.js';
import { storeOpener } from './stores.js';
import type { RunningWorkers, WorkerRole } from './worker.js';
import { startWorkers } from './worker.js';

/** A process that does a worker's part: connected, with its models, store and threads. */
export interface WorkerHost extends RunningWorkers {
  models: Models;
  /** Where it answers for its health and its metrics, where that is asked for. */
  healthUrl?: string;
  close(): Promise<void>;
}

export interface HostOptions {
  config: Config;
  /** Address and namespace; the embedded server's, or the configured one. */
  temporal: NonNullable<Config['temporal']>;
  roles: readonly WorkerRole[];
  inFlight: number;
  simulator?: SimulatorOptions;
  /** Where to answer for health and metrics; left out, nowhere. */
  metrics?: ListenAddress;
}

/** Time in which a Temporal server has to answer to count as there. */
const SERVER_ANSWERS_WITHIN_MS = 2000;

/** Starts the workers of this process. @throws ServerError when the address for health and metrics is taken. */
export async function startWorkerHost(options: HostOptions): Promise<WorkerHost> {
  const { config, temporal, roles, inFlight, simulator, metrics } = options;
  rememberSecrets(config);
  const metricsAddress = metrics && `127.0.0.1:${await freePort()}`;
  logWorkersTo(join(config.home, 'worker.log'), metricsAddress);
  const models = await openModels(config, { inFlight, ...(simulator ? { simulator } : {}) });
  const compute = startCompute(Math.max(1, availableParallelism()));
  const connection = await NativeConnection.connect(workerConnectionOptions(temporal));
  const allowed = (location: string): void => assertAllowed(config, location);
  const places = { openStore: storeOpener(config, allowed), assertAllowed: allowed };
  const running = await startWorkers({
    connection,
    namespace: temporal.namespace,
    taskQueue: config.taskQueue,
    roles,
    dependencies: {
      ...places,
      generator: models.generator,
      optimizer: models.optimizer,
      compute,
      redact: redacted,
    },
    modelActivities: Math.max(8, inFlight),
    computeActivities: 2 * availableParallelism(),
    codecKeys: config.codec?.keys,
    // The embedded server has one worker, that of this process: no operator would make its version the current one.
    versioning: config.temporal && config.versioning,
  });
  const closers = [() => compute.close(), () => models.close(), () => connection.close()];
  const close = async (): Promise<void> => {
    running.shutdown();
    await running.done.catch(() => undefined);
    for (const closer of closers) await closer();
  };
  let closed: Promise<void> | undefined;
  const closeOnce = (): Promise<void> => (closed ??= close());
  if (!metrics) return { ...running, models, close: closeOnce };
  const obstacles = async (): Promise<string[]> => [...running.stopped(), ...(await serverObstacles(connection))];
  try {
    const health = await startHealthServer(metrics, { obstacles, metricsUrl: `http://${metricsAddress}/metrics` });
    closers.push(() => health.close());
    return { ...running, models, healthUrl: health.url, close: closeOnce };
  } catch (error) {
    await closeOnce();
    throw error;
  }
}

async function serverObstacles(connection: NativeConnection): Promise<string[]> {
  try {
    await connection.withDeadline(Date.now() + SERVER_ANSWERS_WITHIN_MS, () =>
      connection.workflowService.getSystemInfo({}),
    );
    return [];
  } catch {
    return ['the Temporal server does not answer'];
  }
}
