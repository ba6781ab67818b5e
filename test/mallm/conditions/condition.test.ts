import { describe, expect, test } from 'vitest';
import {
  mergeConditions,
  parseCondition,
  unseenValues,
  widenSchema,
} from '../../../mallm/conditions/condition-parser.js';
import { describeCondition, rowSatisfies, satisfies, type Condition } from '../../../mallm/conditions/condition.js';
import { columnNamed, type Cell, type TableSchema } from '../../../mallm/table/dataset.js';
import { OptionError } from '../../../mallm/errors.js';
import { schemaViolation } from '../../../mallm/table/released-rows.js';
import { fileBytes, typedTable } from '../../support/tables.js';

const base = { description: '', nullable: false, missingToken: '' };
const seconds = (text: string): number => Date.parse(`${text}Z`) / 1000;

const schema: TableSchema = {
  target: 'smoker',
  columns: [
    { ...base, name: 'id', kind: 'identifier', pattern: 'P999' },
    { ...base, name: 'age', kind: 'numeric', min: 17, max: 90, decimals: { min: 1, max: 0 } },
    { ...base, name: 'bmi', kind: 'numeric', min: 15.5, max: 53.125, decimals: { min: 1, max: 3 }, nullable: true },
    { ...base, name: 'sex', kind: 'categorical', categories: ['Female', 'Male'] },
    {
      ...base,
      name: 'marital-status',
      kind: 'categorical',
      categories: ['Divorced', 'Married, civil', 'Never-married'],
    },
    { ...base, name: 'visit to Asia', kind: 'boolean', categories: ['0', '1'] },
    { ...base, name: 'smoker', kind: 'boolean', categories: ['no', 'yes'] },
    { ...base, name: 'grade', kind: 'ordered', categories: ['I', 'II', 'III', 'IV'] },
    {
      ...base,
      name: 'day',
      kind: 'datetime',
      format: '%d.%m.%Y',
      min: seconds('2020-01-01T00:00'),
      max: seconds('2020-12-31T00:00'),
    },
    {
      ...base,
      name: 'seen at',
      kind: 'datetime',
      format: '%Y-%m-%d %H:%M',
      min: seconds('2020-01-01T08:00'),
      max: seconds('2020-12-31T18:00'),
    },
    { ...base, name: 'note', kind: 'text', maxLength: 12, nullable: true },
    { ...base, name: 'is', kind: 'categorical', categories: ['in', 'not', 'it is'] },
  ],
};

function parsed(text: string): Condition {
  return parseCondition(schema, text).condition;
}

function failure(action: () => unknown): OptionError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionError);
    return error as OptionError;
  }
  throw new Error('no error');
}

