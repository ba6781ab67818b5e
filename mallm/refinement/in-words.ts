import type { RefinedGenerator } from './generator.js';

/** A pool that counts less than this, in training rows for each, does not count. */
const LEAST_WEIGHT = 0.25;

/** What sharpening is for. */
export const SHARPENED_USE =
  'for training models, not for effect sizes: the target is more predictable than in reality';

/** What the model's rows count for: "the model's rows count for `charges` (14 times the training rows), not for `region`". */
export function poolInWords({ modelRows, poolWeights }: Pick<RefinedGenerator, 'modelRows' | 'poolWeights'>): string {
  if (modelRows.used === 0) return 'no row of the model counts: the rows are drawn from the training rows alone';
  const names = Object.keys(poolWeights).map((name) => ({ name, weight: poolWeights[name]! }));
  const counted = names.filter(({ weight }) => weight >= LEAST_WEIGHT);
  const others = names.filter(({ weight }) => weight < LEAST_WEIGHT).map(({ name }) => `\`${name}\``);
  if (counted.length === 0)
    return "the model's rows count for no column: they say nothing that the training rows do not";
  const list = counted.map(({ name, weight }) => `\`${name}\` (${times(weight)} the training rows)`).join(', ');
  return `the model's rows count for ${list}${others.length > 0 ? `, not for ${others.join(', ')}` : ''}`;
}

function times(weight: number): string {
  return `${weight < 10 ? weight.toFixed(1).replace(/\.0$/, '') : Math.round(weight)} times`;
}
