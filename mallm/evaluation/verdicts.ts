import type { Evaluation, Fidelity, Privacy, Utility, Verdict } from './result.js';

/** Level of a finding, from best to worst. */
const LEVELS = ['good', 'fair', 'poor'] as const;

type Level = (typeof LEVELS)[number];

/** What was measured, with the sizes that say how far to trust it. */
type Measured = Pick<Evaluation, 'utility' | 'utilityScaled' | 'fidelity' | 'privacy' | 'rows'>;

/** A finding that lowers a verdict. */
interface Concern {
  level: Level;
  finding: string;
  advice: string;
}

/** A verdict for each heading: what was found, in words, and what to do about it. */
export function verdictsOf(measured: Measured): Evaluation['verdicts'] {
  return {
    utility: utilityVerdict(measured.utilityScaled ?? measured.utility, measured.rows.heldOut),
    fidelity: fidelityVerdict(measured.fidelity),
    privacy: privacyVerdict(measured.privacy),
  };
}

function utilityVerdict(utility: Utility | null, heldOut: number): Verdict {
  if (!utility) {
    return unknown(
      'No held-out row has a target, so nothing could be tested.',
      'Keep rows with a target apart and evaluate again.',
    );
  }
  const { best, ceiling, metric } = utility;
  const name = metric === 'f1' ? 'weighted F1' : 'R²';
  const figures = `The best model trained on synthetic rows reaches ${name} ${fixed(best)}, trained on real rows ${fixed(ceiling.best)}`;
  const noise = metric === 'f1' ? noiseOfShare(ceiling.best, heldOut) : noiseOfRSquared(ceiling.best, heldOut);
  if (noise > 0.15) {
    return unknown(
      `${figures}; with ${heldOut} held-out rows either may be off by ${fixed(noise)}.`,
      'Hold more rows out: at least 50.',
    );
  }
  if (metric === 'r2' && ceiling.best < 0.1) {
    return unknown(
      `${figures}: the real rows themselves hardly predict the target.`,
      'Choose a target that the other columns predict.',
    );
  }
  const gap = ceiling.best - best;
  const level = gap <= 0.03 ? 'good' : gap <= 0.1 ? 'fair' : 'poor';
  const within =
    gap > 0 && gap <= noise ? ` (a gap below ${fixed(noise)} is within the noise of ${heldOut} held-out rows)` : '';
  const advice = {
    good: 'Models may be developed on the synthetic rows; test the final one on real rows.',
    fair: 'Use the synthetic rows to develop code and choose features; fit the final model on real rows.',
    poor: 'Do not train on these rows: fit with more iterations or examples, or compare with `baseline --method cart`.',
  }[level];
  return { level, finding: `${figures}${within}.`, advice };
}

/** Reach of the 95 % interval of a share of so many rows; a share of 1 is taken a little lower. */
function noiseOfShare(share: number, rows: number): number {
  const inside = Math.min(share, 1 - 1 / (rows + 2));
  return 1.96 * Math.sqrt((inside * (1 - inside)) / rows);
}

/** The same of an R², by its large-sample variance. */
function noiseOfRSquared(value: number, rows: number): number {
  const inside = Math.min(Math.max(value, 0.1), 1 - 1 / (rows + 2));
  return (1.96 * 2 * Math.sqrt(inside) * (1 - inside)) / Math.sqrt(rows);
}

function fidelityVerdict(fidelity: Fidelity): Verdict {
  const { trees, linear, null: real } = fidelity.c2st;
  const worst =
    trees.auc >= linear.auc
      ? { name: 'boosted trees', test: trees, real: real.trees }
      : { name: 'a linear model', test: linear, real: real.linear };
  const { auc, interval } = worst.test;
  const test =
    `Out of fold, ${worst.name} can separate synthetic from held-out rows with AUC ${fixed(auc)} ` +
    `(95 % interval ${fixed(interval[0])}–${fixed(interval[1])}; two real tables: ${fixed(worst.real.auc)})`;
  const level = auc <= 0.6 ? 'good' : auc <= 0.75 ? 'fair' : 'poor';
  const details = [shiftText(fidelity), pairText(fidelity), lostText(fidelity)].filter(Boolean).join(' ');
  const finding = `${test}. ${details}`.trim();
  if (interval[1] - interval[0] > 0.4)
    return unknown(`${finding} The interval is too wide to judge by.`, 'Evaluate more rows on either side.');
  const advice = {
    good: 'Summaries and plots of the synthetic rows may be used in place of those of the real ones.',
    fair: 'Check the columns and pairs named here before using figures from the synthetic rows.',
    poor: 'Do not read statistics off these rows. Turn refinement on, or let the fit run longer; the columns named here are where to look.',
  }[level];
  return { level, finding, advice };
}

