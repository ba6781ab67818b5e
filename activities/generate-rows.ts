import { chunkExamples, finalPass, peopleBatches } from '../mallm/generator/few-shot-batch.js';
import { widenSchema } from '../mallm/conditions/condition-parser.js';
import type { Row, TableSchema } from '../mallm/table/dataset.js';
import { CHARACTERS_PER_TOKEN } from '../mallm/prompts/tokens.js';
import type { GeneratorAsk } from '../mallm/prompts/generator-prompt.js';
import { forcedReplySchema, generatorMessages, generatorReplySchema } from '../mallm/prompts/generator-prompt.js';
import { sumRejections, type Rejections } from '../mallm/rejections.js';
import type { RunPlan, StoredCall, StoredRows, StoredTheta } from '../mallm/fit/plan.js';
import { thetaOf } from '../mallm/fit/plan.js';
import { seedOf } from '../mallm/random.js';
import type { Ref } from '../mallm/reference.js';
import {
  drawPeopleSizes,
  numberedRows,
  numberedSchema,
  peopleOfReply,
  peoplePartialRows,
} from '../mallm/generator/people-rows.js';
import { peopleOf } from '../mallm/table/people.js';
import { parseRows } from '../mallm/generator/reply.js';
import type { ParsedRows, RowsAsked } from '../mallm/generator/reply.js';
import type { CallsOfTheta, GenerateRowsInput, GenerateRowsResult, ModelCall } from '../workflows/activity-contract.js';
import type { Dependencies } from './dependencies.js';
import { givenCells } from './given-cells.js';
import { metrics } from './metrics.js';
import { runKeys } from '../store/keys.js';
import { getObject, putVersion } from '../store/object.js';
import type { Turn } from './paid-call.js';
import { callOnce, makeCalls } from './paid-call.js';
import type { ObjectStore } from '../store/object-store.js';

/** What is the same for all calls of the activity. */
interface Context {
  dependencies: Dependencies;
  store: ObjectStore;
  plan: RunPlan;
  trainRows: Row[];
  model: string;
  /** With the labels and ranges that the conditions add. */
  schema: TableSchema;
  /** People of the training rows, as the indexes of their rows; a row may be a person of its own. */
  people: number[][];
  /** The people that are shown as examples, in this order, and the place of the step's first. */
  walk: (readonly number[])[];
  start: number;
  /** Tokens that one row of a reply is allowed. */
  tokensOfRow: number;
}

/** One call with the θ it is made for. */
interface Ask {
  ofTheta: CallsOfTheta;
  theta: StoredTheta;
  call: ModelCall;
}

interface Answer {
  /** Rows that were asked for. */
  asked: number;
  rows: Row[];
  rejections: Rejections;
  call: StoredCall;
}

/**
 * How long an activity goes on to make calls: with a fast model it makes many, since between two activities nothing is in
 * flight; with a slow one few, since a run that is paused or out of budget waits for its activities.
 */
export const LONGEST_MS = 20_000;
/** Tokens allowed to a reply over what the rows are reckoned to need. */
const SPARE_TOKENS = 300;

/**
 * Asks the generator for rows, several calls side by side; every reply is stored under its key before this returns,
 * and looked up before it is asked for. Where calls take long it makes the first ones only: `spending.calls` of them.
 * Paper: Listing 1, L6; Listing 2.
 */
export async function generateRows(
  dependencies: Dependencies,
  input: GenerateRowsInput,
  longestMs = LONGEST_MS,
): Promise<GenerateRowsResult> {
  const context = await openContext(dependencies, input);
  const { store } = context;
  const asks = (await Promise.all(input.thetas.map((ofTheta) => asksOf(store, ofTheta)))).flat();
  const answers = await makeCalls(
    asks.map((ask) => (turn) => askForRows(context, input, ask, turn)),
    input.parallel,
    longestMs,
  );
  const rejections = sumRejections(...answers.map((answer) => answer.rejections));
  const accepted = sum(answers.map((answer) => answer.rows.length));
  metrics.rows(accepted, rejections);
  const rows = input.thetas.flatMap((ofTheta) => {
    const made = answers.filter((_, index) => asks[index]!.ofTheta === ofTheta);
    return made.length > 0 ? [putRows(store, input, ofTheta, made)] : [];
  });
  return {
    rows: await Promise.all(rows),
    accepted,
    rejected: sum(Object.values(rejections)),
    rejections,
    spending: {
      calls: answers.length,
      promptTokens: sum(answers.map(({ call }) => call.promptTokens)),
      completionTokens: sum(answers.map(({ call }) => call.completionTokens)),
    },
  };
}

async function openContext(dependencies: Dependencies, input: GenerateRowsInput): Promise<Context> {
  const store = dependencies.openStore(input.store);
  const plan = await getObject<RunPlan>(store, input.plan);
  const trainRows = await getObject<Row[]>(store, plan.train);
  const { generatorModel } = plan.options;
  const people = peopleOf(plan.schema, trainRows);
  return {
    dependencies,
    store,
    plan,
    trainRows,
    model: generatorModel ?? (await dependencies.generator.defaultModel()),
    // A condition may ask for what no training row shows: then the model may answer with it.
    schema: widenSchema(plan.schema, input.conditions),
    people,
    ...examplesOf(plan, people, input),
    tokensOfRow: tokensOfRow(trainRows, plan.schema),
  };
}

