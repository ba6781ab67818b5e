import { Command } from 'commander';
import { addModelFlags, configWith } from './model-options.js';
import type { ModelFlags } from './model-options.js';
import type { OutputOptions } from './terminal.js';
import { openTerminal, runCommand, WITHOUT_MODEL } from './terminal.js';

/** `mallm-gan resume DIR` */
export function resumeCommand(): Command {
  return addModelFlags(new Command('resume'))
    .description('Go on with a fit that was stopped, paused or blocked, and finish its results.')
    .argument('<dir>', 'run folder')
    .option('--signal-only', 'only signal a fit on a cluster to go on; do not wait for it')
    .option('--show-reply', 'show the beginning of what the model wrote when it gives no rows')
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  $ mallm-gan resume patients-synthetic')
    .action((folder: string, flags: OutputOptions & ModelFlags & { signalOnly?: boolean; showReply?: boolean }) =>
      runCommand(async (signal) => {
        const { resume, unpause } = await import('../client/index.js');
        const { config, rest } = await configWith(flags);
        const { signalOnly, showReply, ...output } = rest;
        const terminal = openTerminal(output);
        if (signalOnly) return unpause({ folder, config });
        const { manifest, folder: where } = await resume({
          folder,
          config,
          showReply,
          onProgress: terminal.progress,
          onNotice: terminal.notice,
          signal,
        });
        const { released, asked } = manifest.rows;
        terminal.result([`${released} of ${asked} rows in ${where}/synthetic.csv`, `report in ${where}/report.html`], {
          folder: where,
          ...manifest,
        });
        if (manifest.withoutModel === 'unwanted') process.exitCode = WITHOUT_MODEL;
      }),
    );
}
