import { Command } from 'commander';
import { runWorker } from '../client/index.js';
import { whole } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan worker` */
export function workerCommand(): Command {
  return new Command('worker')
    .description('A worker for a cluster: set TEMPORAL_ADDRESS, the store and the model endpoint in the environment.')
    .option('--role <role...>', 'workflow, model, compute; all by default')
    .option('--in-flight <n>', 'model calls of this process at once', whole, 16)
    .addHelpText(
      'after',
      '\nExamples:\n  $ TEMPORAL_ADDRESS=temporal:7233 MALLM_STORE=s3://bucket/mallm mallm-gan worker\n  $ mallm-gan worker --role model --in-flight 64',
    )
    .action(({ role, inFlight }: { role?: string[]; inFlight: number }) =>
      runCommand(async (signal) => {
        const terminal = openTerminal({});
        await runWorker({ ...(role ? { roles: role } : {}), inFlight, signal, onNotice: terminal.notice });
      }),
    );
}
