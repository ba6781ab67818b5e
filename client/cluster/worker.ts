import { listenAddress, readConfig } from '../../config/index.js';
import type { Config } from '../../config/index.js';
import { OptionError } from '../../mallm/errors.js';
import { sealedConfig, startEmbeddedServer } from '../../workers/embedded/embedded-server.js';
import { startWorkerHost } from '../../workers/host.js';
import type { WorkerRole } from '../../workers/worker.js';
import { WORKER_ROLES } from '../../workers/worker.js';

export interface WorkerRequest {
  /** What this process does; everything by default. */
  roles?: string[];
  /** Model calls of this process at once. */
  inFlight: number;
  /** `host:port` to answer at for health and metrics; MALLM_METRICS by default. */
  metrics?: string;
  signal?: AbortSignal;
  onNotice?: (line: string) => void;
  config?: Config;
}

/**
 * Runs a worker until the signal aborts: for the configured Temporal server, or for the embedded one, which is then up
 * as long as the worker is, so that the slots of schedules are done.
 */
export async function runWorker({
  roles,
  inFlight,
  metrics,
  signal,
  onNotice,
  config = readConfig(),
}: WorkerRequest): Promise<void> {
  const wanted = (roles ?? [...WORKER_ROLES]).map(asRole);
  const log = onNotice ?? ((): void => undefined);
  const server = config.temporal
    ? undefined
    : await startEmbeddedServer({ home: config.home, ...config.temporalCli, log });
  try {
    const temporal = config.temporal ?? { address: server!.address, namespace: server!.namespace };
    const host = await startWorkerHost({
      config: server ? sealedConfig(config, server) : config,
      temporal,
      roles: wanted,
      inFlight,
      metrics: metrics === undefined ? config.metrics : listenAddress(metrics, '--metrics'),
    });
    try {
      const embedded = server ? `the embedded server of ${config.home}` : temporal.address;
      log(`worker on ${embedded}, queue ${config.taskQueue}, roles ${wanted.join(', ')}; Ctrl-C to stop`);
      if (host.healthUrl) log(`health and metrics at ${host.healthUrl}`);
      if (host.models.simulated.length > 0)
        log(`SIMULATED model as ${host.models.simulated.join(' and ')}: no endpoint is set`);
      const aborted = new Promise<void>((resolve) =>
        signal?.addEventListener('abort', () => resolve(), { once: true }),
      );
      await Promise.race([host.done, aborted]);
    } finally {
      await host.close();
    }
  } finally {
    await server?.release();
  }
}

function asRole(name: string): WorkerRole {
  const role = WORKER_ROLES.find((known) => known === name);
  if (role) return role;
  throw new OptionError({
    problem: `there is no role "${name}"`,
    expected: WORKER_ROLES.join(', '),
    remedy: 'Name one or more of these.',
  });
}
