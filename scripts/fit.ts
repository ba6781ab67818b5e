import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { FitOutcome, FitRequest } from '../client/index.js';
import { addModelFlags, configWith } from './model-options.js';
import type { ModelFlags } from './model-options.js';
import {
  addRuleFlags,
  decimal,
  distanceOption,
  groupOf,
  groupOption,
  keepColumnOption,
  minCountOption,
  noGroupOption,
  peopleOption,
  ruleChoiceOf,
  whole,
  type RuleFlags,
} from './options.js';
import { openTerminal, runCommand, WITHOUT_MODEL } from './terminal.js';
import type { OutputOptions } from './terminal.js';

type Flags = Omit<
  FitRequest,
  'table' | 'keepColumns' | 'group' | 'rules' | 'withoutRules' | 'edges' | 'trueEdges' | 'prices'
> &
  OutputOptions &
  RuleFlags &
  ModelFlags & {
    keepColumn?: string[];
    /** False for --no-group. */
    group?: string | false;
    edges?: string;
    trueEdges?: string;
    dryRun?: boolean;
    priceIn?: number;
    priceOut?: number;
    currency: string;
  };

/** `mallm-gan fit TABLE --target COL` */
export function fitCommand(): Command {
  const command = new Command('fit')
    .description('Fit θ to a table and draw synthetic rows from it.')
    .argument('[table]', 'a table with a header: CSV, .xlsx, JSON Lines, Parquet; - reads standard input')
    .option('--target <column>', 'the column to be predicted')
    .option('--resume <url>', 'instead of a table: go on from the latest.json of a run whose server or machine is lost')
    .option('--out <dir>', 'run folder (default: TABLE-synthetic)')
    .option('--rows <n>', 'rows to release (default: as many as the table has); the last person is not cut', whole)
    .addOption(peopleOption('release'))
    .option('--context <text>', 'what the table is about; @file reads a file')
    .option('--sheet <name>', 'sheet of an Excel workbook (default: the first)')
    .addOption(keepColumnOption())
    .addOption(groupOption())
    .addOption(noGroupOption())
    .option('--schema <metadata.json>', 'SDV metadata that overrides the inferred columns')
    .option('--theta <theta.md>', 'a θ to begin with, edited by hand')
    .option(
      '--held-out <file|share>',
      'rows kept out of the fit for the evaluation: a table file, or a share such as 20%',
    )
    .option('--store <url>', 'object store: a folder, file:///… or s3://bucket/prefix')
    .addOption(new Option('--draw <from>', 'where released rows come from').choices(['refined', 'model']))
    .option('--allow-without-model', 'go on when the model gives (nearly) no valid rows')
    .option('--show-reply', 'show the beginning of what the model wrote when it gives no rows')
    .option('--dry-run', 'show the prompts, calls, tokens and cost, and make no call');
  methodOptions(command);
  return addModelFlags(command)
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print the result as JSON, progress as JSON lines on stderr')
    .addHelpText('after', EXAMPLES)
    .action((table: string | undefined, flags: Flags & { resume?: string }) => {
      const { resume, ...rest } = flags;
      assertUsage(command, table, resume !== undefined);
      return runCommand((signal) => (resume ? runResume(resume, rest, signal) : run(table!, rest, signal)));
    });
}

const EXAMPLES = `
Examples:
  $ mallm-gan fit examples/penguins.csv --target species --held-out 0.2
  $ mallm-gan fit trial.csv --target responder --context @about.txt --rows 500 --out trial-synthetic
  $ mallm-gan fit trial.csv --target responder --preset paper --seed 7
  $ mallm-gan fit --resume s3://bucket/prefix/runs/trial-0123abcd/latest.json --out trial-synthetic
  $ mallm-gan fit trial.csv --target responder --dry-run --price-in 0.15 --price-out 0.60

The same command again goes on with an unfinished fit in the same folder.`;

/** Options of the method; the preset decides each that is not given. */
function methodOptions(command: Command): void {
  addRuleFlags(command)
    .addOption(
      new Option('--preset <name>', 'the complete set of defaults: ours, or as published').choices([
        'default',
        'paper',
      ]),
    )
    .option('--epochs <n>', 'walks over the training rows (default: 5, 4, 3, 2 by N)', whole)
    .option('--batch-size <n>', 'real rows a batch', whole)
    .option('--rows-per-theta <n>', 'synthetic rows asked of each θ in a batch', whole)
    .option('--examples-per-prompt <n>', 'real rows shown in a prompt', whole)
    .option('--rows-per-request <n>', 'synthetic rows asked in one request', whole)
    .addOption(
      new Option('--prompts <kind>', 'wording: ours, or with the aim and steps of the paper').choices([
        'default',
        'paper',
      ]),
    )
    .option('--generator-model <name>', 'model that makes rows')
    .option('--optimizer-model <name>', 'model that improves θ')
    .option('--generator-temperature <t>', 'sampling temperature of the generator', decimal)
    .option('--optimizer-temperature <t>', 'sampling temperature of the optimizer', decimal)
    .addOption(
      new Option('--discriminator <kind>', 'classifier of real against synthetic rows').choices([
        'logistic-regression',
        'boosted-trees',
        'neural-network',
        'ensemble',
      ]),
    )
    .addOption(new Option('--score <kind>', 'how θ is scored').choices(['accuracy', 'auc']))
    .addOption(new Option('--structure <how>', 'first causal structure').choices(['hill-climbing', 'none', 'given']))
    .option('--edges <file>', 'edges for --structure given: JSON [["from","to"],…]')
    .option('--true-edges <file>', 'edges known to be true, for the graph edit distance: JSON [["from","to"],…]')
    .option('--no-optimizer', 'keep the first θ: few-shot generation')
    .option('--top-pairs <k>', 'pairs of θ and score shown to the optimizer', whole)
    .option('--min-valid-share <share>', 'share of valid rows below which a θ does not count', decimal)
    .option('--population <n>', 'θ scored side by side in each iteration', whole)
    .option('--no-feedback', 'send the optimizer scores only, not what gave the rows away')
    .option('--no-partial-rows', 'let the model draw every cell')
    .option('--no-refinement', "release the model's rows as they are")
    .addOption(distanceOption())
    .addOption(minCountOption())
    .option('--patience <n>', 'iterations without a better score after which the fit ends; 0 never', whole)
    .option('--in-flight <n>', 'model calls at once', whole)
    .option('--max-calls <n>', 'end the fit, with the best θ so far, after so many model calls', whole)
    .option('--max-tokens <n>', '… after so many tokens', whole)
    .option('--max-cost <amount>', '… after so much money (needs --price-in and --price-out)', decimal)
    .option('--price-in <amount>', 'price of a million prompt tokens', decimal)
    .option('--price-out <amount>', 'price of a million completion tokens', decimal)
    .option('--currency <code>', 'currency of the prices', 'USD')
    .option('--keep-checkpoints <n>', 'checkpoints that stay in the store (20)', whole)
    .option('--seed <n>', 'seed of everything drawn in code', whole);
}

