import type { Cell, Column } from '../dataset.js';

/**
 * `pooled`: rare labels are one label, or the level beside them · `clamped`: numbers that few people reach are brought to the
 * nearest one that enough reach · `rounded`: numbers of too many digits · `days-drawn`: dates of birth keep their year only ·
 * `made-afresh`: keys and what is personal, never shown, never drawn · `left-out`: too few people have a value at all, or so
 * many rows ·
 * `kept`: rare labels that stay, with the reason.
 */
export const PROTECTIONS = ['pooled', 'clamped', 'rounded', 'days-drawn', 'made-afresh', 'left-out', 'kept'] as const;

/** What was done to the cells of a column before anything else sees them, counted and in words. */
export interface ColumnProtection {
  column: string;
  how: (typeof PROTECTIONS)[number];
  /** Cells of the training rows that it concerns. */
  cells: number;
  /** The same in words, without a value that one person alone has. */
  inWords: string;
}

/** The cells of one column, and whose they are. */
export interface ColumnCells {
  column: Column;
  cells: readonly Cell[];
  /** Places of the rows of each person. */
  people: readonly (readonly number[])[];
  /** Least number of people whose labels and numbers are shown and drawn one by one. */
  minCount: number;
  isTarget: boolean;
  seed: number;
}

/** A column of protected cells. */
export interface ProtectedColumn {
  column: Column;
  cells: readonly Cell[];
  protections: ColumnProtection[];
}

/** Puts what a map says in place of each cell, and counts the cells that change. */
export function mapped(cells: readonly Cell[], map: (cell: Cell) => Cell): { cells: Cell[]; changed: number } {
  const after = cells.map(map);
  return { cells: after, changed: after.filter((cell, place) => cell !== cells[place]).length };
}

/** `1 cell`, `2 cells`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