function shiftText({ shifts }: Fidelity): string {
  const worst = shifts.toSorted((a, b) => a.shape - b.shape)[0];
  if (!worst || worst.shape > 0.85) return '';
  return `Most shifted column: "${worst.column}" (held-out ${worst.real}; synthetic ${worst.synthetic}).`;
}

function pairText({ worstPairs }: Fidelity): string {
  const worst = worstPairs[0];
  return worst && worst.trend < 0.7
    ? `Worst pair: "${worst.columns[0]}" and "${worst.columns[1]}" (trend ${fixed(worst.trend)}).`
    : '';
}

function lostText({ lostLabels }: Fidelity): string {
  if (lostLabels.length === 0) return '';
  const most = lostLabels[0]!;
  const count =
    lostLabels.length === 1
      ? 'One label of the training rows is'
      : `${lostLabels.length} labels of the training rows are`;
  return `${count} lost, the most frequent "${most.label}" of "${most.column}" (${(100 * most.share).toFixed(1)} %).`;
}

function privacyVerdict(privacy: Privacy): Verdict {
  const silent = new Set(privacy.silent.map(({ test }) => test));
  const tests: [string, Concern | null][] = [
    ['exactCopies', copies(privacy)],
    ['oneColumnOff', nearCopies(privacy)],
    ['dcrShare', nearness(privacy)],
    ['levattAuc', membership(privacy)],
  ];
  const speaking = tests.filter(([test]) => !silent.has(test));
  const reasons = [...new Set(privacy.silent.map(({ reason }) => reason))].join('; ');
  if (speaking.length === 0) {
    return unknown(
      `No privacy test says anything here: ${reasons}.`,
      'Judge by what the columns reveal, not by these figures.',
    );
  }
  const concerns = speaking
    .flatMap(([, concern]) => concern ?? [])
    .sort((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  const unheard = tests.filter(([test]) => silent.has(test)).map(([test]) => test);
  const remark = unheard.length > 0 ? ` Silent here: ${unheard.join(', ')} (${reasons}).` : '';
  if (concerns.length === 0) {
    const finding = `No copy of a training row beyond chance, rows no nearer to training rows than to held-out ones (DCR share ${fixed(privacy.dcrShare)}), membership attack AUC ${fixed(privacy.levattAuc)}.${remark}`;
    return {
      level: 'good',
      finding,
      advice: 'These tests find no leak; they bound what simple attacks can do, not every attack.',
    };
  }
  return {
    level: concerns[0]!.level,
    finding: concerns.map(({ finding }) => finding).join(' ') + remark,
    advice: [...new Set(concerns.map(({ advice }) => advice))].join(' '),
  };
}

function copies({ exactCopies }: Privacy): Concern | null {
  if (exactCopies === 0) return null;
  return {
    level: exactCopies > 0.01 ? 'poor' : 'fair',
    finding: `${(100 * exactCopies).toFixed(1)} % of the synthetic rows are exact copies of training rows.`,
    advice: 'Drop the copies before the rows leave your hands.',
  };
}

function nearCopies({ oneColumnOff, heldOutOneColumnOff = 0 }: Privacy): Concern | null {
  const excess = oneColumnOff - heldOutOneColumnOff;
  if (excess <= 0.05) return null;
  return {
    level: excess > 0.2 ? 'poor' : 'fair',
    finding: `${(100 * oneColumnOff).toFixed(1)} % differ from a training row in one column at most, of held-out rows ${(100 * heldOutOneColumnOff).toFixed(1)} %.`,
    advice: 'Draw with `--distance strict`.',
  };
}

function nearness({ dcrShare, dcrShareInterval = [0, 1] }: Privacy): Concern | null {
  if (dcrShareInterval[0] <= 0.5 || dcrShare <= 0.55) return null;
  return {
    level: dcrShare > 0.7 ? 'poor' : 'fair',
    finding: `${(100 * dcrShare).toFixed(0)} % of the synthetic rows are nearer to training than to held-out rows, where 50 % would be chance.`,
    advice: 'Draw with `--distance strict`, or show fewer real rows.',
  };
}

function membership({ levattAuc, levattInterval }: Privacy): Concern | null {
  if (levattInterval[0] <= 0.5 || levattAuc <= 0.55) return null;
  return {
    level: levattAuc > 0.7 ? 'poor' : 'fair',
    finding: `A membership attack by text edits separates training rows from others with AUC ${fixed(levattAuc)}.`,
    advice: 'Numbers are reused digit for digit: draw with `--distance strict`, or round the columns.',
  };
}

function unknown(finding: string, advice: string): Verdict {
  return { level: 'unknown', finding, advice };
}

function fixed(value: number): string {
  return value.toFixed(2);
}
