import type { BaselineMethod } from '../mallm/baselines/baseline.js';
import type { FitOptions } from '../mallm/options.js';

/** How a method comes by its rows: the training rows themselves, a classic generator, or a fit with these options. */
export type Method =
  { kind: 'real' } | { kind: 'baseline'; method: BaselineMethod } | { kind: 'fit'; options: Partial<FitOptions> };

const fit = (options: Partial<FitOptions>): Method => ({ kind: 'fit', options });
/** The published prompt and the first θ: nothing is learned. Paper: Table 3. */
const fewShot = { preset: 'paper', structure: 'none', optimizer: false, epochs: 1 } as const;

/** Every method of the benchmark by its name. */
export const methods: Record<string, Method> = {
  real: { kind: 'real' },
  marginals: { kind: 'baseline', method: 'marginals' },
  smote: { kind: 'baseline', method: 'smote' },
  cart: { kind: 'baseline', method: 'cart' },
  copula: { kind: 'baseline', method: 'copula' },
  'few-shot': fit(fewShot),
  'few-shot-causal': fit({ ...fewShot, structure: 'hill-climbing' }),
  paper: fit({ preset: 'paper' }),
  'paper with 5 examples': fit({ preset: 'paper', examplesPerPrompt: 5, rowsPerRequest: 5 }),
  default: fit({ preset: 'default' }),
  'default without partial rows': fit({ preset: 'default', partialRows: false }),
  'default without feedback': fit({ preset: 'default', feedback: false }),
  'default without refinement': fit({ preset: 'default', refinement: false }),
  'default with population 1': fit({ preset: 'default', population: 1 }),
  'default with logistic regression': fit({ preset: 'default', discriminator: 'logistic-regression' }),
  'default without optimizer': fit({ preset: 'default', optimizer: false }),
  'paper with refinement': fit({ preset: 'paper', refinement: true, distance: 'mild' }),
};

/** Methods of the main table. `paper with 5 examples` (five shown, five asked for, as in the authors' notebook) is the rival. */
export const mainMethods = [
  'real',
  'marginals',
  'smote',
  'cart',
  'copula',
  'few-shot',
  'paper',
  'paper with 5 examples',
  'default',
];
