import { describe, expect, it } from 'vitest';
import { evaluateTable } from '../../../../mallm/evaluation/evaluate.js';
import type { Evaluation, Quartiles, UtilityScores } from '../../../../mallm/evaluation/result.js';
import { evaluationTables } from '../../../../mallm/evaluation/tables.js';
import type { TypedTable } from '../../../../mallm/evaluation/typed-table.js';
import { twoSampleTest } from '../../../../mallm/evaluation/two-sample-test.js';
import { readJson, typedSplit } from '../../../mallm/evaluation/fixture-tables.js';

/*
 * What another evaluator (scikit-learn, XGBoost, SDMetrics 0.32.0, RapidFuzz) said of fifteen synthetic tables, and how
 * near ours comes. Its figures are written with six significant digits. docs/evaluation.md repeats this table, and says
 * which of its figures are not compared.
 *
 * | figure                                               | bound        | why not exact                                     |
 * | ---------------------------------------------------- | ------------ | ------------------------------------------------- |
 * | column shapes, pair trends, to held-out and train    | 2e-6         | exact                                             |
 * | DCR quartiles raw and scaled                         | 1e-5 of them | exact                                             |
 * | exact copies, one column off, distinct, LevAtt AUC   | 2e-6         | exact                                             |
 * | boosted trees (f1, accuracy, AUC, R²)                | 2e-6         | exact                                             |
 * | linear regression (R²)                               | 2e-6         | exact                                             |
 * | SVM (f1, accuracy)                                   | 2e-6         | exact                                             |
 * | C2ST boosted trees, on the reference's own folds     | 2e-6         | exact                                             |
 * | C2ST linear, on the reference's own folds            | 2e-3         | lbfgs stops short of the optimum; ranks may swap  |
 * | … of asia                                            | 0.02         | six kinds of rows: its ties are broken by chance  |
 * | SVM (AUC)                                            | 0.05         | decisions within 1e-3 rank far rows by chance     |
 * | logistic regression, unscaled (f1, accuracy, AUC)    | 0.025        | there lbfgs stops short of the optimum, ours not  |
 * | random forest (f1, accuracy, AUC, R²)                | 0.06         | another stream of chance                          |
 * | best and mean over the models                        | 0.02         | they hold the lines above                         |
 * | … best AUC                                           | 0.06         | as that of the SVM or the forest, the larger      |
 * | C2ST on our own folds                                | 0.15         | other folds: AUCs of 10 to 80 rows a side         |
 * | DCR share                                            | 0.03         | other random halves                               |
 */

type Reference = Record<string, number>;

const TABLES = [
  ['adult', 100, 'Income'],
  ['adult', 400, 'Income'],
  ['insurance', 100, 'charges'],
  ['insurance', 400, 'charges'],
  ['asia', 50, 'Dyspnea'],
] as const;
const CASES = TABLES.flatMap(([table, rows, target]) =>
  ['cart', 'copula', 'smote'].map((generator) => ({ table, rows, target, generator })),
);
const MODELS = {
  logistic: 'logisticRegression',
  linear: 'linearRegression',
  rf: 'randomForest',
  svc: 'supportVectorMachine',
  xgb: 'boostedTrees',
};
const SCORES = { f1: 'f1', acc: 'accuracy', auc: 'auc', r2: 'r2' } as const;
/** Names and versions; figures on held-out rows that are training rows, which ours drops; two that ours does not give. */
const NOT_COMPARED =
  /^(table|N|generator|seed|task|sdmetrics|\w+_best_model)$|_full$|^(dcr_share_raw|near_q05|valid|n_test_full)$/;
const folds = (readJson('oracles.json') as { folds: Record<string, string> }).folds;

function bound(figure: string): number {
  if (/_best_auc$/.test(figure)) return 0.06;
  if (/_(best|mean)_/.test(figure)) return 0.02;
  if (figure.includes('_rf_')) return 0.06;
  if (figure.includes('_logistic_')) return 0.025;
  if (figure.includes('_svc_auc')) return 0.05;
  if (figure.startsWith('dcr_share')) return 0.03;
  return figure.startsWith('c2st') ? 0.15 : 2e-6;
}

