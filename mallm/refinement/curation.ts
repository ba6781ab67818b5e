import type { PartialRow } from '../conditions/condition.js';
import type { Row, TableSchema } from '../table/dataset.js';
import type { Rejections } from '../rejections.js';
import { createRandom } from '../random.js';
import type { DistanceLevel } from './row-distance.js';
import { namingNumbers } from './naming-numbers.js';
import { createDistanceFilter, fitDistanceRule } from './row-distance.js';
import { rowSatisfies } from '../conditions/condition.js';
import { computedColumns, rowRules } from '../rules/computed-columns.js';
import { rulesCheck } from '../rules/rule-check.js';
import { peopleOf } from '../table/people.js';
import { contentKey, schemaViolation } from '../table/released-rows.js';

export interface CurationInput {
  schema: TableSchema;
  trainRows: Row[];
  /** Rows kept so far. */
  kept: Row[];
  /** Rows to be looked at, in the order they were made. */
  rows: Row[];
  conditions: PartialRow;
  distance: DistanceLevel;
  wanted: number;
  /** Whether people are wanted rather than rows. Default: rows. */
  people?: boolean;
  seed: number;
  /** Whether a row is in another part of the table already. Default: no row is. */
  isElsewhere?: (row: Row) => boolean;
}

/**
 * Adds rows of the model to those already kept until enough are kept: none that violates the schema, a condition or a
 * rule between columns, columns that follow from others being computed first;
 * none that copies a training row or another row of the table (unless rows repeat by nature), none nearer to a training row
 * than the distance level allows, none with a number of so many digits that it names a training row. Every row that is not kept is counted under its reason.
 *
 * Rows are taken in a seeded random order, never in that of the examples that made them; where people have several, whole
 * people are, the last one is not cut, and one row that may not be released keeps its person back.
 */
export function curate(input: CurationInput): { kept: Row[]; rejections: Rejections } {
  const { schema, trainRows, conditions, wanted, seed, isElsewhere = () => false } = input;
  const rule = fitDistanceRule(schema, trainRows, input.distance);
  const filter = createDistanceFilter(rule);
  const hasNamingNumber = namingNumbers(schema, trainRows);
  const { mend } = rowRules(schema, computedColumns(schema, trainRows));
  const keepsRules = rulesCheck(schema);
  const kept = [...input.kept];
  const seen = new Set(kept.map((row) => contentKey(schema, row)));
  const rejections: Rejections = {};
  const whyNot = (row: Row): string | null => {
    if (schemaViolation(schema, row)) return 'schema-violation';
    if (!rowSatisfies(schema, row, conditions)) return 'condition-not-met';
    if (!keepsRules(row)) return 'broken-rule';
    const isKnown = (): boolean => seen.has(contentKey(schema, row)) || isElsewhere(row);
    const tooNear = filter.rejectRow(row) ?? (hasNamingNumber(row) ? 'number-of-a-real-row' : null);
    return tooNear ?? (!rule.repeatsByNature && isKnown() ? 'repeated-row' : null);
  };
  let people = peopleOf(schema, kept).length;
  for (const places of createRandom(seed).shuffle(peopleOf(schema, input.rows))) {
    if ((input.people ? people : kept.length) >= wanted) break;
    const rows = places.map((place) => mend(input.rows[place]!));
    const reason = rows.map(whyNot).find((why) => why !== null);
    if (reason !== undefined) {
      rejections[reason] = (rejections[reason] ?? 0) + rows.length;
      continue;
    }
    kept.push(...rows);
    people++;
    for (const row of rows) seen.add(contentKey(schema, row));
  }
  return { kept, rejections };
}
