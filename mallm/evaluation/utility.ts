import { seedOf } from '../random.js';
import { encodeTable, standardizer, utilityDesign } from './design-matrix.js';
import { CLASSIFIERS, REGRESSORS, type Lesson, type Prediction, type UtilityModel } from './models.js';
import { accuracy, classAuc, rSquared, weightedF1 } from './prediction-scores.js';
import type { Utility, UtilityScores } from './result.js';
import type { EvaluationTables } from './tables.js';
import { rowsOf, type TypedTable } from './typed-table.js';

/** Figures of every model under one setting, best and mean of f1 or r2. */
type Figures = Pick<Utility, 'best' | 'bestModel' | 'mean' | 'models'>;

/** Rows to learn from or to test on, with their class number or value. */
interface Examples {
  table: TypedTable;
  y: Float64Array;
}

interface Exam {
  task: EvaluationTables['task'];
  /** Classes of the target that real rows have; 1 for regression. */
  classes: number;
  testX: Float64Array[];
  testY: Float64Array;
  seed: number;
}

/**
 * Trains each model on the synthetic rows, tests it on the held-out rows, and does the same with the training rows as
 * ceiling. `plain` has the authors' settings, nothing scaled; `scaled` standardises features on the rows learned from.
 * Null when no held-out row has a target. A class no row to learn from has is never predicted; with a single class left
 * that one is always predicted (AUC 0.5). Deterministic for a seed.
 *
 * Paper: §4.2 (MLE).
 * Departs: with more than two classes the authors' evaluation gives up all models once one class is lost; here the
 * models learn the classes there are.
 */
export function measureUtility(
  tables: EvaluationTables,
  seed: number,
): { plain: Utility | null; scaled: Utility | null; notes: string[] } {
  const { target, task } = tables;
  const design = utilityDesign(tables);
  const classes = task === 'classification' ? realClasses(tables) : null;
  const [train, heldOut, synthetic] = [tables.train, tables.heldOut, tables.synthetic].map((table) =>
    exampleTable(table, target, classes),
  ) as [Examples, Examples, Examples];
  if (heldOut.y.length === 0 || train.y.length === 0) {
    return { plain: null, scaled: null, notes: ['No real row to test on has a target: utility was not measured.'] };
  }
  const testX = encodeTable(design, heldOut.table);
  const exam: Exam = { task, classes: classes?.length ?? 1, testX, testY: heldOut.y, seed };
  const bySynthetic = figures(exam, encodeTable(design, synthetic.table), synthetic.y);
  const byTrain = figures(exam, encodeTable(design, train.table), train.y);
  const metric = task === 'classification' ? 'f1' : 'r2';
  return {
    plain: { metric, ...bySynthetic.plain, ceiling: byTrain.plain },
    scaled: { metric, ...bySynthetic.scaled, ceiling: byTrain.scaled },
    notes: targetNotes(tables, synthetic, classes),
  };
}

/** Codes of the labels that real rows have as target, ascending. */
function realClasses({ train, heldOut, target }: EvaluationTables): number[] {
  const codes = new Set([...train.cells[target]!, ...heldOut.cells[target]!].filter((code) => !Number.isNaN(code)));
  return [...codes].sort((a, b) => a - b);
}

/** The rows that have a target, of a known class where there are classes. */
function exampleTable(table: TypedTable, target: number, classes: readonly number[] | null): Examples {
  const y = classes ? table.cells[target]!.map((code) => classes.indexOf(code)) : table.cells[target]!;
  const rows = Array.from(y.keys()).filter((row) => (classes ? y[row]! >= 0 : !Number.isNaN(y[row]!)));
  return { table: rowsOf(table, rows), y: Float64Array.from(rows, (row) => y[row]!) };
}

function targetNotes(
  { columns, target, synthetic }: EvaluationTables,
  examples: Examples,
  classes: readonly number[] | null,
): string[] {
  const notes: string[] = [];
  const unusable = synthetic.rows - examples.y.length;
  if (unusable > 0)
    notes.push(`${unusable} synthetic rows without a target that real rows know were not learned from.`);
  const lost = (classes ?? []).filter((_, place) => !examples.y.includes(place));
  const names = lost.map((code) => `"${columns[target]!.labels[code]!}"`);
  if (names.length > 0) notes.push(`Classes of the target that no synthetic row has: ${names.join(', ')}.`);
  return notes;
}

function figures(exam: Exam, x: Float64Array[], y: Float64Array): { plain: Figures; scaled: Figures } {
  const models = exam.task === 'classification' ? CLASSIFIERS : REGRESSORS;
  const plain = models.map((model) => [model.name, examine(model, exam, x, y)] as const);
  const scale = standardizer(x);
  const scaledExam = { ...exam, testX: scale(exam.testX) };
  const scaledX = scale(x);
  const scaled = models.map((model, index) =>
    model.feelsScale ? ([model.name, examine(model, scaledExam, scaledX, y)] as const) : plain[index]!,
  );
  return { plain: summary(plain), scaled: summary(scaled) };
}

function examine(model: UtilityModel, exam: Exam, x: Float64Array[], y: Float64Array): UtilityScores {
  const { testX, testY, classes, task } = exam;
  const lesson = { x, testX, seed: seedOf(exam.seed, 'utility', model.name) };
  if (task === 'regression') {
    const enough = x.length > 0;
    return {
      r2: rSquared(testY, enough ? model.predict({ ...lesson, y, classes }).predicted : new Float64Array(testY.length)),
    };
  }
  const { predicted, scores } = predictClasses(model, lesson, y, classes);
  const auc = classAuc(testY, scores, classes);
  return {
    f1: weightedF1(testY, predicted, classes),
    accuracy: accuracy(testY, predicted),
    ...(auc === undefined ? {} : { auc }),
  };
}

/** Predicts among the classes there are to learn, numbered anew for the model. */
function predictClasses(
  model: UtilityModel,
  lesson: Pick<Lesson, 'x' | 'testX' | 'seed'>,
  y: Float64Array,
  classes: number,
): Prediction {
  const present = [...new Set(y)].sort((a, b) => a - b);
  const widen = (row: ArrayLike<number>): Float64Array => {
    const wide = new Float64Array(classes);
    present.forEach((label, place) => (wide[label] = row[place]!));
    return wide;
  };
  if (present.length < 2) {
    const scores = lesson.testX.map(() => widen([1]));
    return { predicted: new Float64Array(lesson.testX.length).fill(present[0] ?? -1), scores };
  }
  const codes = y.map((label) => present.indexOf(label));
  const { predicted, scores } = model.predict({ ...lesson, y: codes, classes: present.length });
  return { predicted: Array.from(predicted, (place) => present[place]!), scores: scores.map(widen) };
}

function summary(entries: (readonly [string, UtilityScores])[]): Figures {
  const scoreOf = ({ f1, r2 }: UtilityScores): number => f1 ?? r2!;
  const [bestModel, best] = entries.reduce((a, b) => (scoreOf(b[1]) > scoreOf(a[1]) ? b : a));
  const mean = entries.reduce((sum, [, scores]) => sum + scoreOf(scores), 0) / entries.length;
  return { best: scoreOf(best), bestModel, mean, models: Object.fromEntries(entries) };
}
