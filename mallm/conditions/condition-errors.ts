import type { Column } from '../table/dataset.js';
import { OptionError } from '../errors.js';

const EXAMPLES = 'age > 65 · age in 60..75 · sex = Female · region in (north, south) · bmi is missing';

/** What is no condition at all: says how conditions are written. */
export function notACondition(text: string): OptionError {
  return new OptionError({
    problem: `${JSON.stringify(text)} is not a condition`,
    expected: `one such as ${EXAMPLES}`,
    remedy: 'Put names and values with spaces or commas in quotes.',
  });
}

/** A value of the wrong kind, or off the grid. @throws OptionError always. */
export function wrongValue(column: Column, got: string, expected: string): never {
  throw new OptionError({
    problem: `a condition on column ${JSON.stringify(column.name)} has a value that does not go with it`,
    expected,
    got: JSON.stringify(got),
    remedy: 'Put values with spaces in quotes.',
  });
}

/** An operator that the kind of column does not have. @throws OptionError always. */
export function wrongOperator(column: Column, operator: string, expected: string, remedy: string): never {
  throw new OptionError({
    problem: `column ${JSON.stringify(column.name)} cannot be compared so`,
    expected,
    got: operator === 'between' ? 'a range' : operator,
    remedy,
  });
}

/** A condition that leaves nothing. @throws OptionError always. */
export function impossible(column: Column, why: string): never {
  throw new OptionError({
    problem: `no row can satisfy the condition on column ${JSON.stringify(column.name)}`,
    got: why,
    remedy: 'Widen the condition.',
  });
}
