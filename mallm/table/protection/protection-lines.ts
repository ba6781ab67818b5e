import type { ColumnProtection } from './column-protection.js';

/**
 * What a user should see before anything is paid, one line each; what is done to many columns alike is one line: numbers
 * that are brought into the range. What is made afresh is said by the report of its column.
 */
export function protectionLines(protections: readonly ColumnProtection[]): string[] {
  const clamped = protections.filter(({ how }) => how === 'clamped');
  const others = protections.filter(({ how }) => how !== 'clamped' && how !== 'made-afresh');
  const columns = clamped.map(({ column, cells }) => `${JSON.stringify(column)} (${cells})`).join(', ');
  return [
    ...others.map(({ column, inWords }) => `${JSON.stringify(column)}: ${inWords}`),
    ...(clamped.length > 0
      ? [`smallest and largest values that too few people have, brought to the next ones: ${columns} cells`]
      : []),
  ];
}
