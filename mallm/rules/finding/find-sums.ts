import { roundToDecimals } from '../../table/number-grid.js';
import { TIME_UNITS, type EqualRule, type SumRule, type TimeUnit } from '../../table/rule.js';
import { halfStep } from '../formula.js';
import { bitsNeeded, FEWEST_ROWS, mostBroken, type FoundRule } from './evidence.js';
import { combinations, type NumberCells } from './number-columns.js';

/** Fewest different values of a column that is computed, and of one it is computed from. */
const FEWEST_VALUES = { computed: 6, input: 3 };
/** Fewest rows in which an input has another value than its commonest: else it is not seen to count. */
const FEWEST_VARIED = 5;
/** Up to so many columns every set of three is tried as parts of a sum; beyond, and of four and more, neighbours only. */
const MOST_COLUMNS = 24;
const UNITS: TimeUnit[] = ['days', 'hours', 'minutes', 'seconds'];
const NOISE = 1e-9;

/** Some columns with a sign each: the sum of them is `constant` in every row in which all are there. */
interface Balance {
  columns: readonly NumberCells[];
  signs: readonly number[];
  constant: number;
  of: number;
  kept: number;
}

/** Columns that are equal or differ by a constant, and columns that add up to one: `y = x`, `y = x + 3`, `y = 100 - x`. */
export function findShifts(columns: readonly NumberCells[]): { rules: FoundRule[]; broken: FoundRule[] } {
  const kinds = ['numeric', 'datetime'].map((kind) => columns.filter(({ column }) => column.kind === kind));
  const pairs = kinds.flatMap((list) => combinations(list.filter(isComputable), 2));
  const needed = bitsNeeded(pairs.length * 2);
  return sorted(
    pairs.flatMap(([x, y]) => {
      const signs =
        x!.column.kind === 'datetime'
          ? [[-1, 1]]
          : [
              [-1, 1],
              [1, 1],
            ];
      const found = signs.flatMap((each) => balanceOf([x!, y!], each, true) ?? []);
      return found.filter((each) => bitsOf(each, y!) >= needed).map((each) => foundShift(each));
    }),
  );
}

/** Numbers that are the sum or difference of two others, of three, or of neighbouring columns. */
export function findSums(columns: readonly NumberCells[]): { rules: FoundRule[]; broken: FoundRule[] } {
  const usable = columns.filter((each) => each.column.kind === 'numeric' && isInput(each));
  const triples = combinations(usable, 3);
  const found = withEvidence(
    triples.flatMap((three) => SIGNS_OF_THREE.flatMap((signs) => balanceOf(three, signs, true) ?? [])),
    bitsNeeded(triples.length * SIGNS_OF_THREE.length),
  );
  const totals = new Set(found.map(({ rule }) => (rule as SumRule).column));
  const longer = usable.flatMap((total) => {
    if (totals.has(total.name)) return [];
    const parts = partsFor(total, usable, totals);
    const balances = parts.map((part) => balanceOf([total, ...part], [1, ...part.map(() => -1)], false));
    return withEvidence(
      balances.filter((each) => each !== null && each.kept === each.of).map((each) => each!),
      bitsNeeded(parts.length * usable.length),
    ).slice(0, 1);
  });
  return sorted([...found, ...longer]);
}

/** Numbers that are the time between two dates, in whole units. */
export function findDurations(columns: readonly NumberCells[]): { rules: FoundRule[]; broken: FoundRule[] } {
  const dates = columns.filter(({ column }) => column.kind === 'datetime');
  const numbers = columns.filter((each) => each.column.kind === 'numeric' && isInput(each));
  const pairs = combinations(dates, 2).flatMap(([a, b]) => [
    [a!, b!],
    [b!, a!],
  ]);
  const needed = bitsNeeded(pairs.length * numbers.length * UNITS.length);
  const found = numbers.flatMap((number) =>
    pairs.flatMap(([from, to]) =>
      UNITS.flatMap((unit) => {
        const scaled = [from!, to!].map((date) => ({ ...date, values: date.values.map((v) => v / TIME_UNITS[unit]) }));
        const balance = balanceOf([number, scaled[0]!, scaled[1]!], [1, 1, -1], true);
        if (!balance || Math.abs(balance.constant) > 1 || bitsOf(balance, number) < needed) return [];
        const { of, kept, constant } = balance;
        const rule: SumRule = { is: 'sum', column: number.name, plus: [to!.name], minus: [from!.name], constant, unit };
        return [{ rule, of, kept }];
      }),
    ),
  );
  // A day is 24 hours, and so on: the first unit that fits a column is the one.
  return sorted(
    found.filter(({ rule }, place) => found.findIndex((each) => each.rule.column === rule.column) === place),
  );
}

const SIGNS_OF_THREE = [
  [-1, -1, 1],
  [1, -1, -1],
  [-1, 1, -1],
  [1, 1, 1],
];

function isInput({ distinct, present, mostCommon }: NumberCells): boolean {
  return distinct >= FEWEST_VALUES.input && present * (1 - mostCommon) >= FEWEST_VARIED;
}

