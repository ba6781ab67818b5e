import type { Cell, Column, Row, TableSchema } from '../mallm/table/dataset.js';
import { isModelled, isNumber } from '../mallm/table/dataset.js';
import { createRandom } from '../mallm/random.js';

/** A rule that every real row keeps, found here and not by the product: the check is independent of what it enforces. */
export interface KeptRule {
  text: string;
  /** Whether the rule speaks of the row: it has the cells. */
  appliesTo: (row: Row) => boolean;
  keeps: (row: Row) => boolean;
}

/** Share of rows with shuffled columns that must break a rule: below it, ranges alone keep the rule. */
const BREAKABLE = 0.05;

/** Fewest rows that a rule speaks of. */
const FEWEST_ROWS = 20;

/** Orders, sums, products, labels that determine each other and cells missing together, which all real rows keep. */
export function keptRules(schema: TableSchema, rows: readonly Row[]): KeptRule[] {
  const columns = schema.columns.map((column, index) => ({ column, index })).filter(({ column }) => isModelled(column));
  const numbers = columns.filter(({ column }) => isNumber(column)).map(({ index }) => index);
  const candidates = [
    ...pairs(numbers, true).map(([a, b]) => order(schema.columns, a, b)),
    ...arithmetic(schema.columns, numbers, rows),
    ...pairs(
      columns.map(({ index }) => index),
      true,
    ).flatMap(([a, b]) => determination(schema.columns, a, b, rows)),
    ...pairs(
      columns.map(({ index }) => index),
      false,
    ).map(([a, b]) => missingTogether(schema.columns, a, b)),
  ];
  const shuffled = shuffledColumns(rows);
  return candidates.filter((rule) => {
    const concerned = rows.filter(rule.appliesTo);
    if (concerned.length < FEWEST_ROWS || !concerned.every(rule.keeps)) return false;
    const spoilt = shuffled.filter(rule.appliesTo);
    return spoilt.filter((row) => !rule.keeps(row)).length > BREAKABLE * rows.length;
  });
}

function pairs(places: readonly number[], bothWays: boolean): [number, number][] {
  return places.flatMap((a, i) =>
    places.flatMap((b, j): [number, number][] => ((bothWays ? i !== j : i < j) ? [[a, b]] : [])),
  );
}

function present(...places: number[]): (row: Row) => boolean {
  return (row) => places.every((place) => row[place] !== null);
}

function order(columns: readonly Column[], a: number, b: number): KeptRule {
  return {
    text: `${columns[a]!.name} <= ${columns[b]!.name}`,
    appliesTo: present(a, b),
    keeps: (row) => (row[a] as number) <= (row[b] as number),
  };
}

/** Sums and products of two columns, to the rounding of the third. */
function arithmetic(columns: readonly Column[], numbers: readonly number[], rows: readonly Row[]): KeptRule[] {
  const first = rows.slice(0, 12);
  return pairs(numbers, false).flatMap(([a, b]) =>
    numbers
      .filter((c) => c !== a && c !== b)
      .flatMap((c) =>
        [
          { sign: '+', of: (x: number, y: number) => x + y },
          { sign: '*', of: (x: number, y: number) => x * y },
        ].map(({ sign, of }): KeptRule => {
          const [x, y, z] = [columns[a]!, columns[b]!, columns[c]!];
          const reach = roundingOf(z) + (sign === '*' ? 0 : roundingOf(x) + roundingOf(y));
          return {
            text: `${z.name} = ${x.name} ${sign} ${y.name}`,
            appliesTo: present(a, b, c),
            keeps: (row) => {
              const [p, q, found] = [row[a] as number, row[b] as number, row[c] as number];
              const slack = sign === '*' ? Math.abs(p) * roundingOf(y) + Math.abs(q) * roundingOf(x) : 0;
              return Math.abs(of(p, q) - found) <= 1.001 * (reach + slack);
            },
          };
        }),
      )
      .filter((rule) => first.filter(rule.appliesTo).every(rule.keeps)),
  );
}

/** Half of the last decimal. */
function roundingOf(column: Column): number {
  return column.kind === 'numeric' ? 0.5 * 10 ** -column.decimals.max : 0;
}

/** One column determines another where its values come in several rows each, always with the same other value. */
function determination(columns: readonly Column[], a: number, b: number, rows: readonly Row[]): KeptRule[] {
  const values = new Map<Cell, Cell[]>();
  for (const row of rows) {
    if (row[a] === null) continue;
    const own = values.get(row[a]!) ?? [];
    own.push(row[b]!);
    values.set(row[a]!, own);
  }
  const repeated = [...values.values()].filter((own) => own.length > 1);
  const isFine = values.size >= 2 && repeated.reduce((sum, own) => sum + own.length, 0) > 0.8 * rows.length;
  if (!isFine || repeated.some((own) => new Set(own).size > 1)) return [];
  return [
    {
      text: `${columns[a]!.name} determines ${columns[b]!.name}`,
      appliesTo: (row) => row[a] !== null && values.has(row[a]!),
      keeps: (row) => values.get(row[a]!)![0] === row[b],
    },
  ];
}

function missingTogether(columns: readonly Column[], a: number, b: number): KeptRule {
  return {
    text: `${columns[a]!.name} and ${columns[b]!.name} are missing together`,
    appliesTo: () => true,
    keeps: (row) => (row[a] === null) === (row[b] === null),
  };
}

function shuffledColumns(rows: readonly Row[]): Row[] {
  const random = createRandom(1);
  const cells = rows[0]!.map((_, column) => random.shuffle(rows.map((row) => row[column]!)));
  return rows.map((_, place) => cells.map((column) => column[place]!));
}
