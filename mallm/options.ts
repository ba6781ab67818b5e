import { z } from 'zod';
import { OptionError } from './errors.js';
import { DISTANCE_LEVELS } from './refinement/row-distance.js';

const fraction = z.number().min(0).max(1);

/** Every option of a fit. The presets below give each its default. */
export const fitOptionsSchema = z.strictObject({
  /** Which complete set of defaults the others start from. */
  preset: z.enum(['default', 'paper']),
  /** Walks over the training rows; `auto` is 5, 4, 3, 2 for N up to 100, 200, 400, and above. Paper: §4.1. */
  epochs: z.union([z.literal('auto'), z.int().min(1).max(1000)]),
  /** Real rows a batch. Paper: §4.1 (50). */
  batchSize: z.int().min(1).max(1000),
  /** Synthetic rows asked of each θ in a batch; null asks as many as the batch has. */
  rowsPerTheta: z.int().min(1).max(2000).nullable(),
  /** Real rows shown in a prompt (n). Paper: Fig. 3 (1 is best). */
  examplesPerPrompt: z.int().min(0).max(20),
  /** Synthetic rows asked in one request. */
  rowsPerRequest: z.int().min(1).max(50),
  /** Sampling temperature of the generator. Paper: §4.1 (0.5). */
  generatorTemperature: z.number().min(0).max(2),
  /** Sampling temperature of the optimizer. Paper: §4.1 (1.0). */
  optimizerTemperature: z.number().min(0).max(2),
  /** Model names; null takes the endpoint's default. */
  generatorModel: z.string().min(1).nullable(),
  optimizerModel: z.string().min(1).nullable(),
  /** The classifier that tells real from synthetic. Paper: Table 6. */
  discriminator: z.enum(['logistic-regression', 'boosted-trees', 'neural-network', 'ensemble']),
  /** `accuracy`: of the incremental discriminator on the held-out batch (Paper: §3.2.2). `auc`: out of fold on pooled rows. */
  score: z.enum(['accuracy', 'auc']),
  /** First causal structure. Paper: §3.2.1. */
  structure: z.enum(['hill-climbing', 'none', 'given']),
  /** The edges when `structure` is `given`. */
  edges: z.array(z.strictObject({ from: z.string(), to: z.string() })),
  /** Edges known to be true, for the graph edit distance only. Paper: Table 9. */
  trueEdges: z.array(z.strictObject({ from: z.string(), to: z.string() })).nullable(),
  /** Whether θ is optimised at all; off leaves few-shot generation. Paper: Table 3. */
  optimizer: z.boolean(),
  /** Pairs of θ and score shown to the optimizer (k). Paper: §3.2.3 (3). */
  topPairs: z.int().min(1).max(10),
  /** Share of a θ's rows that must be valid for it to count. Authors' code: 0.8. */
  minValidShare: fraction,
  /** Share of a batch that the discriminator is tested on, with `score: accuracy`. Authors' code: 0.2. */
  discriminatorTestShare: z.number().min(0.05).max(0.5),
  /** θ scored side by side in each iteration. */
  population: z.int().min(1).max(8),
  /** Tell the optimizer what gave the rows away (aggregates only). */
  feedback: z.boolean(),
  /** Draw some cells of each row in code and let the model complete them. */
  partialRows: z.boolean(),
  /** Iterations without a better score after which a fit stops; 0 never stops early. */
  patience: z.int().min(0).max(100),
  /** Draw the released rows from the refined generator; off releases the model's rows. */
  refinement: z.boolean(),
  /** How near a released row may come to a real one. `off` still drops exact copies. */
  distance: z.enum(DISTANCE_LEVELS),
  /** Model calls to one activity; it makes fewer where they take long. */
  callsPerActivity: z.int().min(1).max(50),
  /** Model calls in flight at once. */
  inFlight: z.int().min(1).max(256),
  /** Bounds kept across retries and resume; null is unbounded. */
  maxCalls: z.int().min(1).nullable(),
  maxTokens: z.int().min(1).nullable(),
  maxCost: z.number().positive().nullable(),
  /** Price of a million prompt and completion tokens, for the cost; null is unknown. */
  prices: z.strictObject({ prompt: z.number().min(0), completion: z.number().min(0), currency: z.string() }).nullable(),
  /** Checkpoints that stay in the store, with their states: the newest ones. */
  keepCheckpoints: z.int().min(2).max(10_000),
  /** Seed of everything drawn in code, sent to the model too. */
  seed: z.int().min(0).max(0xffffffff),
});

