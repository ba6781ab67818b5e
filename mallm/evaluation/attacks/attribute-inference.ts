import type { EvaluationColumn, TypedTable } from '../typed-table.js';
import { columnDistances, nearestPlaces } from './mixed-distance.js';
import { riskOf, type AttackRisk } from './risk.js';

/** A number is guessed when it is off by no more than this part of the guess. */
const TOLERANCE = 0.05;

/**
 * Attribute inference: an attacker knows all columns of a person but one, and takes that one from the nearest synthetic
 * row; of several equally near ones each counts by its chance. One figure for each secret column. Deterministic.
 *
 * Paper: Giomi et al. 2023, §3.2.3.
 * Departs: a date is guessed within 5 % of the range of the training rows, since 5 % of its seconds are decades.
 */
export function attributeInference(
  columns: readonly EvaluationColumn[],
  train: TypedTable,
  control: TypedTable,
  synthetic: TypedTable,
): ({ column: string } & AttackRisk)[] {
  if (columns.length < 2) return [];
  const isRight = columns.map((column, index) => judge(column, train.cells[index]!));
  const onTrain = inferred(columns, isRight, train, synthetic);
  const onControl = inferred(columns, isRight, control, synthetic);
  return columns.map(({ name }, index) => ({
    column: name,
    ...riskOf(
      { successes: onTrain[index]!, attacks: train.rows },
      { successes: onControl[index]!, attacks: control.rows },
    ),
  }));
}

type Judge = (guess: number, secret: number) => boolean;

function judge({ kind, date }: EvaluationColumn, cells: Float64Array): Judge {
  const bothMissing: Judge = (guess, secret) => Number.isNaN(guess) && Number.isNaN(secret);
  if (kind === 'label') return (guess, secret) => guess === secret || bothMissing(guess, secret);
  const dates = date ? cells.filter((cell) => !Number.isNaN(cell)).sort() : [];
  const reach = dates.length > 0 ? TOLERANCE * (dates[dates.length - 1]! - dates[0]!) : null;
  return (guess, secret) =>
    Math.abs(guess - secret) <= (reach ?? TOLERANCE * Math.abs(guess)) || bothMissing(guess, secret);
}

/** Successes by secret column. */
function inferred(
  columns: readonly EvaluationColumn[],
  isRight: readonly Judge[],
  targets: TypedTable,
  synthetic: TypedTable,
): number[] {
  const distances = columnDistances(columns, targets, synthetic);
  const each = columns.map(() => new Float64Array(synthetic.rows));
  const all = new Float64Array(synthetic.rows);
  const known = new Float64Array(synthetic.rows);
  const successes = columns.map(() => 0);
  for (let row = 0; row < targets.rows; row++) {
    all.fill(0);
    each.forEach((own, column) => {
      distances[column]!(row, own);
      for (let other = 0; other < all.length; other++) all[other]! += own[other]!;
    });
    each.forEach((own, column) => {
      for (let other = 0; other < all.length; other++) known[other] = all[other]! - own[other]!;
      const nearest = nearestPlaces(known);
      const secret = targets.cells[column]![row]!;
      const right = nearest.filter((place) => isRight[column]!(synthetic.cells[column]![place]!, secret));
      successes[column]! += right.length / nearest.length;
    });
  }
  return successes;
}
