import { roundToGrid } from '../table/cell.js';
import { nextOnGrid } from '../table/column-grid.js';
import { impossible, wrongValue } from './condition-errors.js';
import { intersect, valueCondition } from './condition-merge.js';
import type { TypedCondition } from './condition-text.js';
import type { Condition } from './condition.js';
import type { DatetimeColumn, NumericColumn } from '../table/dataset.js';
import { datetimeStep, formatDatetime, parseDatetime } from '../table/datetime-format.js';
import { parseWritten } from '../table/number-format.js';
import { parseNumber } from '../table/number-grid.js';

const ISO_DAY = '%Y-%m-%d';
const ISO_TIMES = ['%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M', '%Y-%m-%d %H:%M'];
const DAY = 86_400;

type NumberColumn = NumericColumn | DatetimeColumn;

/** What a typed value covers, in seconds for dates: a number itself, a day from its first to its last moment. */
interface Span {
  from: number;
  to: number;
}

/**
 * A condition on a numeric or datetime column: inclusive bounds on its grid, or values. A day is a value too where the
 * column has times: from its first to its last moment.
 * @throws OptionError for a value that is no number or date, or that the column cannot write.
 */
export function numberCondition(column: NumberColumn, { operator, values }: TypedCondition): Condition {
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
  if (onGrid.length > 0) return valueCondition(onGrid);
  return wrongValue(column, String(numbers[0]), gridOf(column));
}

function spanOf(column: NumberColumn, text: string): Span {
  if (column.kind === 'numeric') {
    const number = parseNumber(text) ?? parseWritten(text, column);
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

function gridOf(column: NumberColumn): string {
  if (column.kind === 'datetime') return `a date that ${column.format} can write`;
  if (column.step !== undefined) return `a multiple of ${column.step}`;
  const decimals = column.decimals.max;
  return decimals === 0 ? 'a whole number' : `a number with at most ${decimals} decimal${decimals > 1 ? 's' : ''}`;
}
