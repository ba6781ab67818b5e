import { normalQuantile } from '../../learning/standard-normal.js';
import { sureExcess, type AttackRisk } from '../attacks/risk.js';
import { fixed, levelAbove, percent, type Concern } from './concern.js';
import type { Privacy } from '../result.js';

const STRICTER = 'Draw with `--distance strict`.';

/** Excess rates that are sure to be above these marks are a concern, and a grave one. */
const MARKS = { singlingOut: [0.1, 0.4], linkability: [0.05, 0.2], inference: [0.05, 0.2] } as const;

/** Reach of a 99 % interval over that of a 95 % one: the membership attacks are three. */
const WIDER = 2.576 / 1.96;

/** What the attackers found, by the name of the test. */
export function attackConcerns({ attacks }: Privacy): [string, Concern | null][] {
  if (!attacks) return [];
  const { singlingOut, linkability, inference, membership } = attacks;
  const tests: [string, Concern | null][] = [
    ['membership', byDistance(membership)],
    ['inference', inferenceConcern(inference)],
  ];
  if (linkability) tests.push(['linkability', linkabilityConcern(linkability)]);
  const { univariate, multivariate } = singlingOut;
  if (multivariate) {
    tests.push(['singlingOutMultivariate', singledOut(multivariate, 'three columns', STRICTER)]);
  }
  if (univariate) {
    const concern = singledOut(
      univariate,
      'one column',
      'Pool rare labels and clamp extreme numbers (`--min-count`), or round the columns.',
    );
    tests.push(['singlingOutUnivariate', concern && { ...concern, level: 'fair' }]);
  }
  return tests;
}

function byDistance({ auc, interval, surelyFound, chance }: NonNullable<Privacy['attacks']>['membership']) {
  const isSure = surelyFound >= 3 && chance < 1e-4;
  const low = auc - WIDER * (auc - interval[0]);
  if ((low <= 0.5 || auc <= 0.55) && !isSure) return null;
  const level = auc > 0.7 || (isSure && chance < 1e-8) ? 'poor' : 'fair';
  const found = isSure ? `; ${surelyFound} training rows have a synthetic row nearer than any held-out row has` : '';
  return {
    level,
    finding: `A membership attack by distance separates training rows from others with AUC ${fixed(auc)}${found}.`,
    advice: STRICTER,
  } satisfies Concern;
}

/** The worst column, at a level of confidence that holds for all of them together. */
function inferenceConcern(inference: NonNullable<Privacy['attacks']>['inference']): Concern | null {
  const judged = inference.map((one) => ({ ...one, low: sureExcess(one, quantileFor(inference.length)) }));
  const worst = judged.toSorted((a, b) => b.low - a.low)[0];
  const level = worst && levelAbove(worst.low, MARKS.inference);
  if (!level) return null;
  const rates = `right for ${percent(worst.rates.train, 0)} of training rows and ${percent(worst.rates.control, 0)} of held-out rows`;
  return {
    level,
    finding: `"${worst.column}" can be inferred from the other columns of a training row: ${rates} (risk ${fixed(worst.risk)}).`,
    advice: STRICTER,
  };
}

function linkabilityConcern(found: AttackRisk): Concern | null {
  const { risk, rates } = found;
  const level = levelAbove(sureExcess(found), MARKS.linkability);
  if (!level) return null;
  return {
    level,
    finding: `Two halves of a record can be linked for ${percent(rates.train, 0)} of training rows, ${percent(rates.control, 0)} of held-out rows (risk ${fixed(risk)}).`,
    advice: STRICTER,
  };
}

function singledOut(found: AttackRisk, what: string, advice: string): Concern | null {
  const { risk, rates } = found;
  const level = levelAbove(sureExcess(found), MARKS.singlingOut);
  if (!level) return null;
  return {
    level,
    finding: `Predicates on ${what} single out one training row in ${percent(rates.train, 0)}, one held-out row in ${percent(rates.control, 0)} of the attacks (risk ${fixed(risk)}).`,
    advice,
  };
}

/** Quantile of the standard normal for 95 % over so many intervals together, two-sided. */
function quantileFor(intervals: number): number {
  return normalQuantile(1 - 0.025 / Math.max(1, intervals));
}
