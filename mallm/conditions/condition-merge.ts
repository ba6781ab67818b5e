import { nextOnGrid } from '../table/column-grid.js';
import { describeCondition, satisfies, type Condition, type PartialRow } from './condition.js';
import { columnNamed, isLabel, isNumber, type Cell, type Column, type TableSchema } from '../table/dataset.js';
import { OptionError } from '../errors.js';

type Range = Extract<Condition, { is: 'range' }>;

/**
 * One condition a column that says what all of them say together.
 * @throws OptionError when two conditions on a column leave nothing.
 */
export function mergeConditions(
  schema: TableSchema,
  list: readonly { column: string; condition: Condition }[],
): PartialRow {
  const merged = new Map<string, Condition>();
  for (const { column: name, condition } of list) {
    const column = columnNamed(schema, name);
    const before = merged.get(name);
    const both = before ? intersect(column, before, condition) : condition;
    if (both === null) throw contradiction(column, before!, condition);
    merged.set(name, both);
  }
  return Object.fromEntries(merged);
}

/**
 * What satisfies both conditions, or null when nothing does.
 * @throws OptionError for two texts that are both to be avoided, which no condition can say.
 */
export function intersect(column: Column, first: Condition, second: Condition): Condition | null {
  const [a, b] = [plain(first), plain(second)];
  if (a.is === 'missing' || b.is === 'missing') return a.is === b.is ? a : null;
  if (a.is === 'present') return b;
  if (b.is === 'present') return a;
  const values = valuesOf(a) ?? valuesOf(b);
  if (values) return anyOf(values.filter((cell) => satisfies(cell, a) && satisfies(cell, b)));
  if (isNumber(column)) return narrowed(column, asRange(a), asRange(b));
  if (isLabel(column)) {
    return anyOf(column.categories.filter((label) => satisfies(label, a) && satisfies(label, b)));
  }
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  throw new OptionError({
    problem: `column ${JSON.stringify(column.name)} is text and takes one != only`,
    remedy: 'Leave one of them out.',
  });
}

/** Equal to any of some values: at least one. */
export function valueCondition(values: Cell[]): Condition {
  const different = [...new Set(values)];
  return different.length === 1 ? { is: 'equal', value: different[0]! } : { is: 'one-of', values: different };
}

function anyOf(values: Cell[]): Condition | null {
  return values.length === 0 ? null : valueCondition(values);
}

/** Missing said as a value is missing. */
function plain(condition: Condition): Condition {
  if (condition.is === 'equal' && condition.value === null) return { is: 'missing' };
  return condition.is === 'not-equal' && condition.value === null ? { is: 'present' } : condition;
}

function valuesOf(condition: Condition): Cell[] | null {
  if (condition.is === 'equal') return [condition.value];
  return condition.is === 'one-of' ? condition.values : null;
}

/** A condition on numbers that is no list of values, as a range. */
function asRange(condition: Condition): Range {
  if (condition.is === 'range') return condition;
  return { is: 'range', ...(condition.is === 'not-equal' && { except: [condition.value as number] }) };
}

function narrowed(column: Parameters<typeof nextOnGrid>[0], a: Range, b: Range): Range | null {
  const min = tighter(a, b, 'min');
  const max = tighter(a, b, 'max');
  const exclusive = [...(min?.exclusive ? ['min' as const] : []), ...(max?.exclusive ? ['max' as const] : [])];
  const inside: Range = {
    is: 'range',
    ...(min && { min: min.value }),
    ...(max && { max: max.value }),
    ...(exclusive.length > 0 && { exclusive }),
  };
  const except = [...new Set([...(a.except ?? []), ...(b.except ?? [])])].filter((cell) => satisfies(cell, inside));
  const range: Range = { ...inside, ...(except.length > 0 && { except }) };
  return isEmpty(column, range) ? null : range;
}

/** The bound that lets less through; of two equal ones the exclusive one. */
function tighter(a: Range, b: Range, end: 'min' | 'max'): { value: number; exclusive: boolean } | null {
  const bounds = [a, b].flatMap((range) => {
    const value = range[end];
    return value === undefined ? [] : [{ value, exclusive: range.exclusive?.includes(end) ?? false }];
  });
  const inwards = end === 'min' ? 1 : -1;
  bounds.sort((x, y) => (y.value - x.value) * inwards || Number(y.exclusive) - Number(x.exclusive));
  return bounds[0] ?? null;
}

/** Whether a range holds no number of the column's grid: looked for from its lower end past the excepted ones. */
function isEmpty(column: Parameters<typeof nextOnGrid>[0], range: Range): boolean {
  if (range.min === undefined || range.max === undefined) return false;
  let number = range.min;
  for (let tries = 0; tries <= (range.except?.length ?? 0) + 1; tries++) {
    if (number > range.max) return true;
    if (satisfies(number, range)) return false;
    const next = nextOnGrid(column, number, 1);
    if (next <= number) return false;
    number = next;
  }
  return false;
}

function contradiction(column: Column, first: Condition, second: Condition): OptionError {
  return new OptionError({
    problem: `two conditions on column ${JSON.stringify(column.name)} contradict each other`,
    got: `${describeCondition(column, first)}, and ${describeCondition(column, second)}`,
    remedy:
      'Leave one of them out; conditions all have to hold at once. For either of two values write: in (one, two).',
  });
}
