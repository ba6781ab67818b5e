import { z } from 'zod';
import { OptionError } from './errors.js';
import { DISTANCE_LEVELS } from './refinement/row-distance.js';

const fraction = z.number().min(0).max(1);

/** Every option of a fit. `@default` is that of the preset `default`; where `paper` has another, it is in brackets. */
export const fitOptionsSchema = z.strictObject({
  /**
   * Which complete set of defaults the others start from.
   * @default "default"
   */
  preset: z.enum(['default', 'paper']),
  /**
   * Walks over the training rows; `auto` is 5, 4, 3, 2 for N up to 100, 200, 400, and above. Paper: §4.1.
   * @default "auto"
   */
  epochs: z.union([z.literal('auto'), z.int().min(1).max(1000)]),
  /**
   * Real rows a batch. Paper: §4.1 (50).
   * @default 100 (paper: 50)
   */
  batchSize: z.int().min(1).max(1000),
  /**
   * Synthetic rows asked of each θ in a batch; null asks for as many as a batch has.
   * @default null
   */
  rowsPerTheta: z.int().min(1).max(2000).nullable(),
  /**
   * Real rows shown in a prompt (n). Paper: §4.3, Fig. 5 (1 is best).
   * @default 10 (paper: 1)
   */
  examplesPerPrompt: z.int().min(0).max(20),
  /**
   * Synthetic rows asked for in one request.
   * @default 25 (paper: 1)
   */
  rowsPerRequest: z.int().min(1).max(50),
  /**
   * Wording of the prompts. `paper`: with a score to aim at, and the optimizer's work in three steps (Paper: Listings 2
   * and 5). `default`: without them.
   * @default "default" (paper: "paper")
   */
  prompts: z.enum(['default', 'paper']),
  /**
   * Sampling temperature of the generator. Paper: §4.1 (0.5).
   * @default 0.8 (paper: 0.5)
   */
  generatorTemperature: z.number().min(0).max(2),
  /**
   * Sampling temperature of the optimizer. Paper: §4.1 (1.0).
   * @default 1
   */
  optimizerTemperature: z.number().min(0).max(2),
  /**
   * Name of the model that makes rows; null is the endpoint's default.
   * @default null
   */
  generatorModel: z.string().min(1).nullable(),
  /**
   * Name of the model that proposes θ; null is the endpoint's default.
   * @default null
   */
  optimizerModel: z.string().min(1).nullable(),
  /**
   * The classifier of real against synthetic rows. Paper: Table 6.
   * @default "ensemble" (paper: "logistic-regression")
   */
  discriminator: z.enum(['logistic-regression', 'boosted-trees', 'neural-network', 'ensemble']),
  /**
   * `accuracy`: of the discriminator that goes on learning from batch to batch, on the held-out rows of a batch (Paper:
   * §3.2.2). `auc`: out of fold, of a new one for each iteration, on pooled rows.
   * @default "auc" (paper: "accuracy")
   */
  score: z.enum(['accuracy', 'auc']),
  /**
   * First causal structure. Paper: §3.2.1.
   * @default "hill-climbing"
   */
  structure: z.enum(['hill-climbing', 'none', 'given']),
  /**
   * The edges when `structure` is `given`.
   * @default []
   */
  edges: z.array(z.strictObject({ from: z.string(), to: z.string() })),
  /**
   * Edges known to be true, for the graph edit distance only. Paper: Table 9.
   * @default null
   */
  trueEdges: z.array(z.strictObject({ from: z.string(), to: z.string() })).nullable(),
  /**
   * Whether θ is optimised at all; off leaves few-shot generation. Paper: Table 3.
   * @default true
   */
  optimizer: z.boolean(),
  /**
   * Pairs of θ and score shown to the optimizer (k). Paper: §3.2.3, without a number. Authors' code: 3.
   * @default 3
   */
  topPairs: z.int().min(1).max(10),
  /**
   * Share of a θ's rows that must be valid for it to count. Authors' code: 0.8.
   * @default 0.8
   */
  minValidShare: fraction,
  /**
   * Share of a batch that the discriminator is tested on, with `score: accuracy`. Authors' code: 0.2.
   * @default 0.2
   */
  discriminatorTestShare: z.number().min(0.05).max(0.5),
  /**
   * θ scored side by side in each iteration.
   * @default 2 (paper: 1)
   */
  population: z.int().min(1).max(8),
  /**
   * Show the optimizer what gave the rows away (aggregates only).
   * @default true (paper: false)
   */
  feedback: z.boolean(),
  /**
   * Draw some cells of each row in code and let the model complete them.
   * @default true (paper: false)
   */
  partialRows: z.boolean(),
  /**
   * Iterations (batches) in a row in which no new θ became the best, after which a fit ends; 0 never ends it early.
   * Paper: §3.2, without a number; docs/decisions/patience.md has the reasons for ours.
   * @default 4 (paper: 5)
   */
  patience: z.int().min(0).max(100),
  /**
   * Rules between columns that hold beside those that are found: `discharge >= admission`, `total = a + b`,
   * `code -> name`. docs/rules.md has all forms.
   * @default []
   */
  rules: z.array(z.string()),
  /**
   * Rules that are not to be kept though the table keeps them; `all` finds none.
   * @default [] (paper: ["all"])
   */
  withoutRules: z.array(z.string()),
  /**
   * Draw the released rows from the refined generator; off releases the model's rows.
   * @default true (paper: false)
   */
  refinement: z.boolean(),
  /**
   * How near a released row may come to a real one. `off` still drops exact copies.
   * @default "mild" (paper: "off")
   */
  distance: z.enum(DISTANCE_LEVELS),
  /**
   * Least number of people that hold a label, or reach a number, which is shown to the model and drawn; 1 shows all.
   * @default 3 (paper: 1)
   */
  minCount: z.int().min(1).max(50),
  /**
   * Model calls in flight at once.
   * @default 8
   */
  inFlight: z.int().min(1).max(256),
  /**
   * Model calls of a run at most, kept across retries and resume; null is unbounded.
   * @default null
   */
  maxCalls: z.int().min(1).nullable(),
  /**
   * Tokens of a run at most, prompts and replies together; null is unbounded.
   * @default null
   */
  maxTokens: z.int().min(1).nullable(),
  /**
   * Cost of a run at most, in the currency of `prices`; null is unbounded.
   * @default null
   */
  maxCost: z.number().positive().nullable(),
  /**
   * Price of a million prompt and completion tokens, for the cost; null is unknown.
   * @default null
   */
  prices: z.strictObject({ prompt: z.number().min(0), completion: z.number().min(0), currency: z.string() }).nullable(),
  /**
   * Checkpoints kept in the store, with their states: the newest ones.
   * @default 20
   */
  keepCheckpoints: z.int().min(2).max(10_000),
  /**
   * Seed of everything drawn in code, sent to the model too.
   * @default 1
   */
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
  prompts: 'paper',
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
  patience: 5,
  rules: [],
  withoutRules: ['all'],
  refinement: false,
  distance: 'off',
  minCount: 1,
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
  prompts: 'default',
  generatorTemperature: 0.8,
  discriminator: 'ensemble',
  score: 'auc',
  population: 2,
  feedback: true,
  partialRows: true,
  patience: 4,
  withoutRules: [],
  refinement: true,
  distance: 'mild',
  minCount: 3,
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
