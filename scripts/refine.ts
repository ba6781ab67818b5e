import { Command } from 'commander';
import { protectionLines, refine } from '../client/index.js';
import { distanceOption, minCountOption, whole } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

type Flags = Omit<Parameters<typeof refine>[0], 'table'>;

/** `mallm-gan refine TABLE.csv --pool ROWS.csv --target COL --out FILE` */
export function refineCommand(): Command {
  return new Command('refine')
    .description('Better rows from rows that a model has already made. No model call.')
    .argument('<table>', 'the real rows')
    .requiredOption('--pool <rows>', "the model's rows, with the same columns")
    .requiredOption('--target <column>', 'the column to be predicted')
    .requiredOption('--out <file>', 'CSV file to write')
    .option('--rows <n>', 'rows to draw (default: as many as the table has)', whole)
    .addOption(distanceOption())
    .addOption(minCountOption())
    .option('--sharpen', 'a more predictable target: for training models, not for effect sizes')
    .option('--sheet <name>', 'sheet of an Excel workbook (default: the first)')
    .option('--schema <metadata.json>', 'SDV metadata that overrides the inferred columns')
    .option('--seed <n>', 'other rows', whole)
    .addHelpText(
      'after',
      '\nExample:\n  $ mallm-gan refine trial.csv --pool gpt-rows.csv --target responder --rows 500 --out refined.csv',
    )
    .action((table: string, flags: Flags) =>
      runCommand(async (signal) => {
        const { file, released, shortfall, refinement, protections } = await refine({ ...flags, table, signal });
        const lines = [
          `${released} rows in ${file}`,
          refinement,
          ...protectionLines(protections),
          ...(shortfall ? [`short: ${shortfall}`] : []),
        ];
        openTerminal({}).result(lines, { refinement, protections, file, released, shortfall });
      }),
    );
}
