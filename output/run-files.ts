import { formatCsv, parseCsv } from '../mallm/table/formats/csv.js';
import { describeCondition } from '../mallm/conditions/condition.js';
import { unseenValues } from '../mallm/conditions/condition-parser.js';
import type { Row } from '../mallm/table/dataset.js';
import { columnNamed } from '../mallm/table/dataset.js';
import type { EvaluationWithBaselines } from '../mallm/evaluation/result.js';
import type { FitState, HostSeen, Pair } from '../mallm/fit/fit-state.js';
import { exposureOf, seenBy } from '../mallm/fit/fit-state.js';
import { shapeOf } from '../mallm/fit/fit-shape.js';
import type { Manifest } from '../mallm/fit/manifest.js';
import { sumRejections } from '../mallm/rejections.js';
import { GENERATOR_VERSION, type RefinedGenerator } from '../mallm/refinement/generator.js';
import { poolInWords } from '../mallm/refinement/in-words.js';
import type { RunPlan, StoredRows, StoredTheta } from '../mallm/fit/plan.js';
import { readRows } from '../mallm/table/inference/schema-inference.js';
import { ruleText } from '../mallm/table/rule.js';
import { addSpending, costOf } from '../mallm/fit/spending.js';
import { evolvingParts } from '../mallm/theta/theta.js';
import { thetaDocument } from '../mallm/theta/theta-document.js';
import type { ThetaFile } from '../mallm/theta/theta-file.js';
import type { Ref } from '../mallm/reference.js';
import type { ReportInput } from '../report/index.js';
import type { Candidate, OptimizeThetaResult, Part, SampleInput, SampleResult } from '../workflows/contract.js';
import { runKeys } from '../store/keys.js';
import { emptiedColumns } from './emptied-columns.js';
import { getWholeFit } from '../store/fit-pages.js';
import { findObject, getBytes, getObject } from '../store/object.js';
import type { ObjectStore } from '../store/object-store.js';

/** Names of the files that results are looked for by. */
export const SYNTHETIC = 'synthetic.csv';
export const MANIFEST = 'manifest.json';
/** All files of a finished run. */
export const RESULT_FILES = [SYNTHETIC, 'theta.json', 'theta.md', 'evaluation.json', 'report.html', MANIFEST];
/** Released rows that the report looks at. */
const ROWS_IN_REPORT = 2000;

/** A table that was drawn from a fitted θ, and the run that it came of. */
export interface Results {
  run: { runId: string; name: string; createdAt: string; plan: RunPlan };
  fitted: OptimizeThetaResult;
  drawn: SampleResult;
  spec: Pick<SampleInput, 'sampleId' | 'draw' | 'distance' | 'conditions'>;
  evaluated: Ref | null;
  /** When the last of it was ended. */
  finishedAt: string;
}

/** The files that describe a table, beside the table itself; the manifest comes last, with the hashes of all. */
export async function describingFiles(
  store: ObjectStore,
  results: Results,
  render: (input: ReportInput) => string | Promise<string>,
): Promise<{ files: [name: string, content: string][]; manifest: Manifest }> {
  const { plan } = results.run;
  const manifest = await manifestOf(store, results);
  const theta = await thetaFileOf(store, results);
  const stored = results.evaluated && (await getObject<EvaluationWithBaselines>(store, results.evaluated));
  const report = await render({
    manifest,
    theta,
    schema: plan.schema,
    train: await getObject<Row[]>(store, plan.train),
    synthetic: await firstRows(store, results),
    evaluation: stored?.evaluation ?? null,
    baselines: stored?.baselines ?? [],
  });
  const evaluation: [string, string][] = stored
    ? [['evaluation.json', `${JSON.stringify(stored.evaluation, null, 2)}\n`]]
    : [];
  const files: [string, string][] = [
    ['theta.json', `${JSON.stringify(theta, null, 2)}\n`],
    ['theta.md', thetaDocument(theta)],
    ...evaluation,
    ['report.html', report],
  ];
  return { files, manifest };
}

