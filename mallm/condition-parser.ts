import { nextOnGrid } from './column-grid.js';
import { roundToGrid } from './cell.js';
import { intersect } from './condition-merge.js';
import { readCondition, type TypedCondition, type TypedValue } from './condition-text.js';
import type { Condition } from './condition.js';
import {
  columnNamed,
  isLabel,
  type Column,
  type DatetimeColumn,
  type LabelColumn,
  type NumericColumn,
  type TableSchema,
} from './dataset.js';
import { datetimeStep, formatDatetime, parseDatetime } from './datetime-format.js';
import { OptionError } from './errors.js';
import { meantLabel } from './label-match.js';
import { isMissing } from './missing.js';
import { parseNumber } from './number-grid.js';

export { mergeConditions } from './condition-merge.js';
export { unseenValues, widenSchema } from './unseen-values.js';

type NumberColumn = NumericColumn | DatetimeColumn;

const ISO_DAY = '%Y-%m-%d';
const ISO_TIMES = ['%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M', '%Y-%m-%d %H:%M'];
const DAY = 86_400;

/**
 * Reads a condition on one column: `age > 65`, `age in 60..75`, `sex = Female`, `"lung cancer" != 1`,
 * `region in (north, south)`, `grade >= II` (ordered labels), `visit < 2021-06-30`, `bmi is missing`. Numbers become
 * ranges with inclusive bounds on the column's grid. Labels and numbers that the table never shows are taken as they are.
 * @throws OptionError for an unknown column, a value of the wrong kind, and an operator that the kind does not have.
 */
export function parseCondition(schema: TableSchema, text: string): { column: string; condition: Condition } {
  const typed = readCondition(
    schema.columns.map(({ name }) => name),
    text,
  );
  return { column: typed.column, condition: conditionOn(columnNamed(schema, typed.column), typed) };
}

function conditionOn(column: Column, typed: TypedCondition): Condition {
  if (column.kind === 'identifier') {
    throw new OptionError({
      problem: `no condition can be put on ${JSON.stringify(column.name)}`,
      got: 'an identifier, which is made afresh for every row',
      remedy: 'Use another column.',
    });
  }
  if (typed.operator === 'missing') return { is: 'missing' };
  if (typed.operator === 'present') return { is: 'present' };
  for (const value of typed.values) refuseMissing(column, value);
  if (isLabel(column)) return onLabels(column, typed);
  return column.kind === 'text' ? onTexts(column, typed) : onNumbers(column, typed);
}

/** A missing token that is not in quotes nearly always means a missing cell. */
function refuseMissing(column: Column, { text, quoted }: TypedValue): void {
  if (quoted || !isMissing(column, text)) return;
  const name = JSON.stringify(column.name);
  throw new OptionError({
    problem: `${JSON.stringify(text)} is no value of column ${name}`,
    expected: `the condition ${name} is missing, or the value in quotes`,
    remedy: `Write '${name} is missing'.`,
  });
}

function onLabels(column: LabelColumn, { operator, values }: TypedCondition): Condition {
  const labels = values.map(({ text }) => meantLabel(column, text) ?? text);
  const without = column.categories.filter((label) => !labels.includes(label));
  switch (operator) {
    case '=':
    case 'in':
      return oneOf(labels);
    case '!=':
    case 'not-in':
      if (without.length === column.categories.length) return { is: 'present' };
      return without.length > 0 ? oneOf(without) : impossible(column, 'no other label is left');
    default:
      return oneOf(compared(column, operator, labels));
  }
}

/** The labels of an ordered column below or above others. */
function compared(column: LabelColumn, operator: TypedCondition['operator'], labels: string[]): string[] {
  const order = column.categories;
  const [from = '', to = from] = labels;
  if (column.kind !== 'ordered')
    wrongOperator(column, operator, '=, != or in (…)', 'Give its order in the metadata: "order": [low, …, high].');
  const places = [from, to].map((label) => order.indexOf(label));
  const [low, high] = [places[0]!, places[1]!];
  if (low < 0 || high < 0)
    wrongValue(column, low < 0 ? from : to, `one of ${order.map((label) => JSON.stringify(label)).join(', ')}`);
  const accepted = order.filter((_, place) => {
    if (operator === 'between') return place >= low && place <= high;
    if (operator.startsWith('<')) return place < low || (operator === '<=' && place === low);
    return place > low || (operator === '>=' && place === low);
  });
  return accepted.length > 0 ? accepted : impossible(column, 'no label lies there');
}

function onTexts(column: Column, { operator, values }: TypedCondition): Condition {
  const texts = values.map(({ text }) => text);
  if (operator === '=' || operator === 'in') return oneOf(texts);
  if (operator === '!=' || (operator === 'not-in' && texts.length === 1)) return { is: 'not-equal', value: texts[0]! };
  return wrongOperator(column, operator, '=, !=, in (…), is missing', 'Text has no order.');
}

