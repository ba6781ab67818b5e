import { Command } from 'commander';
import type { Overlap } from '../client/index.js';
import { scheduleCreateCommand } from './schedule-create.js';
import { listLines, viewLines } from './schedule-lines.js';
import { overlapOption } from './schedule-options.js';
import { openTerminal, runCommand } from './terminal.js';
import type { OutputOptions } from './terminal.js';

/** `mallm-gan schedule …` */
export function scheduleCommand(): Command {
  return new Command('schedule')
    .description('Regenerate a table from a finished fit again and again.')
    .addHelpText(
      'after',
      `
Examples:
  $ mallm-gan schedule create patients-synthetic --every 6h --out nightly
  $ mallm-gan schedule show patients
  $ mallm-gan schedule backfill patients --from 2026-11-24T00:00:00Z --to 2026-11-25T00:00:00Z`,
    )
    .addCommand(scheduleCreateCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(changeCommand('pause', 'Hold a schedule; what runs goes on.', 'paused'))
    .addCommand(changeCommand('unpause', 'Let a schedule go on with its next slot.', 'goes on'))
    .addCommand(
      changeCommand(
        'trigger',
        'Start a slot now, also of a paused schedule; after the one at work, if one is.',
        'triggered; what it comes to: mallm-gan schedule show NAME',
      ),
    )
    .addCommand(backfillCommand())
    .addCommand(changeCommand('delete', 'Remove a schedule; its outputs stay.', 'deleted; its outputs stay'));
}

function listCommand(): Command {
  return new Command('list')
    .description('All schedules of the server.')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  $ mallm-gan schedule list')
    .action(({ json }: OutputOptions) =>
      runCommand(async () => {
        const terminal = openTerminal({ json });
        const { listSchedules } = await import('../client/index.js');
        const schedules = await listSchedules({ onNotice: terminal.notice });
        terminal.result(listLines(schedules), schedules);
      }),
    );
}

function showCommand(): Command {
  return new Command('show')
    .description('What the last slots of a schedule came to and why, and what comes next.')
    .argument('<name>', 'name of the schedule')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  $ mallm-gan schedule show patients')
    .action((name: string, { json }: OutputOptions) =>
      runCommand(async () => {
        const terminal = openTerminal({ json });
        const { showSchedule } = await import('../client/index.js');
        const view = await showSchedule({ name, onNotice: terminal.notice });
        terminal.result(viewLines(view), view);
      }),
    );
}

function changeCommand(verb: 'pause' | 'unpause' | 'trigger' | 'delete', description: string, done: string): Command {
  return new Command(verb)
    .description(description)
    .argument('<name>', 'name of the schedule')
    .addHelpText('after', `\nExample:\n  $ mallm-gan schedule ${verb} patients`)
    .action((name: string) =>
      runCommand(async () => {
        const terminal = openTerminal({});
        const client = await import('../client/index.js');
        await client[`${verb}Schedule`]({ name, onNotice: terminal.notice });
        terminal.result([`${name}: ${done.replace('NAME', name)}`], { name });
      }),
    );
}

function backfillCommand(): Command {
  return new Command('backfill')
    .description('Make up for the slots of a time that has passed; a slot that has its output is left alone.')
    .argument('<name>', 'name of the schedule')
    .requiredOption('--from <time>', 'ISO 8601 with a zone: 2026-11-24T00:00:00Z')
    .requiredOption('--to <time>', 'ISO 8601 with a zone')
    .addOption(overlapOption('buffer-all'))
    .addHelpText(
      'after',
      '\nExample:\n  $ mallm-gan schedule backfill patients --from 2026-11-24T00:00:00Z --to 2026-11-25T00:00:00Z',
    )
    .action((name: string, flags: { from: string; to: string; overlap: Overlap }) =>
      runCommand(async () => {
        const terminal = openTerminal({});
        const { backfillSchedule } = await import('../client/index.js');
        await backfillSchedule({ name, ...flags, onNotice: terminal.notice });
        terminal.result([`${name}: slots from ${flags.from} to ${flags.to} are started`], { name, ...flags });
      }),
    );
}
