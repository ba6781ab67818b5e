import type { OrderRule } from '../../table/rule.js';
import { bitsNeeded, mostBroken, type FoundRule } from './evidence.js';
import type { NumberCells } from './number-columns.js';

/** Fewest rows for an order of numbers, and of dates, which are more often ordered by nature. */
const FEWEST_ROWS = { numeric: 20, datetime: 10 } as const;
/** Fewest different values of either column. */
const FEWEST_VALUES = 5;
/**
 * Where so many rows have the two only so many steps apart, and none has them equal, they never are: about as many would
 * be equal as are one step apart.
 */
const NEARLY_EQUAL = { rows: 14, steps: 3 };
/** A rule that some rows break is named only where by chance this many times as many would. */
const BEYOND_CHANCE = 4;

interface FoundOrder extends FoundRule {
  rule: OrderRule;
}

/**
 * Orders of two columns of the same kind. One is found where ranges overlap so far that two independent columns would
 * hardly keep it in every row; orders that follow from others are left out.
 */
export function findOrders(columns: readonly NumberCells[]): { rules: FoundRule[]; broken: FoundRule[] } {
  const usable = columns.filter(({ distinct }) => distinct >= FEWEST_VALUES);
  const pairs = usable.flatMap((low) => usable.filter((high) => high !== low).map((high) => [low, high] as const));
  const tried = pairs.filter(([low, high]) => low.column.kind === high.column.kind);
  const found = tried.flatMap(([low, high]) => orderOf(low, high, bitsNeeded(tried.length)) ?? []);
  return {
    rules: withoutImplied(found.filter(({ of, kept }) => kept === of)),
    broken: found.filter(({ of, kept }) => kept < of),
  };
}

function orderOf(low: NumberCells, high: NumberCells, needed: number): FoundOrder | null {
  const allowed = mostBroken(low.values.length);
  const both: number[] = [];
  let broken = 0;
  let equal = 0;
  let nearlyEqual = 0;
  const near = high.step === null ? 0 : (NEARLY_EQUAL.steps + 0.5) * high.step;
  for (let row = 0; row < low.values.length; row++) {
    const [a, b] = [low.values[row]!, high.values[row]!];
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    both.push(row);
    if (a === b) equal++;
    if (b - a < near) nearlyEqual++;
    if (a > b && ++broken > allowed) return null;
  }
  const rows = both.length;
  if (rows < FEWEST_ROWS[low.column.kind] || equal === rows || broken > mostBroken(rows)) return null;
  const chance = chanceOfOrder(low.values, high.values, both);
  const isBeyondChance =
    broken === 0 ? -rows * Math.log2(chance) >= needed : broken * BEYOND_CHANCE <= (1 - chance) * rows;
  if (!isBeyondChance) return null;
  const strict = equal === 0 && broken === 0 && nearlyEqual >= NEARLY_EQUAL.rows;
  const rule: OrderRule = { is: 'order', low: low.name, high: high.name, strict };
  return { rule, of: rows, kept: rows - broken };
}

/** The chance that a cell of one column is at most one of the other, from any two of the rows. */
function chanceOfOrder(low: Float64Array, high: Float64Array, rows: readonly number[]): number {
  const lows = Float64Array.from(rows, (row) => low[row]!).sort();
  const highs = Float64Array.from(rows, (row) => high[row]!).sort();
  let below = 0;
  let pairs = 0;
  for (const value of highs) {
    while (below < lows.length && lows[below]! <= value) below++;
    pairs += below;
  }
  return pairs / rows.length ** 2;
}

/** Without those that two others say: a <= c where a <= b and b <= c. */
function withoutImplied(found: readonly FoundOrder[]): FoundOrder[] {
  const key = (low: string, high: string): string => JSON.stringify([low, high]);
  const strict = new Map(found.map(({ rule }) => [key(rule.low, rule.high), rule.strict]));
  const names = [...new Set(found.flatMap(({ rule }) => [rule.low, rule.high]))];
  return found.filter(({ rule }) => {
    const isBetween = (name: string): boolean => {
      const [first, second] = [strict.get(key(rule.low, name)), strict.get(key(name, rule.high))];
      return first !== undefined && second !== undefined && (!rule.strict || first || second);
    };
    return !names.some(isBetween);
  });
}
