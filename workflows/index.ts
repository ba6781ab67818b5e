/** All workflows of a worker, by name. */
export { evaluateSyntheticData } from './evaluate-synthetic-data.js';
export { generateShard } from './generate-shard.js';
export { generateSyntheticData } from './generate-synthetic-data.js';
export { optimizeTheta } from './optimize-theta.js';
export { regenerate } from './regenerate.js';
