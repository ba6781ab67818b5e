import { Command } from 'commander';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan erase DIR` */
export function eraseCommand(): Command {
  return new Command('erase')
    .description('Remove a run: rows, prompts, replies, θ, tables and history; says what is left elsewhere.')
    .argument('<dir>', 'run folder')
    .option('--keep-table', 'keep the released tables and their manifests in the folder')
    .option('--stop', 'end the run first where it is under way, without results')
    .addHelpText('after', '\nExample:\n  $ mallm-gan erase patients-synthetic --keep-table')
    .action((folder: string, flags: { keepTable?: true; stop?: true }) =>
      runCommand(async () => {
        const terminal = openTerminal({});
        const { erase } = await import('../client/runs/erase.js');
        const outcome = await erase({ folder, ...flags, onNotice: terminal.notice });
        const { objects, workflows, files, left } = outcome;
        terminal.result(
          [
            `erased: ${objects} objects of the store, ${workflows} workflows, ${files} files`,
            'not erased, where there is any:',
            ...left.map((line) => `  ${line}`),
          ],
          outcome,
        );
      }),
    );
}
