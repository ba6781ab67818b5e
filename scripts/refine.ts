import { Command } from 'commander';
import type { refine } from '../client/index.js';
import { addRuleFlags, distanceOption, minCountOption, ruleChoiceOf, whole, type RuleFlags } from './options.js';
import { openTerminal, runCommand } from './terminal.js';

type Flags = Omit<Parameters<typeof refine>[0], 'table' | 'rules' | 'withoutRules'> & RuleFlags;

/** `mallm-gan refine TABLE.csv --pool ROWS.csv --target COL --out FILE` */
export function refineCommand(): Command {
  const command = new Command('refine')
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
    .option('--schema <metadata.json>', 'SDV metadata that overrides the inferred columns');
  return addRuleFlags(command)
    .option('--seed <n>', 'other rows', whole)
    .addHelpText(
      'after',
      '\nExample:\n  $ mallm-gan refine trial.csv --pool gpt-rows.csv --target responder --rows 500 --out refined.csv',
    )
    .action((table: string, flags: Flags) =>
      runCommand(async (signal) => {
        const { protectionLines, refine } = await import('../client/index.js');
        const { rule, noRule, ...rest } = flags;
        const outcome = await refine({ ...rest, ...ruleChoiceOf({ rule, noRule }), table, signal });
        const { file, released, shortfall, refinement, rules, protections } = outcome;
        const short = shortfall ? [`short: ${shortfall}`] : [];
        const lines = [`${released} rows in ${file}`, refinement, ...rules, ...protectionLines(protections), ...short];
        openTerminal({}).result(lines, { refinement, rules, protections, file, released, shortfall });
      }),
    );
}
