import { areaUnderCurve, aucVariance, interval95 } from '../../learning/area-under-curve.js';
import type { EvaluationColumn, TypedTable } from '../typed-table.js';
import { columnDistances, summedDistances } from './mixed-distance.js';

/** Membership by distance. */
export interface Membership {
  /** AUC of an attacker who takes real rows with a near synthetic row for training rows; 0.5 is best. */
  auc: number;
  interval: [number, number];
  /** Training rows nearer to a synthetic row than every control row. */
  surelyFound: number;
  /** Chance of so many where training and control rows are alike. */
  chance: number;
}

/** The same scale for both sides, so that their distances compare. */
export function membershipByDistance(
  columns: readonly EvaluationColumn[],
  train: TypedTable,
  control: TypedTable,
  both: TypedTable,
  synthetic: TypedTable,
): Membership {
  const distances = nearest(columns, both, synthetic);
  const [members, others] = [distances.slice(0, train.rows), distances.slice(train.rows)];
  const auc = areaUnderCurve(
    members.map((distance) => -distance),
    others.map((distance) => -distance),
  );
  const least = others.reduce((a, b) => Math.min(a, b), Infinity);
  const surelyFound = members.filter((distance) => distance < least).length;
  let chance = 1;
  for (let row = 0; row < surelyFound; row++) chance *= (train.rows - row) / (train.rows + control.rows - row);
  return { auc, interval: interval95(auc, aucVariance(auc, train.rows, control.rows)), surelyFound, chance };
}

function nearest(columns: readonly EvaluationColumn[], targets: TypedTable, synthetic: TypedTable): Float64Array {
  const distances = summedDistances(columnDistances(columns, targets, synthetic), synthetic.rows);
  return Float64Array.from({ length: targets.rows }, (_, row) =>
    Number(
      distances(row)
        .reduce((a, b) => Math.min(a, b))
        .toFixed(9),
    ),
  );
}
