import { Command } from 'commander';
import type { ScheduleRequest } from '../client/index.js';
import { decimal, decimalOrNone, formatOption, several, whole, wholeOrNone } from './options.js';
import { viewLines } from './schedule-lines.js';
import { overlapOption } from './schedule-options.js';
import type { OutputOptions } from './terminal.js';
import { openTerminal, runCommand } from './terminal.js';

const EXAMPLES = `
Examples:
  $ mallm-gan schedule create patients-synthetic --every 6h --out nightly --keep 14
  $ mallm-gan schedule create patients-synthetic --cron "0 6 * * *" --time-zone Europe/Vienna --out s3://bucket/nightly
  $ mallm-gan schedule create patients-synthetic --every 1d --refit-if-changed --max-cost 2 --out nightly
  $ mallm-gan schedule create patients-synthetic --every 1d --refit-below 0.6 --max-calls 500 --out nightly

Each output has a folder named by the time of its slot (UTC), with table, manifest, report and evaluation; latest (a
link, in a bucket latest.json) leads to the newest. Workers write them: with the embedded server, keep it and a worker
up with \`mallm-gan worker\`.
The quality that --refit-below looks at is 2·(1 − AUC) of boosted trees that separate the rows of the last output from
held-out rows: 1 is not separable, 0 always is.`;

/** `mallm-gan schedule create DIR --every 6h --out FOLDER` */
export function scheduleCreateCommand(): Command {
  return new Command('create')
    .description('Make a schedule of a finished fit.')
    .argument('<dir>', 'run folder of the fit')
    .requiredOption('--out <folder>', 'where outputs go: a folder, or s3://bucket/prefix')
    .option('--every <duration>', 'time between two slots: 30s, 5m, 6h, 1d')
    .option('--cron <expression>', 'minute, hour, day of month, month, day of week')
    .option('--time-zone <name>', 'zone that --cron means (default: UTC)')
    .option('--jitter <duration>', 'put each slot off by a random time up to this')
    .addOption(overlapOption('skip'))
    .option('--catch-up <duration>', 'how late a slot may be made up for after an outage', '1d')
    .option('--rows <n>', 'rows of each output (default: as many as the fit released)', whole)
    .option('--where <condition>', 'a condition every row satisfies; may be given several times', several)
    .addOption(formatOption('csv'))
    .option('--keep <n>', 'outputs to keep, the newest (default: all)', whole)
    .option('--refit-if-changed', 'fit anew when the table has changed')
    .option('--table <location>', 'where workers read the table: a path, or s3://bucket/key (default: that of the fit)')
    .option('--refit-below <mark>', 'fit anew when the quality of the last output, 0 to 1, was below this', decimal)
    .option('--max-calls <n|none>', 'model calls of a refit (default: as of the fit)', wholeOrNone)
    .option('--max-tokens <n|none>', 'tokens of a refit', wholeOrNone)
    .option('--max-cost <amount|none>', 'money of a refit, where prices are known', decimalOrNone)
    .option('--name <name>', 'name of the schedule (default: that of the table)')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action((folder: string, { json, ...flags }: Omit<ScheduleRequest, 'folder'> & OutputOptions) =>
      runCommand(async () => {
        const terminal = openTerminal({ json });
        const { createSchedule } = await import('../client/schedules/schedule.js');
        const view = await createSchedule({ ...flags, folder, onNotice: terminal.notice });
        terminal.result(viewLines(view), view);
      }),
    );
}