function onNumbers(column: NumberColumn, { operator, values }: TypedCondition): Condition {
  const spans = values.map(({ text }) => spanOf(column, text));
  const [first, last = first] = [spans[0]!, spans.at(-1)];
  switch (operator) {
    case '<':
      return { is: 'range', ...bound(column, 'max', first.from, true) };
    case '<=':
      return { is: 'range', ...bound(column, 'max', first.to, false) };
    case '>':
      return { is: 'range', ...bound(column, 'min', first.to, true) };
    case '>=':
      return { is: 'range', ...bound(column, 'min', first.from, false) };
    case 'between': {
      const [low, high] = [bound(column, 'min', first.from, false), bound(column, 'max', last.to, false)];
      const range = intersect(column, { is: 'range', ...low }, { is: 'range', ...high });
      return range ?? impossible(column, 'the range is empty; write the lower end first');
    }
    default:
      return onSpans(column, operator, spans);
  }
}

/** Equal to one of some values, or to none of them; a day is a value too where the column has times. */
function onSpans(column: NumberColumn, operator: TypedCondition['operator'], spans: Span[]): Condition {
  const isDay = spans.find(({ from, to }) => from !== to);
  if (isDay && operator === '=') return { is: 'range', min: isDay.from, max: isDay.to };
  if (isDay)
    wrongValue(
      column,
      formatDatetime(ISO_DAY, isDay.from),
      'a date with its time; a whole day goes with =, <, >, in A..B',
    );
  const numbers = spans.map(({ from }) => from);
  const onGrid = numbers.filter((number) => roundToGrid(column, number) === number);
  if (operator === '!=' || operator === 'not-in') {
    if (onGrid.length === 0) return { is: 'present' };
    return onGrid.length === 1 ? { is: 'not-equal', value: onGrid[0]! } : { is: 'range', except: onGrid };
  }
  if (onGrid.length > 0) return oneOf(onGrid);
  return wrongValue(column, String(numbers[0]), gridOf(column));
}

/** What a typed value covers, in seconds for dates: a number itself, a day from its first to its last moment. */
interface Span {
  from: number;
  to: number;
}

function spanOf(column: NumberColumn, text: string): Span {
  if (column.kind === 'numeric') {
    const number = parseNumber(text) ?? parseNumber(text, column.decimalMark);
    return number === null ? wrongValue(column, text, 'a number') : { from: number, to: number };
  }
  const step = datetimeStep(column.format) ?? DAY;
  for (const format of [column.format, ...ISO_TIMES]) {
    const seconds = parseDatetime(format, text);
    if (seconds !== null) return { from: seconds, to: seconds };
  }
  const day = parseDatetime(ISO_DAY, text);
  if (day === null)
    return wrongValue(column, text, `a date such as ${formatDatetime(column.format, column.min)}, or as 2020-12-31`);
  return { from: day, to: step < DAY ? day + DAY - step : day };
}

/** A bound moved inwards to the column's grid, so that it is inclusive wherever the grid allows. */
function bound(
  column: NumberColumn,
  end: 'min' | 'max',
  value: number,
  exclusive: boolean,
): Omit<Extract<Condition, { is: 'range' }>, 'is'> {
  const inwards = end === 'min' ? 1 : -1;
  const nearest = roundToGrid(column, value);
  const isInside = (number: number): boolean =>
    exclusive ? (number - value) * inwards > 0 : (number - value) * inwards >= 0;
  const found = isInside(nearest) ? nearest : nextOnGrid(column, nearest, inwards);
  return isInside(found) ? { [end]: found } : { [end]: value, ...(exclusive && { exclusive: [end] }) };
}

function oneOf(values: (string | number)[]): Condition {
  const different = [...new Set(values)];
  return different.length === 1 ? { is: 'equal', value: different[0]! } : { is: 'one-of', values: different };
}

function gridOf(column: NumberColumn): string {
  if (column.kind === 'datetime') return `a date that ${column.format} can write`;
  const decimals = column.decimals.max;
  return decimals === 0 ? 'a whole number' : `a number with at most ${decimals} decimal${decimals > 1 ? 's' : ''}`;
}

/** @throws OptionError always. */
function wrongValue(column: Column, got: string, expected: string): never {
  throw new OptionError({
    problem: `a condition on column ${JSON.stringify(column.name)} has a value that does not go with it`,
    expected,
    got: JSON.stringify(got),
    remedy: 'Put values with spaces in quotes.',
  });
}

/** @throws OptionError always. */
function wrongOperator(column: Column, operator: string, expected: string, remedy: string): never {
  throw new OptionError({
    problem: `column ${JSON.stringify(column.name)} cannot be compared so`,
    expected,
    got: operator === 'between' ? 'a range' : operator,
    remedy,
  });
}

/** @throws OptionError always. */
function impossible(column: Column, why: string): never {
  throw new OptionError({
    problem: `no row can satisfy the condition on column ${JSON.stringify(column.name)}`,
    got: why,
    remedy: 'Widen the condition.',
  });
}