export type FitOptions = z.infer<typeof fitOptionsSchema>;

/** MALLM-GAN as published (§3, §4.1), option by option. */
export const paperPreset: FitOptions = {
  preset: 'paper',
  epochs: 'auto',
  batchSize: 50,
  rowsPerTheta: null,
  examplesPerPrompt: 1,
  rowsPerRequest: 1,
  generatorTemperature: 0.5,
  optimizerTemperature: 1.0,
  generatorModel: null,
  optimizerModel: null,
  discriminator: 'logistic-regression',
  score: 'accuracy',
  structure: 'hill-climbing',
  edges: [],
  trueEdges: null,
  optimizer: true,
  topPairs: 3,
  minValidShare: 0.8,
  discriminatorTestShare: 0.2,
  population: 1,
  feedback: false,
  partialRows: false,
  patience: 0,
  refinement: false,
  distance: 'off',
  callsPerActivity: 50,
  inFlight: 8,
  maxCalls: null,
  maxTokens: null,
  maxCost: null,
  prices: null,
  keepCheckpoints: 20,
  seed: 1,
};

/** What a user gets without asking. Each departure from `paper` is listed in docs/decisions/. */
export const defaultPreset: FitOptions = {
  ...paperPreset,
  preset: 'default',
  batchSize: 100,
  rowsPerTheta: null,
  examplesPerPrompt: 10,
  rowsPerRequest: 25,
  generatorTemperature: 0.8,
  discriminator: 'ensemble',
  score: 'auc',
  population: 2,
  feedback: true,
  partialRows: true,
  patience: 4,
  refinement: true,
  distance: 'mild',
};

/**
 * Completes options from their preset and checks every one.
 * @throws OptionError naming the option, what was expected and what came.
 */
export function parseFitOptions(given: Partial<FitOptions>): FitOptions {
  const preset = given.preset === 'paper' ? paperPreset : defaultPreset;
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const result = fitOptionsSchema.safeParse({ ...preset, ...named });
  if (result.success) return withKnownCost(result.data);
  const issue = result.error.issues[0]!;
  const name = issue.path.length > 0 ? issue.path.join('.') : 'options';
  const value = (given as Record<string, unknown>)[String(issue.path[0])];
  throw new OptionError({
    problem: `option ${name} is out of range`,
    expected: issue.message.replace(/^[^:]*: expected /i, ''),
    got: JSON.stringify(value),
    remedy: 'See `mallm-gan fit --help` for the range of each option.',
  });
}

/** A bound on the cost is none where the cost is not known. */
function withKnownCost(options: FitOptions): FitOptions {
  if (options.maxCost === null || options.prices !== null) return options;
  throw new OptionError({
    problem: 'option maxCost needs the prices of the model',
    expected: 'the prices of a million prompt and completion tokens',
    remedy: 'Give --price-in and --price-out, or bound the tokens with --max-tokens.',
  });
}

/** Epochs for N training rows. Paper: §4.1 (5, 4, 3, 2 for N = 100, 200, 400, 800). */
export function epochsFor(options: Pick<FitOptions, 'epochs'>, trainRows: number): number {
  if (options.epochs !== 'auto') return options.epochs;
  return trainRows <= 100 ? 5 : trainRows <= 200 ? 4 : trainRows <= 400 ? 3 : 2;
}
