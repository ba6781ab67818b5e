import { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Dependencies } from '../activities/dependencies.js';
import { createActivities, HEARTBEAT_MS } from '../activities/index.js';
import { computeQueue, modelQueue } from '../workflows/contract.js';
import type { CodecKey, VersioningConfig } from '../config/index.js';
import { dataConverters } from './payload-codec.js';
import { refuseUnsealedActivity } from './refuse-activity.js';
import { workflowBundlePath } from './workflow-bundle.js';

/** What a worker process does: run workflows, call models, compute. */
export type WorkerRole = 'workflow' | 'model' | 'compute';
export const WORKER_ROLES: readonly WorkerRole[] = ['workflow', 'model', 'compute'];

export interface WorkerSettings {
  connection: NativeConnection;
  namespace: string;
  taskQueue: string;
  roles: readonly WorkerRole[];
  dependencies: Dependencies;
  /** Model calls in flight in this process at most, reckoned in activities. */
  modelActivities: number;
  /** Computing activities at once. */
  computeActivities: number;
  /** Which version these workers are; on a server where an operator makes a version the current one. */
  versioning?: VersioningConfig;
  /** Keys that payloads are encrypted with; undefined leaves them clear. */
  codecKeys?: readonly CodecKey[];
}

export interface RunningWorkers {
  /** Ends when all have shut down; rejects when one fails. */
  done: Promise<void>;
  shutdown(): void;
  /** What keeps them from taking work: workers that do not run. */
  stopped(): string[];
}

/** Time that running activities get to end when a worker is asked to stop, and after which they are cut off. */
const GRACE = '5s';
const FORCE = '8s';

/** Starts one worker for each role. */
export async function startWorkers(settings: WorkerSettings): Promise<RunningWorkers> {
  const { connection, namespace, taskQueue, roles, dependencies, codecKeys } = settings;
  const activities = createActivities(dependencies);
  const common = {
    connection,
    namespace,
    shutdownGraceTime: GRACE,
    shutdownForceTime: FORCE,
    // Left alone, the SDK holds heartbeats back for most of their timeout.
    maxHeartbeatThrottleInterval: HEARTBEAT_MS,
    dataConverter: dataConverters(codecKeys).worker,
    interceptors: { activity: codecKeys ? [refuseUnsealedActivity] : [] },
    workerDeploymentOptions: settings.versioning && deploymentOptions(settings.versioning),
  };
  const ofRole = {
    workflow: () =>
      Worker.create({
        ...common,
        taskQueue,
        workflowBundle: { codePath: workflowBundlePath(codecKeys !== undefined) },
        stickyQueueScheduleToStartTimeout: '3s',
        maxCachedWorkflows: 200,
      }),
    model: () =>
      Worker.create({
        ...common,
        taskQueue: modelQueue(taskQueue),
        activities,
        maxConcurrentActivityTaskExecutions: settings.modelActivities,
      }),
    compute: () =>
      Worker.create({
        ...common,
        taskQueue: computeQueue(taskQueue),
        activities,
        maxConcurrentActivityTaskExecutions: settings.computeActivities,
      }),
  };
  const workers = await Promise.all(roles.map((role) => ofRole[role]()));
  const done = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  return {
    done,
    stopped: () =>
      roles
        .filter((_, index) => workers[index]!.getState() !== 'RUNNING')
        .map((role) => `the ${role} worker does not run`),
    shutdown: () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

function deploymentOptions({ deployment, buildId, runs }: VersioningConfig): WorkerOptions['workerDeploymentOptions'] {
  return {
    useWorkerVersioning: true,
    version: { deploymentName: deployment, buildId },
    defaultVersioningBehavior: runs === 'pinned' ? 'PINNED' : 'AUTO_UPGRADE',
  };
}
