import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatCsv, parseCsv } from '../mallm/csv.js';
import { describeCondition } from '../mallm/condition.js';
import { unseenValues } from '../mallm/condition-parser.js';
import type { Row } from '../mallm/dataset.js';
import { columnNamed } from '../mallm/dataset.js';
import { RunError } from '../mallm/errors.js';
import type { EvaluationWithBaselines } from '../mallm/evaluation/result.js';
import type { FitState, HostSeen } from '../mallm/fit-state.js';
import { exposureOf, seenBy } from '../mallm/fit-state.js';
import type { Manifest, Rejections } from '../mallm/manifest.js';
import type { StoredRows, StoredTheta } from '../mallm/plan.js';
import { readRows } from '../mallm/schema-inference.js';
import { addSpending, costOf } from '../mallm/spending.js';
import { thetaDocument } from '../mallm/theta-document.js';
import type { ThetaFile } from '../mallm/trajectory.js';
import type { Ref } from '../mallm/reference.js';
import { renderReport } from '../report/index.js';
import { findObject, getBytes, getObject } from '../workers/store.js';
import type { OptimizeThetaResult, SampleResult } from '../workflows/contract.js';
import { folderError, writeWhole } from './run-folder.js';
import type { RunContext, SampleSpec } from './run.js';

export const SYNTHETIC = 'synthetic.csv';
const MANIFEST = 'manifest.json';
/** Released rows that the report looks at. */
const ROWS_IN_REPORT = 2000;

export interface Results {
  fitted: OptimizeThetaResult;
  drawn: SampleResult;
  spec: SampleSpec;
  evaluated: Ref | null;
}

