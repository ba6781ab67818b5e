import { readConfig } from '../config/index.js';
import type { Config } from '../config/index.js';
import { OptionError, ServerError } from '../mallm/errors.js';
import { startWorkerHost } from '../workers/host.js';
import type { WorkerRole } from '../workers/worker.js';
import { WORKER_ROLES } from '../workers/worker.js';

export interface WorkerRequest {
  /** What this process does; everything by default. */
  roles?: string[];
  /** Model calls of this process at once. */
  inFlight: number;
  signal?: AbortSignal;
  onNotice?: (line: string) => void;
  config?: Config;
}

/** Runs a worker on the configured Temporal server until the signal aborts. */
export async function runWorker({
  roles,
  inFlight,
  signal,
  onNotice,
  config = readConfig(),
}: WorkerRequest): Promise<void> {
  if (!config.temporal) {
    throw new ServerError({
      problem: 'a worker needs a Temporal server to work for',
      remedy:
        'Set TEMPORAL_ADDRESS (or TEMPORAL_PROFILE). The embedded server brings its own worker: use `mallm-gan fit`.',
    });
  }
  const wanted = (roles ?? [...WORKER_ROLES]).map(asRole);
  const host = await startWorkerHost({ config, temporal: config.temporal, roles: wanted, inFlight });
  onNotice?.(
    `worker on ${config.temporal.address}, queue ${config.taskQueue}, roles ${wanted.join(', ')}; Ctrl-C to stop`,
  );
  if (host.models.simulated.length > 0)
    onNotice?.(`SIMULATED model as ${host.models.simulated.join(' and ')}: no endpoint is set`);
  const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  try {
    await Promise.race([host.done, aborted]);
  } finally {
    await host.close();
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
