import { TableError } from '../../errors.js';
import { isMissingToken } from '../missing.js';
import type { Cells } from './column-heuristics.js';

/** @throws TableError always: cells are not what the metadata says. */
export function misfit({ base, all }: Cells, type: string, fits: (text: string) => boolean): never {
  const wrong = all.flatMap((text, index) => (isMissingToken(text) || fits(text) ? [] : [index + 1]));
  throw new TableError({
    problem: `column ${JSON.stringify(base.name)} is ${type} in the metadata, but its cells are not`,
    got: `${wrong.length} that do not fit, the first in row ${wrong[0] ?? '?'} below the header`,
    remedy: 'Correct the cells or the metadata, or leave the column out of the metadata.',
  });
}

/** @throws TableError always: a boolean column has more than two values. */
export function tooManyTruths({ base, distinct }: Cells): never {
  throw new TableError({
    problem: `column ${JSON.stringify(base.name)} is boolean in the metadata, but has more than two values`,
    expected: 'two',
    got: String(distinct.length),
    remedy: 'Make it "categorical" there.',
  });
}