/** Writes the files of a finished run: the table, θ, the report, and last the manifest that names their hashes. */
export async function writeResults(context: RunContext, folder: string, results: Results): Promise<Manifest> {
  const { session, record, plan } = context;
  const store = session.openStore(record.store);
  const state = await getObject<FitState>(store, results.fitted.state);
  const theta = await thetaFileOf(context, state, results.fitted);
  const tableHash = await writeTable(context, results.drawn, join(folder, SYNTHETIC));
  const stored = results.evaluated && (await getObject<EvaluationWithBaselines>(store, results.evaluated));
  const manifest = await manifestOf(context, state, results);

  const files: [string, string][] = [
    ['theta.json', `${JSON.stringify(theta, null, 2)}\n`],
    ['theta.md', thetaDocument(theta)],
  ];
  if (stored) files.push(['evaluation.json', `${JSON.stringify(stored.evaluation, null, 2)}\n`]);
  const report = renderReport({
    manifest,
    theta,
    schema: plan.schema,
    train: await getObject<Row[]>(store, plan.train),
    synthetic: await firstRows(context, results.drawn),
    evaluation: stored?.evaluation ?? null,
    baselines: stored?.baselines ?? [],
  });
  files.push(['report.html', report]);
  const hashes: Record<string, string> = { [SYNTHETIC]: tableHash };
  for (const [name, content] of files) {
    await writeWhole(join(folder, name), content);
    hashes[name] = createHash('sha256').update(content).digest('hex');
  }
  const whole = { ...manifest, files: hashes };
  await writeWhole(join(folder, MANIFEST), `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** Writes a generated table: header and parts in order, as a stream, whole or not at all. @returns its sha256. */
export async function writeTable(
  { session, record, plan }: RunContext,
  { parts }: SampleResult,
  path: string,
): Promise<string> {
  const store = session.openStore(record.store);
  const hash = createHash('sha256');
  const beside = `${path}.${process.pid}.tmp`;
  const content = async function* (): AsyncGenerator<Buffer> {
    const header = Buffer.from(formatCsv(plan.schema, [], plan.dialect));
    hash.update(header);
    yield header;
    for (const part of parts) {
      const bytes = await getBytes(store, part.ref);
      hash.update(bytes);
      yield bytes;
    }
  };
  try {
    await pipeline(Readable.from(content()), createWriteStream(beside, { flush: true }));
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw (error as NodeJS.ErrnoException).syscall ? folderError(path, error) : error;
  }
  return hash.digest('hex');
}

/** The manifest of a run, all but the hashes of its files. */
export async function manifestOf(
  context: RunContext,
  state: FitState,
  { fitted, drawn, spec }: Results,
): Promise<Manifest> {
  const { record, plan } = context;
  const hosts = await hostsOf(context, state, spec.sampleId);
  const spending = addSpending(fitted.spending, drawn.spending);
  const cost = costOf(spending, plan.options.prices);
  // A refined draw rejects its own rows; a model's draw rejects the model's.
  const [ofModel, ofDraw] =
    spec.draw === 'model' ? [[fitted.rejections, drawn.rejections], []] : [[fitted.rejections], [drawn.rejections]];
  const rejections = sumOf(ofModel);
  const modelOf = (role: 'generator' | 'optimizer'): string =>
    hosts.find((host) => host.role === role)?.model ?? 'none';
  return {
    version: 1,
    name: record.name,
    runId: record.runId,
    createdAt: record.createdAt,
    finishedAt: new Date().toISOString(),
    simulated: hosts.some((host) => host.simulated),
    models: { generator: modelOf('generator'), optimizer: modelOf('optimizer') },
    seed: plan.options.seed,
    options: plan.options,
    table: {
      file: record.name,
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
    shortfall: drawn.shortfall,
    rejections,
    drawRejections: sumOf(ofDraw),
    calls: spending.calls,
    tokens: { prompt: spending.promptTokens, completion: spending.completionTokens },
    cost: cost === null ? null : { amount: cost, currency: plan.options.prices!.currency },
    trajectory: state.trajectory,
    exposure: exposureOf(hosts),
    conditions: Object.entries(spec.conditions).map(([name, condition]) =>
      describeCondition(columnNamed(plan.schema, name), condition),
    ),
    unseen: unseenValues(plan.schema, spec.conditions),
    draw: spec.draw,
    distance: spec.distance,
    store: record.store,
    files: {},
  };
}

function sumOf(parts: readonly Rejections[]): Rejections {
  const sum: Rejections = {};
  for (const part of parts)
    for (const [reason, count] of Object.entries(part)) sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
  } catch {
    throw new RunError({
      problem: `${join(folder, MANIFEST)} cannot be read`,
      expected: 'the manifest of a finished fit',
      remedy: 'Run the fit again with another --out.',
    });
  }
}

/** Hosts of the fit, and of the model calls that this sample made. */
async function hostsOf({ session, record }: RunContext, state: FitState, sampleId: string): Promise<HostSeen[]> {
  const store = session.openStore(record.store);
  const trainRows = state.hosts[0]?.sent.length ?? 0;
  let { hosts } = state;
  for await (const { key } of store.list(`runs/${record.runId}/rows/sample-${sampleId}-`)) {
    const found = await findObject<StoredRows>(store, key);
    if (found) hosts = seenBy(hosts, 'generator', found.calls, trainRows);
  }
  return hosts;
}

async function thetaFileOf(
  { session, record, plan }: RunContext,
  state: FitState,
  fitted: OptimizeThetaResult,
): Promise<ThetaFile> {
  const store = session.openStore(record.store);
  const thetas = await Promise.all(
    state.pairs.map(async ({ theta, ...pair }) => {
      const { causalStructure, taskInstruction, told } = await getObject<StoredTheta>(store, theta);
      return { ...pair, causalStructure, taskInstruction, told };
    }),
  );
  return { version: 1, context: plan.context, schema: plan.schema, best: fitted.best.number, thetas };
}

async function firstRows({ session, record, plan }: RunContext, { parts }: SampleResult): Promise<Row[]> {
  const store = session.openStore(record.store);
  const header = formatCsv(plan.schema, [], plan.dialect);
  const first = parts.find((part) => part.rows > 0);
  if (!first) return [];
  const body = (await getBytes(store, first.ref)).toString('utf8');
  const { header: names, records } = parseCsv(Buffer.from(header + body));
  return readRows(plan.schema, names, records.slice(0, ROWS_IN_REPORT));
}