/** The manifest of a run, all but the hashes of its files. */
export async function manifestOf(store: ObjectStore, results: Results): Promise<Manifest> {
  const { run, fitted, drawn, spec, finishedAt } = results;
  const { plan } = run;
  const state = await getWholeFit(store, fitted.state);
  const hosts = await hostsOf(store, results, state);
  const spending = addSpending(fitted.spending, drawn.spending);
  const cost = costOf(spending, plan.options.prices);
  const parts = await getObject<Part[]>(store, drawn.parts);
  // Under conditions a column may be empty by right.
  const emptied = Object.keys(spec.conditions).length > 0 ? [] : await emptiedColumns(store, plan, parts);
  // A refined draw rejects its own rows; a model's draw rejects the model's.
  const [ofModel, ofDraw] =
    spec.draw === 'model' ? [[fitted.rejections, drawn.rejections], []] : [[fitted.rejections], [drawn.rejections]];
  const rejections = sumRejections(...ofModel);
  const modelOf = (role: 'generator' | 'optimizer'): string =>
    hosts.find((host) => host.role === role)?.model ?? 'none';
  return {
    version: 1,
    name: run.name,
    runId: run.runId,
    createdAt: run.createdAt,
    finishedAt,
    simulated: hosts.some((host) => host.simulated),
    models: { generator: modelOf('generator'), optimizer: modelOf('optimizer') },
    seed: plan.options.seed,
    options: plan.options,
    table: {
      file: run.name,
      rows: state.hosts[0]?.sent.length ?? 0,
      columns: plan.schema.columns.length,
      target: plan.schema.target,
    },
    rows: {
      asked: drawn.asked,
      released: drawn.released,
      accepted: fitted.accepted + (spec.draw === 'model' ? drawn.released : 0),
      rejected: Object.values(rejections).reduce((sum, count) => sum + count, 0),
    },
    ...(spec.draw === 'refined' && state.pool.length === 0
      ? { withoutModel: plan.allowWithoutModel ? ('allowed' as const) : ('unwanted' as const) }
      : {}),
    ...endedOf(fitted, plan, state),
    shortfall: drawn.shortfall,
    rejections,
    drawRejections: sumRejections(...ofDraw),
    calls: spending.calls,
    tokens: { prompt: spending.promptTokens, completion: spending.completionTokens },
    cost: cost === null ? null : { amount: cost, currency: plan.options.prices!.currency },
    firstAndBest: state.firstAndBest ?? null,
    trajectory: state.trajectory,
    exposure: exposureOf(hosts),
    repeats: drawn.repeats,
    sampleId: spec.sampleId,
    format: 'csv',
    parts: parts.map(({ ref: { uri, sha256, bytes }, rows }) => ({ key: uri, rows, bytes, sha256 })),
    conditions: Object.entries(spec.conditions).map(([name, condition]) =>
      describeCondition(columnNamed(plan.schema, name), condition),
    ),
    unseen: unseenValues(plan.schema, spec.conditions),
    ...rulesOf(plan.schema, parts),
    draw: spec.draw,
    distance: spec.distance,
    ...(emptied.length > 0 && { emptied }),
    ...(plan.protections && { protected: plan.protections }),
    ...(await refinementOf(store, drawn)),
    store: store.url,
    files: {},
  };
}

/** In how many released rows each rule applies, and in how many of these it is kept. */
function rulesOf({ rules }: RunPlan['schema'], parts: readonly Part[]): Pick<Manifest, 'rules'> {
  if (!rules) return {};
  const sum = (i: number, of: 'of' | 'kept'): number =>
    parts.reduce((total, part) => total + (part.rules?.[i]?.[of] ?? 0), 0);
  return { rules: rules.map((rule, i) => ({ rule: ruleText(rule), of: sum(i, 'of'), kept: sum(i, 'kept') })) };
}

