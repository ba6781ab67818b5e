import { Command } from 'commander';
import { doctor } from '../client/index.js';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('What a fit needs, and what of it is missing here.')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  $ mallm-gan doctor')
    .action((output: { json?: boolean }) =>
      runCommand(async () => {
        const findings = await doctor();
        openTerminal(output).result(
          findings.map(({ what, ok, found }) => `${ok ? 'ok     ' : 'MISSING'}  ${what}: ${found}`),
          findings,
        );
        if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
      }),
    );
}