describe('a condition is read', () => {
  test.each<[string, string, Condition]>([
    ['age > 65', 'age', { is: 'range', min: 66 }],
    ['age >= 65', 'age', { is: 'range', min: 65 }],
    ['age>=65.5', 'age', { is: 'range', min: 66 }],
    ['age < 65', 'age', { is: 'range', max: 64 }],
    ['age < 65.5', 'age', { is: 'range', max: 65 }],
    ['age ≤ 65', 'age', { is: 'range', max: 65 }],
    ['age = 65', 'age', { is: 'equal', value: 65 }],
    ['AGE == 65.0', 'age', { is: 'equal', value: 65 }],
    ['age != 65', 'age', { is: 'not-equal', value: 65 }],
    ['age != 65.5', 'age', { is: 'present' }],
    ['age in 60..75', 'age', { is: 'range', min: 60, max: 75 }],
    ['age in (60 .. 75)', 'age', { is: 'range', min: 60, max: 75 }],
    ['age between 60 and 75', 'age', { is: 'range', min: 60, max: 75 }],
    ['age BETWEEN 59.5 AND 75.9', 'age', { is: 'range', min: 60, max: 75 }],
    ['age in (60, 70, 60)', 'age', { is: 'one-of', values: [60, 70] }],
    ['age not in (60, 70)', 'age', { is: 'range', except: [60, 70] }],
    ['bmi > 30', 'bmi', { is: 'range', min: 30.001 }],
    ['bmi >= 30', 'bmi', { is: 'range', min: 30 }],
    ['bmi in -1..3e1', 'bmi', { is: 'range', min: -1, max: 30 }],
    ['bmi is missing', 'bmi', { is: 'missing' }],
    ['bmi is null', 'bmi', { is: 'missing' }],
    ['bmi is not missing', 'bmi', { is: 'present' }],
    ['bmi IS NOT NULL', 'bmi', { is: 'present' }],
    ['sex = Female', 'sex', { is: 'equal', value: 'Female' }],
    ['sex=female', 'sex', { is: 'equal', value: 'Female' }],
    ['sex is Female', 'sex', { is: 'equal', value: 'Female' }],
    ['sex is not Female', 'sex', { is: 'equal', value: 'Male' }],
    ['sex != Female', 'sex', { is: 'equal', value: 'Male' }],
    ['sex != Other', 'sex', { is: 'present' }],
    ['sex = Other', 'sex', { is: 'equal', value: 'Other' }],
    ['"marital-status" = "Never-married"', 'marital-status', { is: 'equal', value: 'Never-married' }],
    ["marital-status='Married, civil'", 'marital-status', { is: 'equal', value: 'Married, civil' }],
    ['marital-status = Married, civil', 'marital-status', { is: 'equal', value: 'Married, civil' }],
    [
      'marital-status in ("Married, civil", Divorced)',
      'marital-status',
      { is: 'one-of', values: ['Married, civil', 'Divorced'] },
    ],
    ['marital-status in [Divorced]', 'marital-status', { is: 'equal', value: 'Divorced' }],
    ['marital-status != Divorced', 'marital-status', { is: 'one-of', values: ['Married, civil', 'Never-married'] }],
    ['marital-status <> "a \\"b\\""', 'marital-status', { is: 'present' }],
    ['visit to Asia = 1', 'visit to Asia', { is: 'equal', value: '1' }],
    ['visit to Asia = yes', 'visit to Asia', { is: 'equal', value: '1' }],
    ['`visit to Asia` = 1.0', 'visit to Asia', { is: 'equal', value: '1' }],
    ['smoker = true', 'smoker', { is: 'equal', value: 'yes' }],
    ['grade >= II', 'grade', { is: 'one-of', values: ['II', 'III', 'IV'] }],
    ['grade < II', 'grade', { is: 'equal', value: 'I' }],
    ['grade between II and III', 'grade', { is: 'one-of', values: ['II', 'III'] }],
    ['day > 01.06.2020', 'day', { is: 'range', min: seconds('2020-06-02T00:00') }],
    ['day <= 2020-06-01', 'day', { is: 'range', max: seconds('2020-06-01T00:00') }],
    [
      'day in 2020-06-01..2020-06-30',
      'day',
      { is: 'range', min: seconds('2020-06-01T00:00'), max: seconds('2020-06-30T00:00') },
    ],
    ['day = 01.06.2020', 'day', { is: 'equal', value: seconds('2020-06-01T00:00') }],
    [
      'seen at = 2020-06-01',
      'seen at',
      { is: 'range', min: seconds('2020-06-01T00:00'), max: seconds('2020-06-01T23:59') },
    ],
    ['seen at > 2020-06-01', 'seen at', { is: 'range', min: seconds('2020-06-02T00:00') }],
    ['seen at < 2020-06-01T09:30', 'seen at', { is: 'range', max: seconds('2020-06-01T09:29') }],
    ['note = all well', 'note', { is: 'equal', value: 'all well' }],
    ['note != "NA"', 'note', { is: 'not-equal', value: 'NA' }],
    ['is = in', 'is', { is: 'equal', value: 'in' }],
    ['is is "it is"', 'is', { is: 'equal', value: 'it is' }],
    ['is not in (in)', 'is', { is: 'one-of', values: ['not', 'it is'] }],
  ])('%s', (text, column, condition) => expect(parseCondition(schema, text)).toEqual({ column, condition }));
});

describe('what is no condition on this table is refused', () => {
  test.each([
    ['', /"" is not a condition.*age > 65/],
    ['age', /"age" is not a condition/],
    ['age >', /not a condition/],
    ['age in (60', /value that does not go with it.*a number/],
    ['age in (60,,70)', /not a condition/],
    ['age between 60', /not a condition/],
    ['sex = "Female" or "Male"', /not a condition/],
    ['agee > 65', /no column "agee".*Did you mean "age"\?/],
    ['"Age group" > 65', /no column "Age group"/],
    ['income = high', /no column "income": expected one of "id", "age"/],
    ['age > old', /column "age".*expected a number, got "old"/],
    ['age = 1,200', /expected a number, got "1,200"/],
    ['age = 65.5', /"age".*expected a whole number, got "65.5"/],
    ['bmi = 30.12345', /at most 3 decimals/],
    ['age in 75..60', /no row can satisfy.*lower end first/],
    ['sex > Female', /"sex" cannot be compared so.*"order"/],
    ['grade > V', /expected one of "I", "II", "III", "IV", got "V"/],
    ['grade > IV', /no row can satisfy/],
    ['visit to Asia not in (0, 1)', /no row can satisfy/],
    ['day > 13/01/2020', /a date such as 01\.01\.2020/],
    ['day = 2020-02-30', /a date such as/],
    ['seen at != 2020-06-01', /a date with its time/],
    ['note > a', /Text has no order/],
    ['bmi = NA', /'"bmi" is missing'/],
    ['id = P001', /no condition can be put on "id".*made afresh/],
  ])('%s', (text, message) => {
    const error = failure(() => parsed(text));
    expect(error.message).toMatch(message);
    expect(error.parts.remedy ?? error.parts.expected).toBeTruthy();
  });
});