/** Flags that are no part of a run's plan. */
const WITH_RESUME = /^--(resume|out|quiet|json|show-reply|(optimizer-)?(extra-body|header|reasoning-effort))$/;

/** What is in a run's plan cannot be given again. */
function assertUsage(command: Command, table: string | undefined, resumed: boolean): void {
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
  const names = given.map(({ long }) => long);
  if (!resumed) {
    if (table === undefined) command.error("error: missing required argument 'table'");
    if (!names.includes('--target')) command.error("error: required option '--target <column>' not specified");
    return;
  }
  const other = names.find((name) => !WITH_RESUME.test(name ?? ''));
  const extra = table === undefined ? other : 'a table';
  if (extra) command.error(`error: --resume takes the run as it was planned: expected --out at most, got ${extra}`);
}

async function runResume(checkpoint: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const { resumeFrom } = await import('../client/index.js');
  const { fitSummary } = await import('./fit-summary.js');
  const { config, rest } = await configWith(flags);
  const { out, quiet, json, showReply } = rest;
  const terminal = openTerminal({ quiet, json });
  const watcher = { onProgress: terminal.progress, onNotice: terminal.notice, signal, config, showReply };
  const outcome = await resumeFrom({ checkpoint, out, ...watcher });
  terminal.result(fitSummary(outcome), { folder: outcome.folder, ...outcome.manifest });
  exitWithout(outcome);
}

async function run(table: string, flags: Flags, signal: AbortSignal): Promise<void> {
  const { dryRun, fit } = await import('../client/index.js');
  const { fitSummary } = await import('./fit-summary.js');
  const { config, rest: own } = await configWith(flags);
  const { quiet, json, dryRun: isDryRun, ...rest } = own;
  const terminal = openTerminal({ quiet, json });
  const request = {
    ...(await requestOf(table, rest)),
    onProgress: terminal.progress,
    onNotice: terminal.notice,
    signal,
    config,
  };
  if (isDryRun) {
    const plan = await dryRun(request);
    terminal.result(plan.lines, plan.estimate);
    return;
  }
  const outcome = await fit(request);
  terminal.result(fitSummary(outcome), { folder: outcome.folder, ...outcome.manifest });
  exitWithout(outcome);
}

async function requestOf(
  table: string,
  flags: Omit<Flags, 'quiet' | 'json' | 'dryRun' | keyof ModelFlags>,
): Promise<FitRequest> {
  const { keepColumn, group, rule, noRule, edges, trueEdges, priceIn, priceOut, currency, ...rest } = flags;
  // Commander sets `--no-…` options to true when they are not given; the preset is to decide then.
  const switches = ['optimizer', 'feedback', 'partialRows', 'refinement'] as const;
  const given = Object.fromEntries(
    Object.entries(rest).filter(([name, value]) => !(switches.includes(name as never) && value === true)),
  );
  return {
    ...given,
    table,
    target: rest.target,
    ...(keepColumn && { keepColumns: keepColumn }),
    group: groupOf(group),
    ...ruleChoiceOf({ rule, noRule }),
    ...(edges ? { edges: await readEdges(edges), structure: 'given' as const } : {}),
    ...(trueEdges ? { trueEdges: await readEdges(trueEdges) } : {}),
    ...(priceIn !== undefined || priceOut !== undefined
      ? { prices: { prompt: priceIn ?? 0, completion: priceOut ?? 0, currency } }
      : {}),
  };
}

async function readEdges(path: string): Promise<{ from: string; to: string }[]> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error(`cannot read ${path}: expected a JSON file of edges.`);
  });
  try {
    return (JSON.parse(text) as [string, string][]).map(([from, to]) => ({ from, to }));
  } catch {
    throw new Error(`${path} is not a list of edges: expected JSON like [["age","income"],["sex","income"]].`);
  }
}

/** A table without a model's part is no success, unless it was asked for. */
function exitWithout({ manifest }: FitOutcome): void {
  if (manifest.withoutModel === 'unwanted') process.exitCode = WITHOUT_MODEL;
}
