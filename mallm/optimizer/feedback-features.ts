import type { Row, TableSchema } from '../table/dataset.js';
import { fitModels } from '../learning/learners.js';
import { encodeRows, fitEncoder } from '../discriminator/encoding.js';
import type { Encoder } from '../discriminator/encoding.js';
import type { TellingFeature } from './feedback.js';

/** Least |coefficient| that is reported, in standard errors. */
const SIGNIFICANT = 2;
/** Fewest rows with a label for its feature to be reported, counted on the side that it indicates. */
const FEWEST_ROWS = 5;

/** Features by which a logistic regression separates real and synthetic rows, with their standardised coefficients. */
export function tellingFeatures(
  schema: TableSchema,
  real: readonly Row[],
  synthetic: readonly Row[],
): TellingFeature[] {
  const encoder = fitEncoder(schema, real);
  const [realX, syntheticX] = [encodeRows(encoder, real), encodeRows(encoder, synthetic)];
  const x = [...realX, ...syntheticX];
  const y = Float64Array.from(x, (_, row) => (row < real.length ? 1 : 0));
  const weights = fitModels('logistic-regression', x, y, { seed: 0 })['logistic-regression']!;
  const isNumber = numberFeatures(encoder);
  const least = SIGNIFICANT * Math.sqrt(1 / real.length + 1 / synthetic.length);
  return encoder.features.flatMap((feature, index) => {
    const weight = -weights[index + 1]! * deviationOf(x, index);
    if (Math.abs(weight) < least) return [];
    const supporting = (weight > 0 ? syntheticX : realX).filter((row) => row[index] !== 0).length;
    if (!isNumber[index] && supporting < FEWEST_ROWS) return [];
    return [{ feature, isNumber: isNumber[index]!, weight }];
  });
}

/** Whether each feature is a number rather than a label or a flag. */
function numberFeatures({ columns }: Encoder): boolean[] {
  return columns.flatMap((column) => [
    ...(column.kind === 'label' ? [...column.labels, 'unseen'].map(() => false) : [true]),
    ...(column.missingFlag ? [false] : []),
  ]);
}

function deviationOf(x: readonly Float64Array[], index: number): number {
  const mean = x.reduce((sum, row) => sum + row[index]!, 0) / x.length;
  return Math.sqrt(x.reduce((sum, row) => sum + (row[index]! - mean) ** 2, 0) / x.length);
}