describe('conditions on one column are put together', () => {
  const merged = (...texts: string[]) =>
    mergeConditions(
      schema,
      texts.map((text) => parseCondition(schema, text)),
    );

  test.each<[string[], Record<string, Condition>]>([
    [[], {}],
    [['age > 65', 'sex = Female'], { age: { is: 'range', min: 66 }, sex: { is: 'equal', value: 'Female' } }],
    [['age > 65', 'age <= 80', 'age >= 60'], { age: { is: 'range', min: 66, max: 80 } }],
    [['age >= 65', 'age <= 65'], { age: { is: 'range', min: 65, max: 65 } }],
    [['age in (60, 70, 80)', 'age > 65'], { age: { is: 'one-of', values: [70, 80] } }],
    [['age in (60, 70)', 'age != 70'], { age: { is: 'equal', value: 60 } }],
    [['age > 65', 'age != 70', 'age != 20'], { age: { is: 'range', min: 66, except: [70] } }],
    [['age != 70', 'age != 71'], { age: { is: 'range', except: [70, 71] } }],
    [['bmi is not missing', 'bmi < 30'], { bmi: { is: 'range', max: 29.999 } }],
    [['bmi is missing', 'bmi is missing'], { bmi: { is: 'missing' } }],
    [
      ['marital-status != Divorced', 'marital-status != Never-married'],
      { 'marital-status': { is: 'equal', value: 'Married, civil' } },
    ],
    [['grade >= II', 'grade <= III'], { grade: { is: 'one-of', values: ['II', 'III'] } }],
    [['note in (a, b)', 'note != a'], { note: { is: 'equal', value: 'b' } }],
    [['note != a', 'note != a'], { note: { is: 'not-equal', value: 'a' } }],
  ])('%j', (texts, expected) => expect(merged(...texts)).toEqual(expected));

  test.each([
    [['age > 65', 'age < 60']],
    [['age > 65', 'age < 66']],
    [['age in 60..61', 'age != 60', 'age != 61']],
    [['age = 60', 'age = 61']],
    [['sex = Female', 'sex = Male']],
    [['bmi is missing', 'bmi > 3']],
    [['bmi is missing', 'bmi is not missing']],
    [['day < 2020-06-01', 'day > 2020-05-31']],
    [['note = a', 'note = b']],
  ])('a contradiction is refused: %j', (texts) => {
    const error = failure(() => merged(...texts));
    expect(error.message).toMatch(/contradict each other: got .*, and /);
  });

  test('two texts to be avoided are too many', () => {
    expect(failure(() => merged('note != a', 'note != b')).message).toMatch(/one != only/);
  });

  test('columns may have any name', () => {
    const odd: TableSchema = {
      target: 'x',
      columns: ['__proto__', 'constructor'].map((name) => ({ ...schema.columns[1]!, name })),
    };
    const conditions = mergeConditions(odd, [
      parseCondition(odd, '__proto__ > 65'),
      parseCondition(odd, 'constructor < 30'),
    ]);
    expect(rowSatisfies(odd, [70, 20], conditions)).toBe(true);
    expect(rowSatisfies(odd, [60, 20], conditions)).toBe(false);
    expect(rowSatisfies(odd, [70, 40], conditions)).toBe(false);
    expect(rowSatisfies(odd, [70, 40], {})).toBe(true);
  });
});

