import { Command, Option } from 'commander';
import type { Manifest, SampleRequest } from '../client/index.js';
import { addModelFlags, configWith } from './model-options.js';
import type { ModelFlags } from './model-options.js';
import { distanceOption, formatOption, peopleOption, several, whole } from './options.js';
import type { OutputOptions } from './terminal.js';
import { openTerminal, runCommand } from './terminal.js';

/** `mallm-gan sample DIR --rows N` */
export function sampleCommand(): Command {
  return addModelFlags(new Command('sample'))
    .description('Draw more rows from a finished fit.')
    .argument('<dir>', 'run folder of the fit')
    .option('--rows <n>', 'rows to draw; the last person is not cut', whole)
    .addOption(peopleOption('draw'))
    .option('--out <file>', 'file to write (default: sample-….csv in the run folder); never overwritten')
    .addOption(formatOption('as --out ends, else csv'))
    .option('--where <condition>', 'a condition every row satisfies; may be given several times', several)
    .addOption(
      new Option('--draw <from>', 'refined: no model call; model: every row is asked of the model').choices([
        'refined',
        'model',
      ]),
    )
    .addOption(distanceOption())
    .option('--sharpen', 'a more predictable target: for training models, not for effect sizes')
    .option('--seed <n>', 'other rows', whole)
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print the manifest as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ mallm-gan sample patients-synthetic --rows 1000
  $ mallm-gan sample visits-synthetic --people 300
  $ mallm-gan sample patients-synthetic --rows 1000000 --out patients.parquet
  $ mallm-gan sample patients-synthetic --rows 200 --where "age > 65" --where "sex = Female"
  $ mallm-gan sample patients-synthetic --rows 50 --where "region in (north, south)" --draw model`,
    )
    .action((folder: string, given: Omit<SampleRequest, 'folder'> & OutputOptions & ModelFlags) =>
      runCommand(async (signal) => {
        const { emptiedLines, sample } = await import('../client/index.js');
        const { config, rest } = await configWith(given);
        const { quiet, json, ...flags } = rest;
        const terminal = openTerminal({ quiet, json });
        const { file, manifest } = await sample({
          ...flags,
          config,
          folder,
          onProgress: terminal.progress,
          onNotice: terminal.notice,
          signal,
        });
        const { released, asked } = manifest.rows;
        terminal.result(
          [
            ...(manifest.simulated ? ['SIMULATED: no language model was asked for these rows.'] : []),
            ...manifest.unseen.map((condition) => `never seen in the training rows: ${condition}`),
            `${released} of ${asked} rows in ${file}`,
            ...emptiedLines(manifest),
            ...(manifest.shortfall ? [`short: ${manifest.shortfall}`] : []),
            ...(manifest.refinement ? [manifest.refinement.inWords] : []),
            ...(manifest.refinement?.sharpened ? ['sharpened: for training models, not for effect sizes'] : []),
            ...repeatLines(manifest),
          ],
          { file, ...manifest },
        );
        if (manifest.shortfall) process.exitCode = 3;
      }),
    );
}

/** Rows that occur in the table more than once. */
function repeatLines({ repeats: { repeated, ofTraining, byNature } }: Manifest): string[] {
  if (repeated + ofTraining === 0) return [];
  const why = byNature ? '; the training rows repeat, too' : '';
  return [`${repeated} rows equal an earlier one, ${ofTraining} a training row${why}`];
}
