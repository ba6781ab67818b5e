import { impossible, wrongOperator, wrongValue } from './condition-errors.js';
import { valueCondition } from './condition-merge.js';
import { readCondition, type TypedCondition, type TypedValue } from './condition-text.js';
import type { Condition } from './condition.js';
import { columnNamed, isLabel, type Column, type LabelColumn, type TableSchema } from '../table/dataset.js';
import { OptionError } from '../errors.js';
import { meantLabel } from '../table/label-match.js';
import { isMissing } from '../table/missing.js';
import { numberCondition } from './number-condition.js';

export { mergeConditions } from './condition-merge.js';
export { unseenValues, widenSchema } from './unseen-values.js';

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
  return column.kind === 'text' ? onTexts(column, typed) : numberCondition(column, typed);
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
      return valueCondition(labels);
    case '!=':
    case 'not-in':
      if (without.length === column.categories.length) return { is: 'present' };
      return without.length > 0 ? valueCondition(without) : impossible(column, 'no other label is left');
    default:
      return valueCondition(compared(column, operator, labels));
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
  if (operator === '=' || operator === 'in') return valueCondition(texts);
  if (operator === '!=' || (operator === 'not-in' && texts.length === 1)) return { is: 'not-equal', value: texts[0]! };
  return wrongOperator(column, operator, '=, !=, in (…), is missing', 'Text has no order.');
}
