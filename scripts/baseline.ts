import { Command, Option } from 'commander';
import type { baseline } from '../client/index.js';
import { whole } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

type Flags = Omit<Parameters<typeof baseline>[0], 'table'>;

/** `mallm-gan baseline TABLE.csv --target COL --method cart --out FILE` */
export function baselineCommand(): Command {
  return new Command('baseline')
    .description('Rows of a simple generator, to compare with. No model call.')
    .argument('<table>', 'CSV file with a header')
    .requiredOption('--target <column>', 'the column to be predicted')
    .requiredOption('--out <file>', 'CSV file to write')
    .addOption(
      new Option('--method <name>', 'independent marginals, SMOTE-NC, sequential CART or a Gaussian copula')
        .choices(['marginals', 'smote', 'cart', 'copula'])
        .default('cart'),
    )
    .option('--rows <n>', 'rows to make (default: as many as the table has)', whole)
    .option('--sheet <name>', 'sheet of an Excel workbook (default: the first)')
    .option('--schema <metadata.json>', 'SDV metadata that overrides the inferred columns')
    .option('--seed <n>', 'other rows', whole)
    .addHelpText(
      'after',
      '\nExample:\n  $ mallm-gan baseline trial.csv --target responder --method smote --rows 200 --out smote.csv',
    )
    .action((table: string, flags: Flags) =>
      runCommand(async (signal) => {
        const { baseline } = await import('../client/tables/rows.js');
        const { file, released } = await baseline({ ...flags, table, signal });
        openTerminal({}).result([`${released} rows in ${file}`], { file, released });
      }),
    );
}
