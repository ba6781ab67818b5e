import { InvalidArgumentError, Option, type Command } from 'commander';
import type { FitOptions, TableFormat } from '../client/index.js';

/** By name, so that the compiler sees one that is missing: to read them from where they are made would load all of it. */
const TABLE_FORMATS: Record<TableFormat, true> = { csv: true, jsonl: true, parquet: true };
const DISTANCE_LEVELS: Record<FitOptions['distance'], true> = { off: true, mild: true, strict: true };

/** A whole number of an option, in decimal digits: neither hexadecimal nor beyond what is exact. */
export function whole(value: string): number {
  const number = Number(value);
  if (!/^[+-]?\d+$/.test(value) || !Number.isSafeInteger(number))
    throw new InvalidArgumentError('expected a whole number.');
  return number;
}

/** A number of an option: finite, in decimal digits. */
export function decimal(value: string): number {
  const number = Number(value);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) || !Number.isFinite(number))
    throw new InvalidArgumentError('expected a number.');
  return number;
}

/** A whole number, or `none` for no bound. */
export function wholeOrNone(value: string): number | null {
  return value === 'none' ? null : whole(value);
}

/** A number, or `none` for no bound. */
export function decimalOrNone(value: string): number | null {
  return value === 'none' ? null : decimal(value);
}

/** Gathers an option that may be given several times. */
export function several(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

/** `--format` of a table, with what is taken when it is left out. */
export function formatOption(byDefault: string): Option {
  return new Option('--format <format>', `how the table is written (default: ${byDefault})`).choices(
    Object.keys(TABLE_FORMATS),
  );
}

/** `--distance`, for commands that release rows. */
export function distanceOption(): Option {
  return new Option('--distance <level>', 'how near a released row may come to a real one').choices(
    Object.keys(DISTANCE_LEVELS),
  );
}

/** `--group`, for commands that read a table. */
export function groupOption(): Option {
  return new Option('--group <column>', 'the column that names people who have several rows (default: it is found)');
}

/** Its opposite. */
export function noGroupOption(): Option {
  return new Option('--no-group', 'no column names people: every row is drawn by itself');
}

/** What the two of them say: a column, null for none, undefined where nothing is said. */
export function groupOf(group: string | boolean | undefined): string | null | undefined {
  return typeof group === 'string' ? group : group === false ? null : undefined;
}

/** `--keep-column`, for commands that read a table to learn from. */
export function keepColumnOption(): Option {
  return new Option(
    '--keep-column <name>',
    'keep this column as it is, though it looks personal or has rare values; may be repeated',
  ).argParser(several);
}

/** `--min-count`, for commands that read a table to learn from. */
export function minCountOption(): Option {
  return new Option(
    '--min-count <k>',
    'labels that fewer people have are pooled, numbers that fewer reach are brought in; 1 for none (default: 3)',
  ).argParser(whole);
}

/** Flags for rules between columns. */
export interface RuleFlags {
  rule?: string[];
  noRule?: string[];
}

/** `--rule` and `--no-rule`, for commands that find rules. */
export function addRuleFlags(command: Command): Command {
  const without = new Option('--no-rule <rule>', 'do not keep this rule, though the table keeps it; all finds none');
  // Not the opposite of --rule, as Commander would have it: an option of its own.
  without.negate = false;
  return command
    .option('--rule <rule>', 'a rule between columns, such as "total = a + b"; may be repeated', several)
    .addOption(without.argParser(several));
}

/** The flags as the functions of the client take them. */
export function ruleChoiceOf({ rule, noRule }: RuleFlags): { rules?: string[]; withoutRules?: string[] } {
  return { ...(rule && { rules: rule }), ...(noRule && { withoutRules: noRule }) };
}

/** `--people`, in place of `--rows`. */
export function peopleOption(verb: string): Option {
  return new Option('--people <n>', `people to ${verb}, in place of --rows, where people have several rows`)
    .argParser(whole)
    .conflicts('rows');
}
