import type { Cell, IdentifierColumn, PersonalKind } from '../dataset.js';
import type { ColumnProtection } from './column-protection.js';

const WHAT: Record<PersonalKind, string> = {
  name: 'names of persons',
  email: 'e-mail addresses',
  phone: 'telephone numbers',
  address: 'addresses',
};

/** What is said of a column of keys, or of what names or reaches a person: nothing of one without cells. */
export function personalProtections(column: IdentifierColumn, cells: readonly Cell[]): ColumnProtection[] {
  const held = cells.filter((cell) => cell !== null).length;
  if (held === 0) return [];
  const what = column.personal ? WHAT[column.personal] : 'keys';
  return [
    {
      column: column.name,
      how: 'made-afresh',
      cells: held,
      inWords: `${what}: in no prompt, made afresh in every row`,
    },
  ];
}
