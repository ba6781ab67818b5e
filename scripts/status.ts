import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import type { RunStatus } from '../client/index.js';
import type { OutputOptions } from './terminal.js';
import { openTerminal, percent, progressLine, runCommand } from './terminal.js';

/** `mallm-gan status [DIR]` */
export function statusCommand(): Command {
  return new Command('status')
    .description('What runs and how far it is; without DIR, all run folders in this folder.')
    .argument('[dir]', 'run folder')
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExamples:\n  $ mallm-gan status\n  $ mallm-gan status patients-synthetic')
    .action((folder: string | undefined, output: OutputOptions) =>
      runCommand(async () => {
        const { status } = await import('../client/runs/status.js');
        const folders = folder === undefined ? await runFolders('.') : [folder];
        const all: RunStatus[] = [];
        for (const one of folders) all.push(await status({ folder: one }));
        const lines =
          all.length > 0
            ? all.flatMap(linesOf)
            : ['No run folder here. Start one with: mallm-gan fit TABLE.csv --target COLUMN'];
        openTerminal(output).result(lines, folder === undefined ? all : all[0]);
      }),
    );
}

async function runFolders(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true });
  const candidates = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  const found = await Promise.all(
    candidates.map(async ({ name }) =>
      (await readdir(join(parent, name)).catch((): string[] => [])).includes('run.json') ? name : null,
    ),
  );
  return found.filter((name) => name !== null);
}

function linesOf(run: RunStatus): string[] {
  return [
    ...runLines(run),
    ...run.drawing.map((table) => `  ${table ? progressLine(table, 0) : 'sample · no worker answers'}`),
  ];
}

function runLines({ folder, name, finished, workflow, progress, blocked, checkpoint }: RunStatus): string[] {
  const head = `${folder} · ${name} · ${finished ? 'finished' : 'unfinished'}`;
  if (finished) return [head];
  const why = blocked === null ? [] : [`  blocked: ${blocked}`];
  if (progress) return [head, `  ${progressLine(progress, 0)}`, ...why];
  const at = checkpoint
    ? `checkpoint after step ${checkpoint.step} of ${checkpoint.steps} (${percent(checkpoint.step / checkpoint.steps)})`
    : 'no checkpoint yet';
  return [
    `${head} · ${workflow === 'RUNNING' ? 'no worker answers' : 'not running'} · ${at}`,
    ...why,
    `  go on with: mallm-gan resume ${folder}`,
  ];
}
