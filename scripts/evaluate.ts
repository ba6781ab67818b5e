import { Command } from 'commander';
import type { Evaluation } from '../client/index.js';
import { whole } from './options.js';
import { openTerminal, percent, runCommand } from './terminal.js';

interface Flags {
  train: string;
  heldOut: string;
  synthetic: string;
  target: string;
  schema?: string;
  seed?: number;
  json?: string | true;
  report?: string;
}

/** `mallm-gan evaluate --train T.csv --held-out H.csv --synthetic S.csv --target COL` */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Utility, fidelity and privacy of any synthetic table, of this tool or another.')
    .requiredOption('--train <file>', 'the real rows the table was made from')
    .requiredOption('--held-out <file>', 'real rows that were not used')
    .requiredOption('--synthetic <file>', 'the synthetic table')
    .requiredOption('--target <column>', 'the column to be predicted')
    .option('--schema <metadata.json>', 'SDV metadata that overrides the inferred columns')
    .option('--json [file]', 'write the evaluation as JSON; without a file, print it')
    .option('--report <file>', 'write the evaluation as one HTML page')
    .option('--seed <n>', 'seed of folds and forests', whole)
    .addHelpText(
      'after',
      '\nExample:\n  $ mallm-gan evaluate --train t.csv --held-out h.csv --synthetic s.csv --target Income --report e.html',
    )
    .action(({ json, ...flags }: Flags) =>
      runCommand(async (signal) => {
        const terminal = openTerminal({ json: json === true });
        const file = typeof json === 'string' ? { json } : {};
        const { evaluate } = await import('../client/tables/evaluate.js');
        const evaluation = await evaluate({ ...flags, ...file, onNotice: terminal.notice, signal });
        terminal.result(linesOf(evaluation, flags), evaluation);
      }),
    );
}

function linesOf(evaluation: Evaluation, { report }: Flags): string[] {
  const { rows, heldOutDropped, utility, fidelity, privacy, verdicts, notes } = evaluation;
  const score = (value: number): string => value.toFixed(3);
  return [
    `rows      ${rows.train} training, ${rows.heldOut} held out, ${rows.synthetic} synthetic${heldOutDropped ? `; ${heldOutDropped} held-out rows are training rows as well and were dropped` : ''}`,
    ...(utility
      ? [
          `utility   ${utility.metric} best ${score(utility.best)} (${utility.bestModel}), mean ${score(utility.mean)}; real rows ${score(utility.ceiling.best)}, ${score(utility.ceiling.mean)}`,
        ]
      : []),
    `          ${verdicts.utility.level}: ${verdicts.utility.finding} ${verdicts.utility.advice}`,
    `fidelity  shapes ${score(fidelity.columnShapes)}, pairs ${score(fidelity.columnPairTrends)}, C2ST trees ${score(fidelity.c2st.trees.auc)} linear ${score(fidelity.c2st.linear.auc)} (0.5 is best; real rows ${score(fidelity.c2st.null.trees.auc)})`,
    `          ${verdicts.fidelity.level}: ${verdicts.fidelity.finding} ${verdicts.fidelity.advice}`,
    `privacy   copies ${percent(privacy.exactCopies)}, one column off ${percent(privacy.oneColumnOff)}, DCR share ${score(privacy.dcrShare)}, LevAtt ${score(privacy.levattAuc)} (0.5 is best)`,
    ...attackLine(privacy.attacks),
    `          ${verdicts.privacy.level}: ${verdicts.privacy.finding} ${verdicts.privacy.advice}`,
    ...notes.map((note) => `note      ${note}`),
    ...(report ? [`report    ${report}`] : []),
  ];
}

/** The attacks in one line, each by its risk: 0 is best. */
function attackLine(attacks: Evaluation['privacy']['attacks']): string[] {
  if (!attacks) return [];
  const { singlingOut, linkability, inference, membership } = attacks;
  const worst = inference.toSorted((a, b) => b.interval[0] - a.interval[0] || b.risk - a.risk)[0];
  const risk = (found: { risk: number } | null | undefined): string => found?.risk.toFixed(2) ?? '–';
  const ofColumn = worst ? `inference ${risk(worst)} ("${worst.column}")` : 'inference –';
  return [
    `          attacks: singling out ${risk(singlingOut.univariate)} by one column, ${risk(singlingOut.multivariate)} by three; linkability ${risk(linkability)}; ${ofColumn} (0 is best); membership by distance ${membership.auc.toFixed(3)} (0.5 is best)`,
  ];
}