/** Paper: Listing 1, L4-6 (a batch), L17-18 (all training rows). */
function examplesOf(
  { options }: RunPlan,
  people: number[][],
  { epoch, batch, finalPass: pass }: GenerateRowsInput,
): Pick<Context, 'walk' | 'start'> {
  if (pass) {
    const walk = finalPass(people.length, pass.seed).map((person) => people[person]!);
    return { walk, start: pass.callsBefore * options.examplesPerPrompt };
  }
  const { batchSize, seed } = options;
  const batches = peopleBatches(people, { batchSize, epoch, seed });
  return { walk: batches[(batch - 1) % batches.length]!, start: 0 };
}

async function asksOf(store: ObjectStore, ofTheta: CallsOfTheta): Promise<Ask[]> {
  const theta = await getObject<StoredTheta>(store, ofTheta.theta.ref);
  return ofTheta.calls.map((call) => ({ ofTheta, theta, call }));
}

async function putRows(
  store: ObjectStore,
  { runId, step }: GenerateRowsInput,
  { theta, calls }: CallsOfTheta,
  answers: Answer[],
): Promise<{ number: number; ref: Ref }> {
  const stored: StoredRows = {
    theta: theta.number,
    rows: answers.flatMap(({ rows }) => rows),
    asked: sum(answers.map(({ asked }) => asked)),
    calls: answers.map(({ call }) => call),
  };
  const prefix = runKeys(runId).rows(step, theta.number, calls[0]!.index);
  return { number: theta.number, ref: await putVersion(store, prefix, stored) };
}

async function askForRows(
  context: Context,
  input: GenerateRowsInput,
  { ofTheta, theta, call }: Ask,
  turn: Turn,
): Promise<Answer> {
  const { dependencies, store, plan, trainRows, model, walk, start } = context;
  const { options } = plan;
  const { group } = plan.schema;
  const shownPeople = chunkExamples(walk, call.index, options.examplesPerPrompt, start);
  const shown = shownPeople.flat();
  const given = givenCells({ plan, trainRows, theta, input, ofTheta, call });
  const seed = seedOf(options.seed, 'generate', input.step, theta.number, call.index);
  const sizes = group && drawPeopleSizes(context.people, call.rows, seed);
  const schema = numberedSchema(context.schema, Math.max(sizes?.length ?? 0, shownPeople.length));
  const partialRows = given && group ? peoplePartialRows(group, sizes!, given) : given;
  const rows = sizes ? sum(sizes) : call.rows;
  const ask: GeneratorAsk = {
    theta: { ...thetaOf(plan, theta), schema },
    examples: numberedRows(
      plan.schema,
      shownPeople.map((places) => places.map((index) => trainRows[index]!)),
    ),
    rows,
    prompts: options.prompts,
    ...(partialRows ? { partialRows } : {}),
  };
  const forced = partialRows && forcedReplySchema(schema, partialRows);
  const reply = await callOnce({
    store,
    turn,
    key: runKeys(input.runId).rowsReply(input.step, theta.number, call.index),
    model: dependencies.generator,
    request: {
      model,
      temperature: options.generatorTemperature,
      seed,
      messages: generatorMessages(ask),
      jsonSchema: { name: 'rows', schema: generatorReplySchema(schema, rows) },
      ...(forced
        ? {
            forced: {
              messages: generatorMessages({ ...ask, keyed: true }),
              jsonSchema: { name: 'rows', schema: forced },
            },
          }
        : {}),
      maxTokens: SPARE_TOKENS + Math.ceil(rows * context.tokensOfRow),
    },
  });
  const label = `${input.step}-t${theta.number}-c${call.index}`;
  const parsed = inPeople(plan.schema, partialRows ? { sizes, label } : { label }, {
    schema,
    asked: rows,
    text: reply.text,
    finish: reply.finish,
    ...(reply.thoughtsOnly ? { thoughtsOnly: true } : {}),
    ...(partialRows ? { partialRows } : {}),
  });
  const { host, model: name, simulated, promptTokens, completionTokens } = reply;
  return {
    asked: rows,
    ...withAbsent(parsed, rows),
    call: {
      ...{ host, model: name, simulated, promptTokens, completionTokens, shown },
      ...{ rows: parsed.rows.length, unplaced: parsed.unplaced },
    },
  };
}

/** The rows of a reply; where people have several, as whole people, of whom no row is without its place. */
function inPeople(
  schema: TableSchema,
  ofReply: Parameters<typeof peopleOfReply>[2],
  { text, ...asked }: RowsAsked & { text: string },
): ParsedRows {
  const parsed = parseRows(text, asked);
  if (!schema.group) return parsed;
  const { rows, rejections } = peopleOfReply(schema, parsed.rows, ofReply);
  return { ...parsed, rows, unplaced: [], rejections: sumRejections(parsed.rejections, rejections) };
}

/**
 * Rows that were asked for and are nowhere in the reply are counted too, under the reason why nothing could be read where
 * that is so: asked is never more than accepted and rejected.
 */
function withAbsent({ rows, rejections, unreadable }: ParsedRows, asked: number): Pick<Answer, 'rows' | 'rejections'> {
  // What would have come after the end of a reply that has none was cut off, too.
  const reason = unreadable ?? (rejections['cut-off'] ? 'cut-off' : 'not-in-reply');
  const absent = asked - rows.length - sum(Object.values(rejections));
  return { rows, rejections: absent > 0 ? sumRejections(rejections, { [reason]: absent }) : rejections };
}

/** Tokens of one row as JSON, estimated from the training rows, with room to spare. */
function tokensOfRow(rows: Row[], { columns }: TableSchema): number {
  const sample = rows.slice(0, 50);
  const characters = sum(sample.map((row) => JSON.stringify(row).length)) / Math.max(1, sample.length);
  const names = JSON.stringify(columns.map(({ name }) => name)).length + 3 * columns.length;
  return (1.6 * (characters + names)) / CHARACTERS_PER_TOKEN;
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
