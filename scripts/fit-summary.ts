import { blindWarning, commonReasons, emptiedLines, poorYield, scoreSummary } from '../client/index.js';
import type { FitOutcome } from '../client/index.js';

const WITHOUT =
  'WITHOUT A MODEL: no θ had enough valid rows to count, so the released rows are drawn from the training rows alone';

/** How many rules all released rows keep, and those that some break. */
function rulesKept(rules: NonNullable<FitOutcome['manifest']['rules']>): string {
  const broken = rules.filter(({ of, kept }) => kept < of);
  const all = `${rules.length - broken.length} of ${rules.length} between columns kept in all rows`;
  return [all, ...broken.map(({ rule, of, kept }) => `${rule} in ${kept} of ${of}`)].join('; ');
}

/** The verdicts; what was found and what to do about it, where one is fair or poor. */
function verdictLines(verdicts: FitOutcome['verdicts']): string[] {
  if (!verdicts) return [];
  const names = ['utility', 'fidelity', 'privacy'] as const;
  const levels = names.map((name) => `${name} ${verdicts[name].level}`).join(', ');
  const found = names
    .filter((name) => ['fair', 'poor'].includes(verdicts[name].level))
    .map((name) => `        ${name}: ${verdicts[name].finding} ${verdicts[name].advice}`);
  return [`verdict ${levels}`, ...found];
}

/** What a finished fit shows: scores, rows, what was paid, what needs attention, and where the files are. */
export function fitSummary({ folder, manifest, fresh, verdicts }: FitOutcome): string[] {
  const { rows, simulated, calls, tokens, shortfall, cost } = manifest;
  const reasons = commonReasons(manifest.rejections);
  const weak = poorYield(manifest);
  const blind = blindWarning(manifest);
  const { withoutModel, ended } = manifest;
  return [
    ...(fresh ? [] : ['This very fit was already finished; nothing was done.']),
    ...(simulated
      ? ['SIMULATED: no language model was asked. The rows show how the tool works and mean nothing.']
      : []),
    `score   ${scoreSummary(manifest)}; lower is better, 50 % is guessing`,
    `rows    ${rows.released} of ${rows.asked} released; the model's: ${rows.accepted} accepted, ${rows.rejected} rejected${reasons && ` (${reasons})`}`,
    `calls   ${calls}, ${tokens.prompt + tokens.completion} tokens${cost ? `, ${cost.amount.toFixed(4)} ${cost.currency}` : ''}`,
    ...(blind ? [`BLIND   ${blind}`] : []),
    ...(withoutModel ? [WITHOUT] : weak ? [`WEAK    ${weak}`] : []),
    ...emptiedLines(manifest).map((line) => `EMPTY   ${line}`),
    ...(ended ? [`ended   ${ended}`] : []),
    ...(shortfall ? [`short   ${shortfall}`] : []),
    ...(manifest.rules ? [`rules   ${rulesKept(manifest.rules)}`] : []),
    ...verdictLines(verdicts),
    `table   ${folder}/synthetic.csv`,
    `report  ${folder}/report.html`,
    `theta   ${folder}/theta.md`,
  ];
}