function isComputable(cells: NumberCells): boolean {
  return isInput(cells) && cells.distinct >= FEWEST_VALUES.computed;
}

/** Sets of three other columns, and neighbours that are four or more. */
function partsFor(total: NumberCells, usable: readonly NumberCells[], totals: ReadonlySet<string>): NumberCells[][] {
  const others = usable.filter((each) => each !== total && !totals.has(each.name));
  const runs = others.flatMap((_, from) =>
    others.slice(from + 2).map((_, length) => others.slice(from, from + length + 3)),
  );
  return usable.length > MOST_COLUMNS ? runs : [...combinations(others, 3), ...runs.filter(({ length }) => length > 3)];
}

/** Whether signed columns add up to the same number in (nearly) every row; null when they do not. */
function balanceOf(columns: readonly NumberCells[], signs: readonly number[], mayBeBroken: boolean): Balance | null {
  const tolerance = Math.max(...columns.map(({ column }) => halfStep(column)));
  const finest = Math.min(...columns.map(({ column }) => halfStep(column)));
  const zero = scan(columns, signs, 0, tolerance, mayBeBroken);
  if (zero) return zero;
  const first = firstSum(columns, signs);
  if (Number.isNaN(first)) return null;
  const constant = roundToDecimals(9, first);
  return scan(columns, signs, constant, finest / 2, false);
}

function scan(
  columns: readonly NumberCells[],
  signs: readonly number[],
  constant: number,
  tolerance: number,
  mayBeBroken: boolean,
): Balance | null {
  const rows = columns[0]!.values.length;
  const allowed = mayBeBroken ? mostBroken(rows) : 0;
  let of = 0;
  let broken = 0;
  for (let row = 0; row < rows; row++) {
    const sum = sumOf(columns, signs, row);
    if (Number.isNaN(sum)) continue;
    of++;
    const size = columns.reduce((most, { values }) => Math.max(most, Math.abs(values[row]!)), 1);
    if (Math.abs(sum - constant) > tolerance + NOISE * size && ++broken > allowed) return null;
  }
  return of < FEWEST_ROWS || broken > mostBroken(of) ? null : { columns, signs, constant, of, kept: of - broken };
}

function firstSum(columns: readonly NumberCells[], signs: readonly number[]): number {
  for (let row = 0; row < columns[0]!.values.length; row++) {
    const sum = sumOf(columns, signs, row);
    if (!Number.isNaN(sum)) return sum;
  }
  return NaN;
}

function sumOf(columns: readonly NumberCells[], signs: readonly number[], row: number): number {
  let sum = 0;
  for (let i = 0; i < columns.length; i++) sum += signs[i]! * columns[i]!.values[row]!;
  return sum;
}

function bitsOf({ of }: Balance, { mostCommon }: NumberCells): number {
  return -of * Math.log2(mostCommon);
}

function withEvidence(balances: readonly Balance[], needed: number): FoundRule[] {
  return balances.flatMap((balance) => {
    const total = totalOf(balance);
    const isKnown = total.distinct >= FEWEST_VALUES.computed && bitsOf(balance, total) >= needed;
    return isKnown ? [{ rule: sumRule(balance, total), of: balance.of, kept: balance.kept }] : [];
  });
}

/**
 * The column that is computed from the others: the one that the others add up to where they do and none is negative,
 * else the last of the table.
 */
function totalOf({ columns, signs }: Balance): NumberCells {
  const alone = [1, -1].map((sign) => columns.filter((_, i) => signs[i] === sign)).find(({ length }) => length === 1);
  const isWhole = alone && columns.every((each) => each === alone[0] || each.least >= 0);
  return isWhole ? alone[0]! : columns.at(-1)!;
}

function sumRule({ columns, signs, constant }: Balance, total: NumberCells): SumRule {
  const own = signs[columns.indexOf(total)]!;
  const others = (sign: number): string[] =>
    columns.filter((each, i) => each !== total && -signs[i]! * own === sign).map(({ name }) => name);
  return { is: 'sum', column: total.name, plus: others(1), minus: others(-1), constant: constant * own };
}

function foundShift({ columns, signs, constant, of, kept }: Balance): FoundRule {
  const [x, y] = columns;
  if (constant === 0 && signs[0] === -1) {
    const rule: EqualRule = { is: 'equal', column: y!.name, of: x!.name };
    return { rule, of, kept };
  }
  const rule = sumRule({ columns, signs, constant, of, kept }, y!);
  if (x!.column.kind === 'numeric') return { rule, of, kept };
  const unit = (['days', 'hours', 'minutes', 'seconds'] as const).find((each) => constant % TIME_UNITS[each] === 0)!;
  return { rule: { ...rule, constant: constant / TIME_UNITS[unit], unit }, of, kept };
}

function sorted(found: readonly FoundRule[]): { rules: FoundRule[]; broken: FoundRule[] } {
  return { rules: found.filter(({ of, kept }) => of === kept), broken: found.filter(({ of, kept }) => kept < of) };
}
