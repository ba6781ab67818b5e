import type { Feature } from '../learning/split-tree.js';
import type { TableSchema } from '../table/dataset.js';
import type { CodedColumn } from './column-codes.js';
import { gridOf } from './number-grids.js';
import { numberScores, scoreOf, type NumberScores } from './number-scores.js';

/** Labels of a column that a tree may ask for one by one: its commonest. */
const MOST_TESTED_LABELS = 40;
/** A number column of so few different values is drawn as labels. */
const FEW_NUMBERS = 2;

/** One thing that is drawn, given those before it. Plain JSON. */
export type DrawnColumn = DrawnNumber | DrawnLabel | DrawnPresence;

export interface DrawnNumber {
  kind: 'number';
  /** Place among the coded columns. */
  column: number;
  /** Place among the drawn columns of the one that says whether the cell is there; −1 where it always is. */
  presence: number;
  numbers: NumberScores;
  /** Set when the cell is computed from earlier ones: always, or wherever these are all there. */
  computed?: 'always' | 'mostly';
}

export interface DrawnLabel {
  kind: 'label';
  column: number;
  presence: number;
  /** By label: its value in a point (see `pointsOf`). */
  values: number[];
  ordered: boolean;
  computed?: 'always' | 'mostly';
}

/** Which cells are missing together: label 0 where those of the columns are there, 1 where they are missing. */
export interface DrawnPresence {
  kind: 'presence';
  columns: number[];
  /** Set when the cells are there exactly where others are: drawn places of what says whether these are. */
  computed?: number[];
}

/** A coded column that is computed, and the coded columns that it is there with. */
export interface ComputedPlace {
  always: boolean;
  with: readonly number[];
}

/** Cells of one drawn column: scores of numbers (0 where missing), labels from 0 (−1 where missing). */
export interface DrawnCells {
  codes: Float64Array;
  /** 1 where the cell is there; null where all are. */
  present: Uint8Array | null;
}

/**
 * What is drawn for the coded columns, in the order given: each as a number or a label, and before the first of those
 * that are missing together whether they are missing.
 *
 * @param order places of the coded columns.
 * @param train points of the training rows.
 * @param pool points of model rows that may add to what can be drawn: labels that two of them hold, and, where `refines`,
 * numbers within the range; `closed` columns (by place) take nothing from them.
 * @param computed by place of a coded column that is computed: in the order it comes after what it is computed from.
 */
export function drawnColumns(
  schema: TableSchema,
  coded: readonly CodedColumn[],
  order: readonly number[],
  train: readonly Float64Array[],
  pool: { points: readonly Float64Array[]; refines: boolean; closed: number },
  computed: ReadonlyMap<number, ComputedPlace> = new Map(),
): DrawnColumn[] {
  const drawn: DrawnColumn[] = [];
  const groups = new Map<string, number>();
  const presenceOf = new Map<number, number>();
  for (const column of order) {
    const missing = train.map((point) => Number(isMissing(coded[column]!, point[column]!)));
    const key = missing.join('');
    const maker = computed.get(column);
    let presence = -1;
    if (missing.includes(1)) {
      presence = groups.get(key) ?? drawn.length;
      groups.set(key, presence);
      if (presence === drawn.length) drawn.push({ kind: 'presence', columns: [], ...presenceFrom(maker, presenceOf) });
      (drawn[presence] as DrawnPresence).columns.push(column);
      presenceOf.set(column, presence);
    }
    if (!missing.includes(0)) continue;
    const own = train.map((point) => point[column]!).filter((_, i) => missing[i] === 0);
    const others = column === pool.closed ? [] : pool.points.map((point) => point[column]!);
    const step = drawnCells(schema, coded[column]!, { column, presence }, own, others, pool.refines);
    drawn.push(maker ? { ...step, computed: maker.always ? 'always' : 'mostly' } : step);
  }
  return drawn;
}

/** Whether nothing of a drawn column is drawn. */
export function isComputed({ computed }: DrawnColumn): boolean {
  return computed !== undefined && computed !== 'mostly';
}

