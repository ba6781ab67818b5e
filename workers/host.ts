import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { startCompute } from '../activities/compute.js';
import type { Config } from '../config/index.js';
import { workerConnectionOptions } from '../config/index.js';
import type { SimulatorOptions } from '../simulator/index.js';
import { logWorkersTo } from './logging.js';
import type { Models } from './models.js';
import { openModels } from './models.js';
import { storeOpener } from './store.js';
import type { RunningWorkers, WorkerRole } from './worker.js';
import { startWorkers } from './worker.js';

/** A process that does a worker's part: connected, with its models, store and threads. */
export interface WorkerHost extends RunningWorkers {
  models: Models;
  close(): Promise<void>;
}

export interface HostOptions {
  config: Config;
  /** Address and namespace; the embedded server's, or the configured one. */
  temporal: NonNullable<Config['temporal']>;
  roles: readonly WorkerRole[];
  inFlight: number;
  simulator?: SimulatorOptions;
}

/** Starts the workers of this process. */
export async function startWorkerHost({
  config,
  temporal,
  roles,
  inFlight,
  simulator,
}: HostOptions): Promise<WorkerHost> {
  logWorkersTo(join(config.home, 'worker.log'));
  const models = await openModels(config, { inFlight, ...(simulator ? { simulator } : {}) });
  const compute = startCompute(Math.max(1, availableParallelism()));
  const connection = await NativeConnection.connect(workerConnectionOptions(temporal));
  const running = await startWorkers({
    connection,
    namespace: temporal.namespace,
    taskQueue: config.taskQueue,
    roles,
    dependencies: { openStore: storeOpener(config), generator: models.generator, optimizer: models.optimizer, compute },
    modelActivities: Math.max(8, inFlight),
    computeActivities: 2 * availableParallelism(),
    codecKeys: config.codec?.keys,
  });
  const close = async (): Promise<void> => {
    running.shutdown();
    await running.done.catch(() => undefined);
    await compute.close();
    await models.close();
    await connection.close();
  };
  let closed: Promise<void> | undefined;
  return { ...running, models, close: () => (closed ??= close()) };
}
