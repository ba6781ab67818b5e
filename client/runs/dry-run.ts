import type { FitOptions } from '../../mallm/options.js';
import { chunkExamples, peopleBatches } from '../../mallm/generator/few-shot-batch.js';
import { shapeOf } from '../../mallm/fit/fit-shape.js';
import { CHARACTERS_PER_TOKEN } from '../../mallm/prompts/tokens.js';
import { generatorMessages } from '../../mallm/prompts/generator-prompt.js';
import { optimizerMessages } from '../../mallm/optimizer/optimizer-prompt.js';
import { edgesToBeginWith, firstParts } from '../../mallm/fit/plan.js';
import { drawPartialRows } from '../../mallm/generator/partial-rows.js';
import { drawPeopleSizes, numberedRows, numberedSchema, peoplePartialRows } from '../../mallm/generator/people-rows.js';
import { peopleOf } from '../../mallm/table/people.js';
import { seedOf } from '../../mallm/random.js';
import { costOf } from '../../mallm/fit/spending.js';
import { searchStructure } from '../../mallm/theta/structure-search.js';
import type { Theta } from '../../mallm/theta/theta.js';
import type { FitRequest } from './fit.js';
import { partsOf } from './fit.js';
import type { FitInput } from './fit-input.js';
import { readFitInput } from './fit-input.js';

/** What a fit would ask and cost at most; a fit that converges early costs less. */
export interface Estimate {
  generatorCalls: number;
  optimizerCalls: number;
  promptTokens: number;
  completionTokens: number;
  /** Null where no prices are given. */
  cost: number | null;
  /** Real rows that would be shown, each time counted. */
  realRowsShown: number;
}

/** The prompts of a fit, and how many calls, tokens and how much money it takes. Makes no call and writes nothing. */
export async function dryRun(request: FitRequest): Promise<{ estimate: Estimate; lines: string[] }> {
  const { rows, draw } = request;
  const { table, options } = partsOf(request);
  const input = await readFitInput(table, options);
  const prompts = samplePrompts(input);
  const estimate = estimateOf(input, prompts, draw ?? (input.plan.options.refinement ? 'refined' : 'model'), rows);
  return { estimate, lines: [...input.notes, ...linesOf(input, prompts, estimate)] };
}

interface Prompts {
  generator: string;
  optimizer: string;
}

function samplePrompts({ plan, trainRows }: FitInput): Prompts {
  const { options, schema, context } = plan;
  const edges = edgesToBeginWith(plan) ?? searchStructure(schema, trainRows, { seed: options.seed });
  const theta: Theta = { context, schema, ...firstParts(plan, edges) };
  const { batchSize, rowsPerRequest: count } = options;
  const people = peopleOf(schema, trainRows);
  const [batch] = peopleBatches(people, { batchSize, epoch: 1, seed: options.seed });
  const shown = chunkExamples(batch!, 0, options.examplesPerPrompt);
  const examples = numberedRows(
    schema,
    shown.map((places) => places.map((index) => trainRows[index]!)),
  );
  const { givenColumns: columns } = theta;
  const { prompts, score: metric } = options;
  const seed = seedOf(options.seed, 'dry-run');
  const drawn = columns && drawPartialRows({ schema, rows: trainRows, edges, count, seed, columns });
  const sizes = schema.group && drawPeopleSizes(people, count, seed);
  const partialRows = drawn && schema.group ? peoplePartialRows(schema.group, sizes!, drawn) : drawn;
  const numbered = { ...theta, schema: numberedSchema(schema, Math.max(sizes?.length ?? 0, shown.length)) };
  const rows = sizes?.reduce((sum, size) => sum + size, 0) ?? count;
  return {
    generator: textOf(
      generatorMessages({ theta: numbered, examples, rows, prompts, ...(partialRows ? { partialRows } : {}) }),
    ),
    optimizer: textOf(optimizerMessages({ pairs: [{ theta, score: 0.9 }], metric, prompts })),
  };
}

function estimateOf(
  { plan, trainRows }: FitInput,
  prompts: Prompts,
  draw: 'refined' | 'model',
  rows = trainRows.length,
): Estimate {
  const { options, schema } = plan;
  const shape = shapeOf(options, trainRows.length);
  const steps = shape.epochs * shape.batchesPerEpoch;
  const thetas = 1 + (shape.optimizer ? (steps - 1) * shape.population : steps - 1);
  const released = draw === 'model' ? Math.ceil(rows / options.rowsPerRequest) : 0;
  const generatorCalls = thetas * shape.callsPerTheta + released;
  const optimizerCalls = shape.optimizer ? (steps - 1) * shape.population : 0;
  const rowTokens =
    rowLength(
      schema.columns.map(({ name }) => name),
      trainRows,
    ) / CHARACTERS_PER_TOKEN;
  const promptTokens = Math.ceil(
    (generatorCalls * prompts.generator.length + optimizerCalls * (prompts.optimizer.length + 1500)) /
      CHARACTERS_PER_TOKEN,
  );
  const completionTokens = Math.ceil(generatorCalls * options.rowsPerRequest * rowTokens + optimizerCalls * 400);
  const spending = { calls: generatorCalls + optimizerCalls, promptTokens, completionTokens };
  const cost = costOf(spending, options.prices);
  return {
    generatorCalls,
    optimizerCalls,
    promptTokens,
    completionTokens,
    cost,
    realRowsShown: generatorCalls * options.examplesPerPrompt,
  };
}

function linesOf({ plan, trainRows }: FitInput, prompts: Prompts, estimate: Estimate): string[] {
  const { options } = plan;
  const money =
    estimate.cost === null
      ? 'unknown (give --price-in and --price-out)'
      : `${estimate.cost.toFixed(4)} ${options.prices!.currency}`;
  return [
    '--- the first prompt to the generator ---',
    prompts.generator,
    '',
    '--- the first prompt to the optimizer (with an invented score) ---',
    prompts.optimizer,
    '',
    '--- at most ---',
    `training rows    ${trainRows.length}`,
    `generator calls  ${estimate.generatorCalls}, each asking ${options.rowsPerRequest} rows and showing ${options.examplesPerPrompt} real ones`,
    `optimizer calls  ${estimate.optimizerCalls}`,
    `tokens           about ${estimate.promptTokens} in prompts, ${estimate.completionTokens} in replies`,
    `cost             ${money}`,
    `bounds           ${bounds(options)}`,
    'No call was made.',
  ];
}

function bounds({ maxCalls, maxTokens, maxCost }: FitOptions): string {
  const set = Object.entries({ calls: maxCalls, tokens: maxTokens, cost: maxCost }).filter(
    ([, value]) => value !== null,
  );
  return set.length > 0
    ? set.map(([name, value]) => `${name} ${value}`).join(', ')
    : 'none (--max-calls, --max-tokens, --max-cost)';
}

/** Characters of one row as JSON. */
function rowLength(names: string[], rows: FitInput['trainRows']): number {
  const sample = rows.slice(0, 50);
  const cells = sample.reduce((sum, row) => sum + JSON.stringify(row).length, 0) / sample.length;
  return cells + names.reduce((sum, name) => sum + name.length + 4, 0);
}

function textOf(messages: { role: string; content: string }[]): string {
  return messages.map(({ role, content }) => `[${role}]\n${content}`).join('\n\n');
}
