import { Command } from 'commander';
import { whole } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan worker` */
export function workerCommand(): Command {
  return new Command('worker')
    .description(
      'A worker for a cluster (TEMPORAL_ADDRESS), or for the embedded server, which it keeps up for schedules.',
    )
    .option('--role <role...>', 'workflow, model, compute; all by default')
    .option('--in-flight <n>', 'model calls of this process at once', whole, 16)
    .option('--metrics <host:port>', 'answer /healthz, /readyz and /metrics (Prometheus) there; default MALLM_METRICS')
    .addHelpText(
      'after',
      '\nExamples:\n  $ TEMPORAL_ADDRESS=temporal:7233 MALLM_STORE=s3://bucket/mallm mallm-gan worker\n  $ mallm-gan worker --role model --in-flight 64 --metrics 0.0.0.0:9464\n  $ mallm-gan worker   # nothing set: the embedded server and a worker, until Ctrl-C',
    )
    .action(({ role, ...rest }: { role?: string[]; inFlight: number; metrics?: string }) =>
      runCommand(async (signal) => {
        const { runWorker } = await import('../client/cluster/worker.js');
        const terminal = openTerminal({});
        await runWorker({ ...(role ? { roles: role } : {}), ...rest, signal, onNotice: terminal.notice });
      }),
    );
}
