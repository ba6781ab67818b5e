import { isModelled, isNumber, type Cell, type Row, type TableSchema } from '../../table/dataset.js';
import type { DeterminedRule } from '../../table/rule.js';
import { bitsNeeded, mostBroken, type FoundRule } from './evidence.js';

/** Rows whose label another row has as well: fewest, and fewest where the other column has many different cells. */
const FEWEST_REPEATS = { few: 40, many: 10 };
const MANY_CELLS = 5;
/** Most different numbers of a column that determines another. */
const MOST_NUMBERS = 50;

interface Codes {
  name: string;
  isNumber: boolean;
  cells: Cell[];
  distinct: number;
}

/**
 * Columns that determine another: labels, or few different numbers, in fewer than half as many different cells as rows.
 * Of two that determine each other the rule is found once; what follows from two others is left out.
 */
export function findDetermined(
  schema: TableSchema,
  rows: readonly Row[],
  skipped: ReadonlySet<string>,
): { rules: FoundRule[]; broken: FoundRule[] } {
  const columns = schema.columns.flatMap((column, index): Codes[] => {
    if (!isModelled(column) || skipped.has(column.name)) return [];
    const cells = rows.map((row) => row[index] ?? null);
    const distinct = new Set(cells.filter((cell) => cell !== null)).size;
    return [{ name: column.name, isNumber: isNumber(column), cells, distinct }];
  });
  const codes = columns.filter((by) => !by.isNumber || by.distinct <= MOST_NUMBERS);
  const pairs = codes.flatMap((by) =>
    columns.filter((other) => other !== by && other.distinct <= by.distinct).map((other) => [by, other] as const),
  );
  const found = pairs.flatMap(([by, other]) => determination(by, other, bitsNeeded(pairs.length)) ?? []);
  const whole = found.filter(({ of, kept }) => kept === of);
  const once = whole.filter(({ rule }, place) => !isReverse(whole, rule, place, columns));
  return { rules: withoutImplied(once), broken: found.filter(({ of, kept }) => kept < of) };
}

interface FoundDetermination extends FoundRule {
  rule: DeterminedRule;
}

function determination(by: Codes, other: Codes, needed: number): FoundDetermination | null {
  const groups = new Map<Cell, Map<Cell, number>>();
  const all = new Map<Cell, number>();
  let rows = 0;
  by.cells.forEach((code, row) => {
    const cell = other.cells[row]!;
    if (code === null || cell === null) return;
    const own = groups.get(code) ?? new Map<Cell, number>();
    groups.set(code, own.set(cell, (own.get(cell) ?? 0) + 1));
    all.set(cell, (all.get(cell) ?? 0) + 1);
    rows++;
  });
  const repeats = rows - groups.size;
  if (all.size < 2 || repeats < (all.size >= MANY_CELLS ? FEWEST_REPEATS.many : FEWEST_REPEATS.few)) return null;
  if (groups.size * 2 > rows) return null;
  const kept = [...groups.values()].reduce((sum, own) => sum + Math.max(...own.values()), 0);
  if (rows - kept > mostBroken(rows)) return null;
  const shares = [...all.values()].map((count) => count / rows);
  const bits = [...groups.values()].reduce((sum, own) => {
    const size = [...own.values()].reduce((a, b) => a + b, 0);
    return sum - Math.log2(shares.reduce((chance, share) => chance + share ** size, 0));
  }, 0);
  if (bits < needed) return null;
  // Most rows have the cell of their label anyway: such a rule would be named for every rare label.
  if (kept < rows && (1 - Math.max(...shares)) * rows < 4 * (rows - kept)) return null;
  const values = [...groups].map(([code, own]): [Cell, Cell] => [code, [...own.keys()][0]!]);
  return { rule: { is: 'determined', column: other.name, by: by.name, values }, of: rows, kept };
}

/** Of two columns that determine each other: the rule that is left out. Labels determine numbers, the first the second. */
function isReverse(
  found: readonly FoundDetermination[],
  { column, by }: DeterminedRule,
  place: number,
  columns: readonly Codes[],
): boolean {
  const other = found.findIndex(({ rule }) => rule.column === by && rule.by === column);
  if (other < 0) return false;
  const isNumberOf = (name: string): boolean => columns.find((each) => each.name === name)!.isNumber;
  return isNumberOf(by) === isNumberOf(column) ? other < place : isNumberOf(by);
}

/** Without those that two others say: a determines c where a determines b and b determines c. */
function withoutImplied(found: readonly FoundDetermination[]): FoundDetermination[] {
  const has = (by: string, column: string): boolean =>
    found.some(({ rule }) => rule.by === by && rule.column === column);
  return found.filter(
    ({ rule }) =>
      !found.some(({ rule: { by, column } }) => by === rule.by && column !== rule.column && has(column, rule.column)),
  );
}
