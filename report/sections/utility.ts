import type { Evaluation, Utility, UtilityScores } from '../../mallm/evaluation/result.js';
import { methodBars } from '../charts/bars.js';
import { details, figure, paragraph, table, type Section } from '../html.js';
import type { ReportInput } from '../input.js';
import { fixed } from '../numbers.js';

const MODELS: Record<string, string> = {
  logisticRegression: 'logistic regression',
  linearRegression: 'linear regression',
  randomForest: 'random forest',
  supportVectorMachine: 'support vector machine',
  boostedTrees: 'boosted trees',
};
const MEASURES = { f1: 'weighted F1', accuracy: 'accuracy', auc: 'AUC', r2: 'R²' } as const;

/** Train on synthetic, test on held-out, beside the real rows' own figure and simple generators. Paper: §4.2 (MLE). */
export function utilitySection(evaluation: Evaluation, baselines: ReportInput['baselines']): Section {
  const { utility, utilityScaled, target, task } = evaluation;
  const main = utilityScaled ?? utility;
  const title = 'Utility: models trained on the rows';
  if (!main)
    return { id: 'utility', name: 'Utility', title, body: paragraph('Not measured: no held-out row has a target.') };
  const body = [
    paragraph(
      `Each model learns from the synthetic rows and is tested on the held-out rows (the paper’s MLE, train on synthetic, test on real), for ${task} of “${target}”. The ceiling is the same model trained on the real training rows.`,
    ),
    `<div class="two">${bars('best', main, baselines)}${bars('mean', main, baselines)}</div>`,
    utilityScaled
      ? `<h3>Model by model, features scaled</h3>${modelTable('Utility with scaled features', utilityScaled)}`
      : '',
    utility
      ? details(
          'With the authors’ settings, nothing scaled (for comparison with the paper)',
          modelTable('Utility with the authors’ settings', utility),
        )
      : '',
  ];
  return { id: 'utility', name: 'Utility', title, body: body.join('') };
}

/** The better known name of a measure. */
export function measureName(metric: Utility['metric']): string {
  return MEASURES[metric];
}

function bars(which: 'best' | 'mean', main: Utility, baselines: ReportInput['baselines']): string {
  const caption = `${MEASURES[main.metric]}, ${which === 'best' ? 'best model' : 'mean over the models'} (1 is perfect${main.metric === 'r2' ? ', 0 is the mean' : ''})`;
  const others = baselines.flatMap(({ method, evaluation }) => {
    const found = evaluation.utilityScaled ?? evaluation.utility;
    return found ? [{ name: method, of: found[which], isOurs: false }] : [];
  });
  const all = [
    { name: 'real rows (ceiling)', of: main.ceiling[which], isOurs: false },
    { name: 'this table', of: main[which], isOurs: true },
    ...others,
  ];
  return figure(
    caption,
    methodBars(
      caption,
      all.map(({ name, of, isOurs }) => ({ name, value: of, text: fixed(of, 3), isOurs })),
    ),
  );
}

/** A row a model: each measure trained on synthetic rows, and trained on real rows in brackets. */
function modelTable(label: string, utility: Utility): string {
  const { models, ceiling, metric } = utility;
  const measures = (Object.keys(MEASURES) as (keyof UtilityScores)[]).filter((measure) =>
    Object.values({ ...models, ...ceiling.models }).some((scores) => scores[measure] !== undefined),
  );
  const head = ['model', ...measures.flatMap((measure) => [MEASURES[measure], 'real rows'])];
  const rows = Object.entries(models).map(([name, scores]) => [
    `${MODELS[name] ?? name}${name === utility.bestModel ? ' (best)' : ''}`,
    ...measures.flatMap((measure) => [fixed(scores[measure], 3), fixed(ceiling.models[name]?.[measure], 3)]),
  ]);
  const mean = [
    'mean',
    ...measures.flatMap((measure) =>
      measure === metric ? [fixed(utility.mean, 3), fixed(ceiling.mean, 3)] : ['', ''],
    ),
  ];
  return table(label, head, [...rows, mean]);
}
