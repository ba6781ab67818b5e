import { z } from 'zod';
import { fitOptionsSchema } from '../options.js';
import { DISTANCE_LEVELS } from '../refinement/row-distance.js';
import { PROTECTIONS } from '../table/protection/column-protection.js';

const count = z.int().min(0);
const fraction = z.number().min(0).max(1);
const reasons = z.record(z.string(), count);
const interval = z.tuple([z.number(), z.number()]);
const scoreOfTheta = z.strictObject({
  theta: count.describe('number in theta.json'),
  score: fraction,
  interval: interval.describe('95 % interval of the score'),
});

const trajectoryPoint = z.strictObject({
  epoch: count,
  batch: count,
  score: fraction
    .nullable()
    .describe('lowest score of the θ that are new in the iteration; lower is better; null when none of them counts'),
  interval: interval.optional().describe('95 % interval of the score'),
  best: fraction
    .nullable()
    .describe(
      'lowest score of all θ by the classifier of this iteration, which is another one in each: it may rise; null while no θ counts',
    ),
  bestTheta: count.describe('number in theta.json of the θ that has the best score'),
  theta: count.describe('number in theta.json of the θ that has the score'),
  accepted: count.describe("the model's rows accepted in this iteration"),
  rejected: count.describe("the model's rows rejected in this iteration"),
  blind: z
    .literal(true)
    .optional()
    .describe('the classifier predicted one class for every row: θ that are new in the iteration do not count'),
  graphEditDistance: count.optional().describe('of the best θ to the true edges, when they were given'),
});

const exposure = z.strictObject({
  host: z.string().describe('host that was asked, without a path or a key'),
  role: z.enum(['generator', 'optimizer']),
  model: z.string(),
  calls: count,
  promptTokens: count,
  completionTokens: count,
  realRows: count.describe('different training rows this host was shown'),
  realRowsSent: count.describe('times that a training row was sent to this host'),
});

/** `manifest.json` of a run folder. docs/manifest.schema.json is made from this. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  name: z.string().describe('name of the table'),
  runId: z.string(),
  createdAt: z.string(),
  finishedAt: z.string(),
  simulated: z.boolean().describe('true when any row or θ came from the simulated model'),
  models: z
    .strictObject({ generator: z.string(), optimizer: z.string() })
    .describe('names the endpoints reported; `none` when not asked'),
  seed: count,
  options: fitOptionsSchema,
  table: z.strictObject({ file: z.string(), rows: count, columns: count, target: z.string() }),
  rows: z.strictObject({
    asked: count.describe('rows that were to be released'),
    released: count,
    accepted: count.describe("the model's rows that passed every check"),
    rejected: count.describe("the model's rows that were not kept; the sum of `rejections`"),
  }),
  withoutModel: z
    .enum(['unwanted', 'allowed'])
    .optional()
    .describe(
      'present when no θ had enough valid rows to count: the rows are drawn from the training rows alone; whether that was allowed',
    ),
  ended: z
    .string()
    .optional()
    .describe('present when a bound or a request ended the fit early: by what, and what was not done'),
  shortfall: z.string().nullable().describe('why fewer rows were released than asked'),
  rejections: reasons.describe("reason → the model's rows rejected for it"),
  drawRejections: reasons.describe('reason → drawn rows that were not released for it'),
  calls: count.describe('model calls paid for'),
  tokens: z.strictObject({ prompt: count, completion: count }),
  cost: z.strictObject({ amount: z.number(), currency: z.string() }).nullable(),
  firstAndBest: z
    .strictObject({
      first: scoreOfTheta,
      best: scoreOfTheta,
      difference: z.number().describe('score of the best less that of the first'),
      interval: interval.nullable().describe('95 % interval of the difference; null when the first θ is the best'),
    })
    .nullable()
    .optional()
    .describe(
      'the first θ that counted and the best one, scored by one classifier, the newest; null when none counted',
    ),
  trajectory: z.array(trajectoryPoint),
  exposure: z.array(exposure),
  repeats: z
    .strictObject({
      ofTraining: count.describe('released rows that equal a training row'),
      repeated: count.describe('released rows that equal an earlier one; identifiers do not count'),
      acrossParts: count.describe('of these, rows whose first equal is in another part'),
      byNature: z.boolean().describe('true when the training rows repeat, too: few columns with few values'),
    })
    .describe('rows that are not the only ones of their content'),
  sampleId: z.string().describe('names the draw within the run'),
  format: z.enum(['csv', 'jsonl', 'parquet']).describe('of the table'),
  parts: z
    .array(z.strictObject({ key: z.string(), rows: count, bytes: count, sha256: z.string() }))
    .describe('the parts of the table in the object store, in order: CSV without a header'),
  conditions: z.array(z.string()).describe('what every released row satisfies'),
  unseen: z.array(z.string()).describe('conditions that ask for what no training row shows'),
  rules: z
    .array(
      z.strictObject({
        rule: z.string().describe('as --rule takes it'),
        of: count.describe('released rows in which its cells are there'),
        kept: count.describe('of these, rows that keep it'),
      }),
    )
    .optional()
    .describe('rules between columns that every training row keeps; not there where there are none'),
  draw: z.enum(['refined', 'model']).describe('where released rows come from'),
  distance: z.enum(DISTANCE_LEVELS).describe('how near a released row may come to a real one'),
  emptied: z
    .array(z.string())
    .optional()
    .describe('columns without a value in any released row though training rows have: an error of mallm-gan'),
  protected: z
    .array(
      z.strictObject({
        column: z.string(),
        how: z.enum(PROTECTIONS),
        cells: count.describe('cells of the training rows that it concerns'),
        inWords: z.string(),
      }),
    )
    .optional()
    .describe('what was done to the training rows before the model and the refinement see them; docs/protection.md'),
  refinement: z
    .strictObject({
      sharpened: z.boolean().describe('the target was drawn sharper: for training models, not for effect sizes'),
      modelRows: z.strictObject({
        given: count.describe('rows of the model that were offered'),
        used: count.describe(
          'of these, rows that can be drawn and are no copies or near copies of what their prompt showed',
        ),
      }),
      poolWeights: z
        .record(z.string(), z.number().min(0))
        .describe("column → how many times the training rows the model's rows count for it"),
      inWords: z.string().describe('the same in words'),
    })
    .optional()
    .describe('how the rows were drawn; not there when they are the model’s own'),
  store: z.string().describe('URL of the object store, without credentials'),
  schedule: z
    .strictObject({
      name: z.string(),
      slot: z.string().describe('the time the schedule meant, UTC'),
      outcome: z.enum(['regenerated', 'refitted']),
      why: z.string(),
      quality: fraction
        .nullable()
        .describe('how hard the rows are to distinguish from held-out rows: 2·(1 − AUC); null without held-out rows'),
    })
    .optional()
    .describe('the schedule that made this table, if one did'),
  files: z.record(z.string(), z.string()).describe('file name → sha256'),
});

export type Manifest = z.infer<typeof manifestSchema>;
/** One point of a fit: the score after this epoch and batch. */
export type TrajectoryPoint = Manifest['trajectory'][number];
/** One host that was asked, and what it saw. */
export type Exposure = Manifest['exposure'][number];