/** Codes of rows, by drawn column; −1 for a label and NaN for a number that the column does not have. */
export function cellsOf(
  drawn: readonly DrawnColumn[],
  coded: readonly CodedColumn[],
  points: readonly Float64Array[],
): DrawnCells[] {
  const missing = (column: number): Uint8Array =>
    Uint8Array.from(points, (point) => Number(isMissing(coded[column]!, point[column]!)));
  return drawn.map((step): DrawnCells => {
    if (step.kind === 'presence') return { codes: Float64Array.from(missing(step.columns[0]!)), present: null };
    const present = step.presence < 0 ? null : missing(step.column).map((gone) => 1 - gone);
    if (step.kind === 'number') {
      const codes = Float64Array.from(points, (point) => {
        const value = point[step.column]!;
        return Number.isNaN(value) ? 0 : scoreOf(step.numbers, value);
      });
      return { codes, present };
    }
    const labelOf = new Map(step.values.map((value, label) => [value, label]));
    return { codes: Float64Array.from(points, (point) => labelOf.get(point[step.column]!) ?? -1), present };
  });
}

/** Whether every cell of a point is one that can be drawn, and missing only with those it is missing with. */
export function isDrawable(drawn: readonly DrawnColumn[], coded: readonly CodedColumn[], point: Float64Array): boolean {
  const isGone = (column: number): boolean => isMissing(coded[column]!, point[column]!);
  return drawn.every((step) => {
    if (step.kind === 'presence') return step.columns.every((column) => isGone(column) === isGone(step.columns[0]!));
    if (isGone(step.column)) return step.presence >= 0;
    const value = point[step.column]!;
    if (step.kind === 'label') return step.values.includes(value);
    return value >= step.numbers.values[0]! && value <= step.numbers.values.at(-1)!;
  });
}

/** Number of labels of a drawn column; 0 for numbers. */
export function labelCount(step: DrawnColumn): number {
  return step.kind === 'number' ? 0 : step.kind === 'presence' ? 2 : step.values.length;
}

/** As `labelCount`, for what trees test: ordered labels are tested as numbers are. */
export function testedLabels(step: DrawnColumn): number {
  return step.kind === 'label' && step.ordered && step.values.length > 2 ? 0 : labelCount(step);
}

/** What a model may test of the columns before it. */
export function testedFeatures(drawn: readonly DrawnColumn[], cells: readonly DrawnCells[]): Feature[] {
  return drawn.flatMap((step, column): Feature[] => {
    const labels = testedLabels(step);
    if (labels === 0) return [{ column, label: -1 }];
    if (labels < 2) return [];
    if (labels === 2) return [{ column, label: 1 }];
    const rows = new Float64Array(labels);
    for (const code of cells[column]!.codes) if (code >= 0) rows[code]!++;
    const commonest = [...rows.keys()].sort((a, b) => rows[b]! - rows[a]! || a - b).slice(0, MOST_TESTED_LABELS);
    return commonest.map((label) => ({ column, label }));
  });
}

export function isMissing({ kind }: CodedColumn, value: number): boolean {
  return kind === 'number' ? Number.isNaN(value) : value === 0;
}

function presenceFrom(
  maker: ComputedPlace | undefined,
  presenceOf: ReadonlyMap<number, number>,
): Pick<DrawnPresence, 'computed'> {
  const places = maker?.with.map((column) => presenceOf.get(column)).filter((place) => place !== undefined);
  return maker?.always && places && places.length > 0 ? { computed: places } : {};
}

function drawnCells(
  schema: TableSchema,
  { index, kind, ordered }: CodedColumn,
  place: { column: number; presence: number },
  own: number[],
  others: number[],
  refines: boolean,
): DrawnNumber | DrawnLabel {
  const distinct = [...new Set(own)].sort((a, b) => a - b);
  if (kind === 'label' || distinct.length <= FEW_NUMBERS) {
    const rows = new Map<number, number>();
    for (const value of kind === 'label' ? others : []) if (value > 0) rows.set(value, (rows.get(value) ?? 0) + 1);
    const open = [...rows.keys()].filter((value) => rows.get(value)! >= 2);
    const values = [...new Set([...distinct, ...open])].sort((a, b) => a - b);
    return { kind: 'label', ...place, values, ordered };
  }
  const known = new Set(distinct);
  const within = (value: number): boolean => value >= distinct[0]! && value <= distinct.at(-1)! && !known.has(value);
  const support = refines ? [...own, ...others.filter(within)] : own;
  return { kind: 'number', ...place, numbers: numberScores(support, gridOf(schema.columns[index]!, own)) };
}
