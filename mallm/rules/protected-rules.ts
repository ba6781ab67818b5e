import { schemaViolation } from '../table/released-rows.js';
import { columnIndex, columnNamed, isModelled, type Cell, type Row, type TableSchema } from '../table/dataset.js';
import { columnsOfRule, type DeterminedRule, type Rule } from '../table/rule.js';
import { computedColumns, rowRules } from './computed-columns.js';
import { ruleCheck } from './rule-check.js';

/** A table as the fit sees it. */
interface Table {
  schema: TableSchema;
  rows: Row[];
}

/**
 * The rules of a table whose rare cells were pooled or brought in after they were found: codes stand for what they stand
 * for now, rules of columns that were left out are gone, and rows have their sums and products again where their columns
 * can hold them. Orders may be broken in the few rows that were brought in.
 */
export function rulesAfterProtection({ schema: given, rows }: Table): Table {
  if (!given.rules) return { schema: given, rows };
  const kept = given.rules.filter((rule) => columnsOfRule(rule).every((name) => isModelled(columnNamed(given, name))));
  const rules = kept.flatMap((rule): Rule[] => {
    if (rule.is === 'determined') return pairsNow(given, rule, rows);
    const isOfLabels = rule.is === 'equal' || rule.is === 'missing-together';
    return isOfLabels && !rows.every((row) => ruleCheck(given, rule)(row) !== false) ? [] : [rule];
  });
  const schema = { ...given, rules: rules.length === 0 ? undefined : rules };
  const { mend } = rowRules(schema, computedColumns(schema, rows));
  const mended = rows.map((row) => {
    const other = mend(row);
    return schemaViolation(schema, other) === null ? other : row;
  });
  return { schema, rows: mended };
}

/** A code with what it stands for in all of its rows; a pool of codes that stand for different things is left out. */
function pairsNow(schema: TableSchema, rule: DeterminedRule, rows: readonly Row[]): DeterminedRule[] {
  const [by, column] = [columnIndex(schema, rule.by), columnIndex(schema, rule.column)];
  const cells = new Map<Cell, Set<Cell>>();
  for (const row of rows) {
    const [code, cell] = [row[by] ?? null, row[column] ?? null];
    if (code !== null && cell !== null) cells.set(code, (cells.get(code) ?? new Set()).add(cell));
  }
  const values = [...cells].flatMap(([code, own]): [Cell, Cell][] => (own.size === 1 ? [[code, [...own][0]!]] : []));
  return values.length === 0 ? [] : [{ ...rule, values }];
}
