import { fixed, unknown, worse, worstFirst, type Concern, type Level } from './concern.js';
import { ruleConcerns } from '../rules.js';
import type { Damage, Fidelity, Verdict } from '../result.js';

/** Damaged columns that are named. */
const NAMED = 3;

const REMEDIES: Record<Damage['kind'], string> = {
  lost: 'Make the column again or leave it out of all three tables; a fit names such a column as its error.',
  missing: 'See that missing cells are drawn as often as they are in the real rows.',
  mean: 'Draw with refinement, which keeps means and shares; without it, let the fit run longer.',
  spread: 'Draw with refinement, which keeps the spread of numbers; without it, show more example rows.',
  share: 'Draw with refinement, which keeps means and shares; without it, let the fit run longer.',
};

/** By a classifier two-sample test, and by what is wrong with single columns. */
export function fidelityVerdict(fidelity: Fidelity): Verdict {
  const { trees, linear, null: real } = fidelity.c2st;
  const worst =
    trees.auc >= linear.auc
      ? { name: 'boosted trees', test: trees, real: real.trees }
      : { name: 'a linear model', test: linear, real: real.linear };
  const { auc, interval } = worst.test;
  const test =
    `Out of fold, ${worst.name} can separate synthetic from held-out rows with AUC ${fixed(auc)} ` +
    `(95 % interval ${fixed(interval[0])}–${fixed(interval[1])}; two real tables: ${fixed(worst.real.auc)})`;
  const concerns = worstFirst([...ruleConcerns(fidelity), ...damageConcerns(fidelity)]);
  const found = concerns.map(({ finding }) => finding);
  const details = [...found, shiftText(fidelity), pairText(fidelity), lostText(fidelity)].filter(Boolean).join(' ');
  const finding = `${test}. ${details}`.trim();
  const isWide = interval[1] - interval[0] > 0.4;
  if (isWide && concerns.length === 0)
    return unknown(`${finding} The interval is too wide to judge by.`, 'Evaluate more rows on either side.');
  const ofTest: Level = isWide || auc <= 0.6 ? 'good' : auc <= 0.75 ? 'fair' : 'poor';
  const level = concerns.reduce((sum: Level, concern) => worse(sum, concern.level), ofTest);
  const advice = {
    good: 'Summaries and plots of the synthetic rows may be used in place of those of the real ones.',
    fair: 'Check the columns and pairs named here before using figures from the synthetic rows.',
    poor: 'Do not read statistics off these rows. Turn refinement on, or let the fit run longer; the columns named here are where to look.',
  }[level];
  return { level, finding, advice: [advice, ...new Set(concerns.map((concern) => concern.advice))].join(' ') };
}

function damageConcerns({ damage = [] }: Fidelity): Concern[] {
  const concerns = damage.slice(0, NAMED).map(({ column, kind, level, finding }): Concern => ({
    level,
    finding: `Column "${column}" ${finding}.`,
    advice: REMEDIES[kind],
  }));
  const rest = damage.length - NAMED;
  if (rest > 0) {
    const last = concerns[NAMED - 1]!;
    last.finding += ` ${rest} more ${rest === 1 ? 'column is' : 'columns are'} damaged.`;
  }
  return concerns;
}

function shiftText({ shifts, damage = [] }: Fidelity): string {
  const worst = shifts.toSorted((a, b) => a.shape - b.shape)[0];
  if (!worst || worst.shape > 0.85 || damage.some(({ column }) => column === worst.column)) return '';
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
