import { Command } from 'commander';
import { decimalOrNone, whole, wholeOrNone } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

interface LimitFlags {
  maxCalls?: number | null;
  maxTokens?: number | null;
  maxCost?: number | null;
  inFlight?: number;
}

/** `pause`, `stop`, `cancel` and `limits` of a running fit. */
export function controlCommands(): Command[] {
  const simple = (name: 'pause' | 'stop' | 'cancel', description: string, said: string): Command =>
    new Command(name)
      .description(description)
      .argument('<dir>', 'run folder')
      .addHelpText('after', `\nExample:\n  $ mallm-gan ${name} patients-synthetic`)
      .action((folder: string) =>
        runCommand(async () => {
          await (await import('../client/runs/status.js'))[name]({ folder });
          openTerminal({}).result([said.replace('DIR', folder)], { done: true });
        }),
      );
  return [
    simple('pause', 'Hold a running fit before its next call.', 'paused; go on with: mallm-gan resume DIR'),
    simple('stop', 'End a fit early, with the best θ so far.', 'stopping; results: mallm-gan resume DIR'),
    simple(
      'cancel',
      'Cancel a fit; a checkpoint is saved first.',
      'cancelled; it can still be resumed: mallm-gan resume DIR',
    ),
    limitsCommand(),
  ];
}

function limitsCommand(): Command {
  return new Command('limits')
    .description('Change the limits of a running fit.')
    .argument('<dir>', 'run folder')
    .option('--max-calls <n|none>', 'model calls', wholeOrNone)
    .option('--max-tokens <n|none>', 'tokens', wholeOrNone)
    .option('--max-cost <amount|none>', 'money, where prices are known', decimalOrNone)
    .option('--in-flight <n>', 'model calls at once', whole)
    .addHelpText('after', '\nExample:\n  $ mallm-gan limits patients-synthetic --max-calls 500 --in-flight 4')
    .action((folder: string, flags: LimitFlags) =>
      runCommand(async () => {
        const { setLimits } = await import('../client/runs/status.js');
        const limits = await setLimits({ folder, ...flags });
        const lines = Object.entries(limits).map(([name, value]) => `${name}: ${value ?? 'none'}`);
        openTerminal({}).result(lines, limits);
      }),
    );
}
