import type { Cell, DatetimeColumn, NumericColumn } from '../dataset.js';
import { formatCell } from '../formats/csv.js';
import { counted, mapped, type ColumnCells, type ColumnProtection, type ProtectedColumn } from './column-protection.js';

/**
 * Numbers and dates beyond those of the `minCount`-th largest and smallest person, brought to these two: what is left as
 * least and greatest value is reached by so many people. Where fewer than twice as many have a value, all get the middle
 * one; where fewer than `minCount` have one, it is left out.
 */
export function protectNumbers(column: NumericColumn | DatetimeColumn, own: ColumnCells): ProtectedColumn {
  const { cells, people, minCount } = own;
  const ranges = people
    .map((places) => rangeOf(places.map((place) => cells[place]!)))
    .filter((range) => range !== null);
  if (ranges.length < minCount) return leftOut(column, own, ranges.length);
  const least = ascending(ranges.map(({ low }) => low));
  const most = ascending(ranges.map(({ high }) => high));
  const middle = least[Math.floor((least.length - 1) / 2)]!;
  const isFew = ranges.length < 2 * minCount;
  const min = isFew ? middle : least[minCount - 1]!;
  const max = isFew ? middle : Math.max(min, most[most.length - minCount]!);
  const clamped = {
    low: cells.filter((cell) => typeof cell === 'number' && cell < min).length,
    high: cells.filter((cell) => typeof cell === 'number' && cell > max).length,
  };
  const { cells: after, changed } = mapped(cells, (cell) =>
    typeof cell === 'number' ? Math.min(max, Math.max(min, cell)) : cell,
  );
  if (changed === 0) return { column, cells, protections: [] };
  const ends = [
    ...(clamped.low > 0
      ? [`${clamped.low} below the ${ordinal(minCount)} smallest: now ${formatCell(column, min)}`]
      : []),
    ...(clamped.high > 0
      ? [`${clamped.high} above the ${ordinal(minCount)} largest: now ${formatCell(column, max)}`]
      : []),
  ];
  const inWords = isFew
    ? `${counted(changed, 'value')}: now the middle one, since only ${ranges.length} people have a value`
    : ends.join('; ');
  return {
    column: { ...column, min, max, clamped },
    cells: after,
    protections: [{ column: column.name, how: 'clamped', cells: changed, inWords }],
  };
}

/** The column without any cell: it is released empty, and that is said. */
function leftOut(
  { name, description, missingToken }: NumericColumn | DatetimeColumn,
  { cells, minCount }: ColumnCells,
  people: number,
): ProtectedColumn {
  const held = cells.filter((cell) => cell !== null).length;
  const inWords = `a value of ${people} only, fewer than ${minCount} people: left out, the column stays empty`;
  const protection: ColumnProtection = { column: name, how: 'left-out', cells: held, inWords };
  return {
    column: { name, description, missingToken, nullable: true, kind: 'identifier', pattern: '', empty: true },
    cells: cells.map(() => null),
    protections: [protection],
  };
}

/** Least and greatest number of one person; null without any. */
function rangeOf(cells: readonly Cell[]): { low: number; high: number } | null {
  const numbers = cells.filter((cell) => typeof cell === 'number');
  return numbers.length === 0 ? null : { low: Math.min(...numbers), high: Math.max(...numbers) };
}

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function ordinal(number: number): string {
  const endings = ['th', 'st', 'nd', 'rd'];
  const ending = number % 100 >= 11 && number % 100 <= 13 ? 'th' : (endings[number % 10] ?? 'th');
  return `${number}${ending}`;
}