/** How the rows were drawn; nothing for rows of the model, and for those of an older generator. */
async function refinementOf(store: ObjectStore, { generator }: SampleResult): Promise<Pick<Manifest, 'refinement'>> {
  if (!generator) return {};
  const { version, sharpened, modelRows, poolWeights } = await getObject<RefinedGenerator>(store, generator);
  if (version !== GENERATOR_VERSION) return {};
  const rounded = Object.entries(poolWeights).map(([name, weight]) => [name, Number(weight.toFixed(3))]);
  const inWords = poolInWords({ modelRows, poolWeights });
  return {
    refinement: { sharpened, modelRows, poolWeights: Object.fromEntries(rounded) as typeof poolWeights, inWords },
  };
}

/** What ended a fit before its last step, and what was not done; nothing when it ended by itself. */
function endedOf(
  { ended, limits }: OptimizeThetaResult,
  { options }: RunPlan,
  state: FitState,
): Pick<Manifest, 'ended'> {
  if (ended !== 'budget' && ended !== 'stopped') return {};
  const { maxCalls, maxTokens, maxCost } = limits?.budget ?? options;
  const bounds = Object.entries({ '--max-calls': maxCalls, '--max-tokens': maxTokens, '--max-cost': maxCost });
  const set = bounds.filter(([, bound]) => bound !== null).map(([name, bound]) => `${name} ${bound}`);
  const { epochs, batchesPerEpoch } = shapeOf(options, state.hosts[0]?.sent.length ?? 0);
  const by = ended === 'stopped' ? 'on request' : `by ${set.join(', ')}`;
  return { ended: `${by}, after ${state.trajectory.length} of ${epochs * batchesPerEpoch} steps` };
}

/** Hosts of the fit, and of the model calls that this sample made. */
async function hostsOf(store: ObjectStore, { run, spec }: Results, state: FitState): Promise<HostSeen[]> {
  const trainRows = state.hosts[0]?.sent.length ?? 0;
  let { hosts } = state;
  for await (const { key } of store.list(runKeys(run.runId).rowsOfSample(spec.sampleId))) {
    const found = await findObject<StoredRows>(store, key);
    if (found) hosts = seenBy(hosts, 'generator', found.calls, trainRows);
  }
  return hosts;
}

async function thetaFileOf(store: ObjectStore, { run: { plan }, fitted }: Results): Promise<ThetaFile> {
  const state = await getWholeFit(store, fitted.state);
  const pairs = state.pairs.length > 0 ? state.pairs : [await unscored(store, fitted.best)];
  const thetas = await Promise.all(
    pairs.map(async ({ theta, ...pair }) => {
      const stored = await getObject<StoredTheta>(store, theta);
      return { ...pair, ...evolvingParts(stored), told: stored.told };
    }),
  );
  return {
    ...{ version: 1, context: plan.context, schema: plan.schema, best: fitted.best.number },
    firstAndBest: state.firstAndBest ?? null,
    thetas,
  };
}

/** The first θ, of a fit that was stopped before its rows were scored. */
async function unscored(store: ObjectStore, { number, ref }: Candidate): Promise<Pair> {
  const { parent, epoch, batch } = await getObject<StoredTheta>(store, ref);
  return {
    ...{ number, parent, epoch, batch, theta: ref, validShare: 0, counted: false },
    ...{ score: null, interval: null, adjustedScore: null, adjustedInterval: null },
  };
}

async function firstRows(store: ObjectStore, { run: { plan }, drawn: { parts } }: Results): Promise<Row[]> {
  const header = formatCsv(plan.schema, [], plan.dialect);
  const first = (await getObject<Part[]>(store, parts)).find((part) => part.rows > 0);
  if (!first) return [];
  const body = (await getBytes(store, first.ref)).toString('utf8');
  const { header: names, records } = parseCsv(Buffer.from(header + body));
  return readRows(plan.schema, names, records.slice(0, ROWS_IN_REPORT));
}
