import { createRandom, seedOf, type Random } from '../../random.js';
import type { EvaluationColumn, TypedTable } from '../typed-table.js';
import { riskOf, type AttackRisk, type Tally } from './risk.js';

/** Predicates that an attacker tries, and draws for them. */
const MOST_PREDICATES = 500;
const MOST_DRAWS = 10_000;

/** Columns of a predicate over several of them. */
const COLUMNS = 3;

/** One condition of a predicate on a cell; a missing cell only meets "is missing". */
interface Condition {
  column: number;
  test: 'equal' | 'at-least' | 'at-most' | 'missing';
  value: number;
}

type Predicate = Condition[];

/**
 * Singling out: predicates that one synthetic row meets, tried on real rows, are right where exactly one real row meets
 * them. `univariate` takes values and extremes of one column, `multivariate` three columns of a synthetic row. The larger
 * of the two real tables is taken at the size of the smaller: a predicate's success is its chance over all samples of that
 * size. Null where fewer than ten predicates single out. Deterministic for a seed, which draws the predicates.
 *
 * Paper: Giomi et al. 2023, §3.2.1.
 * Departs: equal sizes in place of the paper's fitted correction for their difference.
 */
export function singlingOut(
  columns: readonly EvaluationColumn[],
  tables: { train: TypedTable; control: TypedTable; synthetic: TypedTable },
  seed: number,
): { univariate: AttackRisk | null; multivariate: AttackRisk | null } {
  const { train, control, synthetic } = tables;
  const size = Math.min(train.rows, control.rows);
  const judged = (predicates: readonly Predicate[]): AttackRisk | null => {
    if (predicates.length < 10) return null;
    return riskOf(successes(train, predicates, size), successes(control, predicates, size));
  };
  return {
    univariate: judged(univariatePredicates(columns, synthetic, createRandom(seedOf(seed, 'univariate')))),
    multivariate: judged(multivariatePredicates(columns, synthetic, createRandom(seedOf(seed, 'multivariate')))),
  };
}

function successes(table: TypedTable, predicates: readonly Predicate[], size: number): Tally {
  const chances = predicates.map((predicate) => chanceOfOne(matches(table, predicate, table.rows), table.rows, size));
  return { successes: chances.reduce((sum, chance) => sum + chance, 0), attacks: predicates.length };
}

/** Chance that a sample of `size` of the rows has exactly one of the `hits`. */
function chanceOfOne(hits: number, rows: number, size: number): number {
  if (hits === 0) return 0;
  let chance = (hits * size) / rows;
  for (let taken = 1; taken < hits; taken++) chance *= Math.max(0, (rows - size - taken + 1) / (rows - taken));
  return chance;
}

function univariatePredicates(
  columns: readonly EvaluationColumn[],
  synthetic: TypedTable,
  random: Random,
): Predicate[] {
  const found = columns.flatMap(({ kind }, column): Condition[] => {
    const counts = new Map<number, number>();
    for (const cell of synthetic.cells[column]!) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    const rare = [...counts].filter(([, count]) => count === 1).map(([value]) => value);
    const conditions = rare.map((value) => conditionOf(column, value));
    const values = [...counts.keys()].filter((value) => !Number.isNaN(value));
    if (kind === 'label' || values.length === 0) return conditions;
    const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
    return [...conditions, { column, test: 'at-most', value: low }, { column, test: 'at-least', value: high }];
  });
  return random
    .shuffle(found)
    .map((condition) => [condition])
    .filter((predicate) => matches(synthetic, predicate, 1) === 1)
    .slice(0, MOST_PREDICATES);
}

function multivariatePredicates(
  columns: readonly EvaluationColumn[],
  synthetic: TypedTable,
  random: Random,
): Predicate[] {
  const medians = columns.map(({ kind }, column) => (kind === 'number' ? medianOf(synthetic.cells[column]!) : null));
  const places = columns.map((_, column) => column);
  const found = new Map<string, Predicate>();
  for (let draw = 0; draw < MOST_DRAWS && found.size < MOST_PREDICATES; draw++) {
    const row = random.integer(synthetic.rows);
    const chosen = random.shuffle(places).slice(0, COLUMNS);
    const predicate = chosen.map((column) => conditionOf(column, synthetic.cells[column]![row]!, medians[column]));
    if (matches(synthetic, predicate, 1) !== 1) continue;
    const key = predicate.map(({ column, value }) => `${column} ${value}`).sort();
    found.set(key.join(), predicate);
  }
  return [...found.values()];
}

/** Equal to a label; with a median, as far from it as the number. */
function conditionOf(column: number, value: number, median?: number | null): Condition {
  if (Number.isNaN(value)) return { column, test: 'missing', value };
  if (typeof median !== 'number') return { column, test: 'equal', value };
  return { column, test: value > median ? 'at-least' : 'at-most', value };
}

/** Rows that meet the predicate; counting ends above `most`. */
function matches(table: TypedTable, predicate: Predicate, most: number): number {
  const columns = predicate.map(({ column }) => table.cells[column]!);
  let count = 0;
  for (let row = 0; row < table.rows && count <= most; row++) {
    let met = 0;
    while (met < predicate.length && meets(columns[met]![row]!, predicate[met]!)) met++;
    if (met === predicate.length) count++;
  }
  return count;
}

function meets(cell: number, { test, value }: Condition): boolean {
  if (test === 'missing') return Number.isNaN(cell);
  if (test === 'equal') return cell === value;
  return test === 'at-least' ? cell >= value : cell <= value;
}

function medianOf(cells: Float64Array): number {
  const values = cells.filter((cell) => !Number.isNaN(cell)).sort();
  const middle = values.length >> 1;
  if (values.length % 2 === 1) return values[middle]!;
  return values.length === 0 ? 0 : (values[middle - 1]! + values[middle]!) / 2;
}