describe('a cell is as the condition says, or is not', () => {
  test.each<[Condition, Cell[], Cell[]]>([
    [{ is: 'equal', value: 5 }, [5], [4, null, '5']],
    [{ is: 'not-equal', value: 5 }, [4], [5, null]],
    [{ is: 'one-of', values: [1, 2] }, [1, 2], [3, null]],
    [{ is: 'range', min: 1, max: 3 }, [1, 2, 3], [0.9, 3.1, null, '2']],
    [{ is: 'range', min: 1, max: 3, exclusive: ['min', 'max'] }, [1.1, 2], [1, 3]],
    [{ is: 'range', except: [2] }, [1], [2, null]],
    [{ is: 'missing' }, [null], [0, '']],
    [{ is: 'present' }, [0, ''], [null]],
  ])('%j', (condition, good, bad) => {
    expect(good.filter((cell) => !satisfies(cell, condition))).toEqual([]);
    expect(bad.filter((cell) => satisfies(cell, condition))).toEqual([]);
  });

  test('on every row of a table, merged conditions say what each of them says', () => {
    const { schema: adult, rows } = typedTable(fileBytes('test/fixtures/tables/adult-test.csv'), 'Income');
    const texts = [
      'age > 30',
      'age != 40',
      'sex = Male',
      'education-num in 9..13',
      'hours-per-week >= 40',
      'marital-status != Never-married',
    ];
    const conditions = mergeConditions(
      adult,
      texts.map((text) => parseCondition(adult, text)),
    );
    const [age, education, status, sex, hours] = [
      'age',
      'education-num',
      'marital-status',
      'sex',
      'hours-per-week',
    ].map((name) => adult.columns.findIndex((column) => column.name === name));
    const expected = rows.filter((row) => {
      const number = (index: number): number => row[index] as number;
      const isOfAge = number(age!) > 30 && number(age!) !== 40;
      const isTaught = number(education!) >= 9 && number(education!) <= 13;
      return isOfAge && isTaught && row[sex!] === 'Male' && number(hours!) >= 40 && row[status!] !== 'Never-married';
    });
    expect(expected.length).toBeGreaterThan(10);
    expect(rows.filter((row) => rowSatisfies(adult, row, conditions))).toEqual(expected);
  });
});

test('a condition is described in words', () => {
  const described = (text: string): string => {
    const { column, condition } = parseCondition(schema, text);
    return describeCondition(columnNamed(schema, column), condition);
  };
  expect(
    [
      'age > 65',
      'age in 60..75',
      'age != 3',
      'sex = female',
      'grade > II',
      'day < 2020-02-01',
      'bmi is missing',
      'bmi is not na',
      'age not in (1, 2)',
    ].map(described),
  ).toEqual([
    '"age" >= 66',
    '"age" from 60 to 75',
    '"age" != 3',
    '"sex" = "Female"',
    '"grade" in ("III", "IV")',
    '"day" <= "31.01.2020"',
    '"bmi" missing',
    '"bmi" not missing',
    '"age" not 1, 2',
  ]);
});

describe('what the table never shows', () => {
  test.each<[string, boolean]>([
    ['sex = Other', true],
    ['sex in (Female, Other)', true],
    ['sex = Female', false],
    ['age > 95', true],
    ['age in 80..120', false],
    ['age = 95', true],
    ['age < 10', true],
    ['age is missing', true],
    ['bmi is missing', false],
    ['day > 2021-03-01', true],
    ['note = "far longer than any"', true],
    ['note = short', false],
  ])('%s: %s', (text, isUnseen) => {
    const { column, condition } = parseCondition(schema, text);
    const found = unseenValues(schema, { [column]: condition });
    expect(found).toHaveLength(isUnseen ? 1 : 0);
    if (isUnseen) expect(found[0]).toContain(JSON.stringify(column));
  });

  test('is in the schema once that is widened, and nothing else is', () => {
    const row: Cell[] = [
      'P001',
      30,
      20,
      'Male',
      'Divorced',
      '0',
      'no',
      'I',
      seconds('2020-03-03T00:00'),
      seconds('2020-03-03T10:00'),
      'fine',
      'in',
    ];
    const cases: [string, number, Cell, Cell][] = [
      ['sex = Other', 3, 'Other', 'Another'],
      ['age > 95', 1, 96, 200],
      ['age = 95', 1, 95, 96],
      ['age < 10', 1, 9, -40],
      ['age is missing', 1, null, 91],
      ['day = 2021-03-01', 8, seconds('2021-03-01T00:00'), seconds('2021-03-02T00:00')],
    ];
    expect(schemaViolation(schema, row)).toBeNull();
    for (const [text, index, asked, other] of cases) {
      const { column, condition } = parseCondition(schema, text);
      const wide = widenSchema(schema, { [column]: condition });
      expect(schemaViolation(schema, row.with(index, asked)), text).not.toBeNull();
      expect(schemaViolation(wide, row.with(index, asked)), text).toBeNull();
      expect(schemaViolation(wide, row.with(index, other)), text).not.toBeNull();
    }
    expect(widenSchema(schema, { age: { is: 'range', min: 60, max: 120 } })).toEqual(schema);
  });
});
