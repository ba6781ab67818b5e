import type { Column, IdentifierColumn } from './dataset.js';
import { formatDatetime } from './datetime-format.js';

/**
 * A column in one line, for people and for prompts: `integer from 17 to 90`, `label, one of "no", "yes"; may be null`,
 * with the column's description in parentheses at the end.
 */
export function describeColumn(column: Column): string {
  const missing = column.nullable && column.kind !== 'identifier' ? '; may be null' : '';
  const description = column.description.trim().replace(/\s+/g, ' ');
  return describeValues(column) + missing + (description && ` (${description})`);
}

function describeValues(column: Column): string {
  switch (column.kind) {
    case 'numeric': {
      const decimals = column.decimals.max;
      const range = `from ${column.min} to ${column.max}`;
      return decimals === 0
        ? `integer ${range}`
        : `number with at most ${decimals} decimal${decimals > 1 ? 's' : ''} ${range}`;
    }
    case 'datetime': {
      const [first, last] = [column.min, column.max].map((seconds) => formatDatetime(column.format, seconds));
      return `date in the format ${column.format} from ${first} to ${last}`;
    }
    case 'ordered':
      return `ordered label, low to high: ${quoted(column.categories)}`;
    case 'categorical':
    case 'boolean':
      return `label, one of ${quoted(column.categories)}`;
    case 'text':
      return `text of at most ${column.maxLength} characters`;
    case 'identifier':
      return identifierText(column);
  }
}

function identifierText({ pattern, shapes, personal, shared, empty }: IdentifierColumn): string {
  if (empty) return 'empty in every row, and stays so';
  if (personal) return `personal (${personal}), made afresh${shared ? ', one a person' : ''}`;
  const all = shapes?.map((shape) => shape.pattern) ?? [pattern];
  return `identifier${shared ? ' of a person' : ''}, made afresh in the shape ${all.join(' or ')}`;
}

function quoted(labels: readonly string[]): string {
  return labels.map((label) => JSON.stringify(label)).join(', ');
}