function figuresOf({ utility, fidelity, privacy, rows }: Evaluation): Reference {
  const { c2st } = fidelity;
  return {
    n_train: rows.train,
    n_test: rows.heldOut,
    n_syn: rows.synthetic,
    shapes_test: fidelity.columnShapes,
    pairs_test: fidelity.columnPairTrends,
    shapes_train: fidelity.train.columnShapes,
    pairs_train: fidelity.train.columnPairTrends,
    c2st_lr_test: c2st.linear.auc,
    c2st_gbm_test: c2st.trees.auc,
    c2st_lr_train: c2st.train!.linear.auc,
    c2st_gbm_train: c2st.train!.trees.auc,
    c2st_null_lr: c2st.null.linear.auc,
    c2st_null_gbm: c2st.null.trees.auc,
    copies_train: privacy.exactCopies,
    copies_test: privacy.exactCopiesOfHeldOut,
    near_one_column: privacy.oneColumnOff,
    distinct: privacy.distinct,
    levatt_auc: privacy.levattAuc,
    dcr_share_scaled: privacy.dcrShare,
    ...utilityFigures('tstr', utility!.models),
    ...utilityFigures('real', utility!.ceiling.models),
    [`tstr_best_${utility!.metric}`]: utility!.best,
    [`tstr_mean_${utility!.metric}`]: utility!.mean,
    [`real_best_${utility!.metric}`]: utility!.ceiling.best,
    [`real_mean_${utility!.metric}`]: utility!.ceiling.mean,
    ...overModels('tstr', utility!.models),
    ...overModels('real', utility!.ceiling.models),
  };
}

/** Best and mean accuracy and AUC, which the product gives model by model. */
function overModels(prefix: string, models: Record<string, UtilityScores>): Reference {
  const figures: Reference = {};
  for (const [short, key] of [
    ['acc', 'accuracy'],
    ['auc', 'auc'],
  ] as const) {
    const values = Object.values(models).flatMap((scores) => scores[key] ?? []);
    if (values.length === 0) continue;
    figures[`${prefix}_best_${short}`] = Math.max(...values);
    figures[`${prefix}_mean_${short}`] = values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  return figures;
}

function utilityFigures(prefix: string, models: Record<string, UtilityScores>): Reference {
  const figures: Reference = {};
  for (const [short, name] of Object.entries(MODELS)) {
    for (const [score, key] of Object.entries(SCORES)) {
      const value = models[name]?.[key];
      if (value !== undefined) figures[`${prefix}_${short}_${score}`] = value;
    }
  }
  return figures;
}

function quartileFigures({ dcr }: Evaluation['privacy']): Reference {
  const named = (prefix: string, { q25, q50, q75 }: Quartiles): Reference => ({
    [`${prefix}_q25`]: q25,
    [`${prefix}_q50`]: q50,
    [`${prefix}_q75`]: q75,
  });
  return {
    ...named('dcr_raw_train', dcr.raw.train),
    ...named('dcr_raw_test', dcr.raw.heldOut),
    ...named('dcr_scaled_train', dcr.scaled.train),
    ...named('dcr_scaled_test', dcr.scaled.heldOut),
  };
}

/** Rows of each fold of the reference, for tables of these sizes. */
function referenceFolds(a: TypedTable, b: TypedTable): number[][] {
  const digits = Array.from(folds[`${a.rows}+${b.rows}`]!);
  return [0, 1, 2, 3, 4].map((fold) => [...digits.keys()].filter((row) => Number(digits[row]) === fold));
}

describe.each(CASES)(
  'the evaluation of $generator rows for $rows rows of $table',
  ({ table, rows, target, generator }) => {
    const split = typedSplit(table, rows, target);
    const input = { ...split, synthetic: split.read(`synthetic/${table}-${rows}/${generator}.csv`), seed: 1 };
    const reference = readJson(`synthetic/${table}-${rows}/${generator}.json`) as Reference;

    it('has every figure of the reference within its bound', () => {
      const evaluation = evaluateTable(input);
      const figures = figuresOf(evaluation);
      const off = Object.entries(figures).filter(
        ([name, value]) => !(Math.abs(value - reference[name]!) <= bound(name)),
      );
      expect(off).toEqual([]);
      const quartiles = Object.entries(quartileFigures(evaluation.privacy));
      for (const [name, value] of quartiles) {
        expect(Math.abs(value - reference[name]!), name).toBeLessThanOrEqual(1e-5 * Math.max(1, reference[name]!));
      }
      const compared = [...Object.keys(figures), ...quartiles.map(([name]) => name)];
      const left = Object.keys(reference).filter((name) => !compared.includes(name) && !NOT_COMPARED.test(name));
      expect(left).toEqual([]);
    });

    it('has the C2ST of the reference on the same folds', () => {
      const tables = evaluationTables(input);
      const { train, heldOut, synthetic } = tables;
      for (const [a, b, trees, linear] of [
        [synthetic, heldOut, 'c2st_gbm_test', 'c2st_lr_test'],
        [synthetic, train, 'c2st_gbm_train', 'c2st_lr_train'],
        [train, heldOut, 'c2st_null_gbm', 'c2st_null_lr'],
      ] as const) {
        const found = twoSampleTest(tables, a, b, referenceFolds(a, b));
        expect(Math.abs(found.trees.auc - reference[trees]!), trees).toBeLessThan(2e-6);
        expect(Math.abs(found.linear.auc - reference[linear]!), linear).toBeLessThan(table === 'asia' ? 0.02 : 2e-3);
      }
    });
  },
);
