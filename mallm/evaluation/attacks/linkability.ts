import type { EvaluationColumn, TypedTable } from '../typed-table.js';
import { columnDistances, nearestPlaces, summedDistances } from './mixed-distance.js';
import { riskOf, type AttackRisk, type Tally } from './risk.js';

/**
 * Linkability: an attacker has every other column of a person from one source and the rest from another, and links the
 * two where the nearest synthetic row is the same. Where several are equally near, one of them is drawn: a guess counts by
 * its chance. Deterministic.
 *
 * Paper: Giomi et al. 2023, §3.2.2, with one neighbour.
 */
export function linkability(
  columns: readonly EvaluationColumn[],
  train: TypedTable,
  control: TypedTable,
  synthetic: TypedTable,
): AttackRisk {
  return riskOf(linked(columns, train, synthetic), linked(columns, control, synthetic));
}

function linked(columns: readonly EvaluationColumn[], targets: TypedTable, synthetic: TypedTable): Tally {
  const distances = columnDistances(columns, targets, synthetic);
  const halves = [0, 1].map((half) =>
    summedDistances(
      distances.filter((_, column) => column % 2 === half),
      synthetic.rows,
    ),
  );
  let successes = 0;
  for (let row = 0; row < targets.rows; row++) {
    const [first, second] = halves.map((half) => nearestPlaces(half(row))) as [number[], number[]];
    const both = new Set(first);
    successes += second.filter((place) => both.has(place)).length / (first.length * second.length);
  }
  return { successes, attacks: targets.rows };
}
