import { rowRules, type ComputedColumn } from '../../rules/computed-columns.js';
import type { Cell } from '../../table/dataset.js';
import type { CodedColumn } from '../column-codes.js';
import type { DrawnColumn } from '../drawn-columns.js';
import type { RefinedGenerator } from '../generator.js';
import { toGrid } from '../number-grids.js';
import { scoreOf, valueOf } from '../number-scores.js';
import type { Block } from './column-drawer.js';

/** Fills one column of so many rows of a block. */
export type CodeComputer = (block: Block, rows: number) => void;

/**
 * By drawn column what computes its codes from those before it; null for columns that are drawn. Numbers are read from
 * scores as near as these go: later columns see them, the cells of the row are computed from its other cells at the end.
 */
export function codeComputers(generator: RefinedGenerator): (CodeComputer | null)[] {
  const { schema, columns, drawn, computed = [] } = generator;
  const rules = rowRules(schema, computed);
  const makers = new Map(computed.map((each) => [columns.findIndex(({ index }) => index === each.column), each]));
  return drawn.map((step, place): CodeComputer | null => {
    if (step.computed === undefined) return null;
    if (step.kind === 'presence') return presenceComputer(place, step.computed);
    const maker = makers.get(step.column)!;
    const readers = readersOf(generator, maker, step.computed === 'mostly');
    const encode = encoder(step, columns[step.column]!);
    const row: Cell[] = Array<Cell>(schema.columns.length + computed.length).fill(null);
    return (block, rows) => {
      for (let i = 0; i < rows; i++) {
        for (const { index, read } of readers) row[index] = read(block, i);
        block.codes[i * block.width + place] = encode(rules.compute(maker, row));
      }
    };
  });
}

/** Missing where one of the others is. */
function presenceComputer(place: number, others: readonly number[]): CodeComputer {
  return ({ codes, width }, rows) => {
    for (let start = 0; start < rows * width; start += width)
      codes[start + place] = Number(others.some((other) => codes[start + other] === 1));
  };
}

interface CellReader {
  /** Place in a prepared row. */
  index: number;
  read: (block: Block, row: number) => Cell;
}

/** Readers of the cells that a column is computed from; of its own too, where it may be drawn. */
function readersOf({ columns, drawn }: RefinedGenerator, maker: ComputedColumn, withOwn: boolean): CellReader[] {
  const { column, inputs, by } = maker;
  const indexes = [...inputs, ...(by.is === 'floor' ? [by.gap] : []), ...(withOwn ? [column] : [])];
  return indexes.map((index) => {
    const coded = columns.findIndex((each) => each.index === index);
    const place = drawn.findIndex((step) => step.kind !== 'presence' && step.column === coded);
    const step = drawn[place]!;
    const presence = step.kind === 'presence' ? -1 : step.presence;
    const decode = decoder(step, columns[coded]!);
    const read = ({ codes, width }: Block, row: number): Cell => {
      const start = row * width;
      return presence >= 0 && codes[start + presence] === 1 ? null : decode(codes[start + place]!);
    };
    return { index, read };
  });
}

function decoder(step: DrawnColumn, { kind, values }: CodedColumn): (code: number) => Cell {
  if (step.kind === 'presence') return () => null;
  if (step.kind === 'number') {
    const { grid } = step.numbers;
    return (code) => (grid ? toGrid(grid, valueOf(step.numbers, code)) : valueOf(step.numbers, code));
  }
  return (code) => {
    const value = step.values[code];
    return value === undefined ? null : kind === 'number' ? value : (values[value - 1] ?? null);
  };
}

/** Codes of cells, those of missing ones as `DrawnCells` has them. */
function encoder(step: DrawnColumn, { kind, values }: CodedColumn): (cell: Cell) => number {
  if (step.kind === 'number') return (cell) => (typeof cell === 'number' ? scoreOf(step.numbers, cell) : 0);
  const known = step.kind === 'label' ? step.values : [];
  const labels = new Map<Cell, number>(
    known.map((value, label) => [kind === 'number' ? value : values[value - 1]!, label]),
  );
  return (cell) => labels.get(cell) ?? -1;
}
