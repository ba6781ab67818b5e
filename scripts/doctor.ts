import { Command } from 'commander';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan doctor` */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('What a fit needs, and what of it is missing here.')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  $ mallm-gan doctor')
    .action((output: { json?: boolean }) =>
      runCommand(async () => {
        const { describeConfig, readConfig } = await import('../config/index.js');
        const { doctor } = await import('../client/cluster/doctor.js');
        const config = readConfig();
        const findings = await doctor({ config });
        const looked = findings.map(({ what, ok, found }) => `${ok ? 'ok     ' : 'MISSING'}  ${what}: ${found}`);
        const settings = Object.entries(describeConfig(config)).map(([what, value]) => `setting  ${what}: ${value}`);
        openTerminal(output).result([...looked, ...settings], findings);
        if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
      }),
    );
}
