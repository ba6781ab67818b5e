import { Command } from 'commander';
import type { Inspection } from '../client/index.js';
import {
  addRuleFlags,
  groupOf,
  groupOption,
  keepColumnOption,
  minCountOption,
  noGroupOption,
  ruleChoiceOf,
  type RuleFlags,
} from './options.js';
import { openTerminal, runCommand } from './terminal.js';

/** A longer description is cut: a list of labels may be long. */
const WIDEST = 100;
/** Cells that do not fit are shown up to so many, each up to so many characters. */
const MOST_EXAMPLES = 4;
const EXAMPLE_LENGTH = 20;

interface Flags extends RuleFlags {
  sheet?: string;
  target?: string;
  schema?: string;
  keepColumn?: string[];
  /** False for --no-group. */
  group?: string | false;
  minCount?: number;
  json?: boolean;
  out?: string;
}

/** `mallm-gan inspect TABLE` */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description('What each column of a table is taken for, how sure, and the rules between them. No model call.')
    .argument('<table>', 'a table with a header: CSV, .xlsx, JSON Lines, Parquet; - reads standard input')
    .option('--target <column>', 'the column to be predicted')
    .option('--sheet <name>', 'sheet of an Excel workbook (default: the first)')
    .option('--schema <metadata.json>', 'SDV metadata that overrides the inferred columns')
    .addOption(keepColumnOption())
    .addOption(groupOption())
    .addOption(noGroupOption())
    .addOption(minCountOption());
  return addRuleFlags(command)
    .option('--out <metadata.json>', 'write SDV metadata, to be edited and given back with --schema')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ mallm-gan inspect examples/penguins.csv --target species
  $ mallm-gan inspect registry.xlsx --sheet 2024 --out metadata.json`,
    )
    .action((table: string, { keepColumn, group, rule, noRule, json, ...flags }: Flags) =>
      runCommand(async () => {
        const choice = { ...ruleChoiceOf({ rule, noRule }), group: groupOf(group) };
        const { inspect } = await import('../client/tables/inspect.js');
        const inspection = await inspect({ ...flags, ...choice, table, keepColumns: keepColumn });
        openTerminal({ json }).result(linesOf(inspection, flags.out), inspection);
      }),
    );
}

function linesOf(
  { rows, columns, rules, brokenRules, protections, notes }: Inspection,
  out: string | undefined,
): string[] {
  const width = Math.max(...columns.map(({ name }) => name.length));
  const lines = columns.flatMap(({ name, confidence, description, missing, misfits, unusual }) => [
    `${name.padEnd(width)}  ${confidence.padEnd(6)}  ${cut(description, WIDEST)}${missing > 0 ? `; ${missing} without a value` : ''}`,
    ...(misfits.length > 0 ? [`${' '.repeat(width + 10)}no values: ${examples(misfits)}`] : []),
    ...unusual.map((line) => `${' '.repeat(width + 10)}${line}`),
    ...protections
      .filter((protection) => protection.column === name && protection.how !== 'made-afresh')
      .map(({ inWords }) => `${' '.repeat(width + 10)}protected: ${inWords}`),
  ]);
  return [
    `${rows} rows, ${columns.length} columns`,
    ...notes,
    ...lines,
    ...(rules.length + brokenRules.length > 0 ? ['rules between columns'] : []),
    ...rules.map(
      ({ rule, of }) => `  ${rule}  (${of === rows ? `all ${of} rows` : `all ${of} rows that have its cells`})`,
    ),
    ...brokenRules.map(({ rule, of, kept }) => `  not enforced: ${rule}  (${kept} of ${of} rows)`),
    ...(out === undefined ? [] : [`metadata  ${out}: edit it, and give it back with --schema ${out}`]),
  ];
}

function examples(misfits: Inspection['columns'][number]['misfits']): string {
  const shown = misfits
    .slice(0, MOST_EXAMPLES)
    .map(({ text, cells }) => `${JSON.stringify(cut(text, EXAMPLE_LENGTH))} × ${cells}`);
  const more = misfits.length - shown.length;
  return shown.join(', ') + (more > 0 ? `, and ${more} more` : '');
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
