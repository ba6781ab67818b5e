import type { Evaluation, Utility } from '../../mallm/evaluation/result.js';
import { paragraph, table, type Content, type Section } from '../html.js';
import type { ReportInput } from '../input.js';
import { fixed, percent } from '../numbers.js';
import { measureName } from './utility.js';

/** What each simple generator is. */
const METHODS: Record<string, string> = {
  marginals: 'marginals: each column drawn alone',
  smote: 'SMOTE: between neighbours',
  cart: 'CART: column by column from trees',
  copula: 'Gaussian copula',
};
const FIGURES = [
  'shapes ↑',
  'pairs ↑',
  'C2ST trees → 0.5',
  'C2ST linear → 0.5',
  'DCR share → 50 %',
  'copies ↓',
  'LevAtt → 0.5',
];

/** The table beside simple generators given the same training rows; null without any. */
export function baselinesSection(evaluation: Evaluation, baselines: ReportInput['baselines']): Section | null {
  if (baselines.length === 0) return null;
  const metric = utilityOf(evaluation)?.metric ?? (evaluation.task === 'regression' ? 'r2' : 'f1');
  const head = ['', `best ${measureName(metric)} ↑`, `mean ${measureName(metric)} ↑`, ...FIGURES];
  const methods = [{ method: 'this table', evaluation }, ...baselines];
  const rows = methods.map(({ method, evaluation: found }) => methodRow(METHODS[method] ?? method, found));
  const text =
    'Simple generators were given the same training rows and made as many rows; no filter keeps them from copying. ↑ higher is better, ↓ lower, → nearer to the value.';
  const figures = table('This table beside simple generators', head, [...rows, realRow(evaluation)]);
  return { id: 'baselines', name: 'Baselines', title: 'Beside simple generators', body: paragraph(text) + figures };
}

function methodRow(name: string, evaluation: Evaluation): Content[] {
  const { fidelity, privacy } = evaluation;
  const utility = utilityOf(evaluation);
  return [
    name,
    fixed(utility?.best, 3),
    fixed(utility?.mean, 3),
    fixed(fidelity.columnShapes, 3),
    fixed(fidelity.columnPairTrends, 3),
    fixed(fidelity.c2st.trees.auc, 3),
    fixed(fidelity.c2st.linear.auc, 3),
    percent(privacy.dcrShare, 0),
    percent(privacy.exactCopies),
    fixed(privacy.levattAuc, 3),
  ];
}

/** What two real tables give, where that is known. */
function realRow(evaluation: Evaluation): Content[] {
  const ceiling = utilityOf(evaluation)?.ceiling;
  const { trees, linear } = evaluation.fidelity.c2st.null;
  const real = [fixed(ceiling?.best, 3), fixed(ceiling?.mean, 3), '', '', fixed(trees.auc, 3), fixed(linear.auc, 3)];
  return ['real training rows', ...real, '', '', ''];
}

/** With scaled features where it was measured so. */
function utilityOf({ utility, utilityScaled }: Evaluation): Utility | null {
  return utilityScaled ?? utility;
}
