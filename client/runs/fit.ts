import { resolve } from 'node:path';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { ModelError, NoModelRowsError, OptionError, RunError } from '../../mallm/errors.js';
import type { Evaluation } from '../../mallm/evaluation/result.js';
import { shapeOf } from '../../mallm/fit/fit-shape.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import type { FitOptions } from '../../mallm/options.js';
import { fitOptionsSchema } from '../../mallm/options.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import type { TableSchema } from '../../mallm/table/dataset.js';
import { noteRoots } from '../../workers/roots.js';
import { defaultStoreUrl } from '../../workers/stores.js';
import { runKeys } from '../../store/keys.js';
import { getObject, putObject, putVersion } from '../../store/object.js';
import type { Progress } from '../../workflows/contract.js';
import { Blocked } from '../errors.js';
import type { FitInput, FitTable } from './fit-input.js';
import { newRunId, readFitInput } from './fit-input.js';
import { inTurn } from './folder-turn.js';
import type { PortableRecord, RunRecord } from './run-folder.js';
import { makeRunFolder, readRunRecord, requireRunRecord, writeRunRecord } from './run-folder.js';
import { drawSample, evaluateSample, fitTheta } from './run.js';
import type { RunContext } from './run.js';
import type { Session } from '../cluster/session.js';
import { openSession } from '../cluster/session.js';
import { firstReply } from './first-reply.js';
import { whereItIs } from './moved-run.js';
import { readVerdicts, wholeManifest, writeResults } from './result-files.js';

/** Lines on columns that are shown before a fit begins. */
const MOST_NOTES = 12;
/** Most rows of a table: beyond, indices of rows are no longer exact in every format. */
const MOST_ROWS = 1_000_000_000;

/** How a command or a program follows what goes on. */
export interface Watcher {
  onProgress?: (progress: Progress) => void;
  /** One line on what was found or done: columns, server, store. */
  onNotice?: (line: string) => void;
  /** Abort to stop waiting; the run can be resumed. */
  signal?: AbortSignal;
  /** Hand the beginning of what the model wrote to `onNotice` when it gives no rows; it is read from the store. */
  showReply?: boolean;
  /** Read from the environment when left out. */
  config?: Config;
}

/** A fit as asked for: the table, any option of the method, and where the results go. */
export interface FitRequest extends FitTable, Partial<FitOptions>, Watcher {
  /** Run folder; `<table>-synthetic` beside the caller by default. */
  out?: string;
  /** Rows to release; as many as the training table has by default. */
  rows?: number;
  /** People to release, in place of `rows`, where people have several rows. */
  people?: number;
  /** Object store: a folder, `file:///…`, or `s3://bucket/prefix`. */
  store?: string;
  /** Where rows come from; `model` asks the model for every released row. */
  draw?: 'refined' | 'model';
}

export interface FitOutcome {
  folder: string;
  manifest: Manifest;
  /** False when the folder already held this very fit, finished. */
  fresh: boolean;
  /** What the evaluation found; null without held-out rows. */
  verdicts: Evaluation['verdicts'] | null;
}

/**
 * Fits θ to a table and draws synthetic rows from it: the whole product in one call.
 *
 * The run is durable: the same request again goes on with an unfinished run in the same folder, and does nothing when
 * it is finished. Leaves `synthetic.csv`, `theta.json`, `theta.md`, `report.html` and `manifest.json` in the folder.
 *
 * @throws TableError, OptionError, ModelError, ServerError, StoreError, RunError; Interrupted and Blocked leave a run
 *   that `resume` goes on with.
 */
export async function fit(request: FitRequest): Promise<FitOutcome> {
  const { onProgress, onNotice, signal, showReply, config = readConfig(), out, people, store, draw } = request;
  const rows = people ?? request.rows;
  assertRowsWanted(rows, people === undefined ? '--rows' : '--people');
  const { table, options } = partsOf(request);
  const input = await readFitInput(table, options);
  if (people !== undefined) assertPeople(input.plan.schema);
  const folder = resolve(out ?? `${input.name}-synthetic`);
  await makeRunFolder(folder);
  const fingerprint = `${input.fingerprint}:${rows ?? 'all'}:${draw ?? ''}:${store ?? ''}${people === undefined ? '' : ':people'}`;
  const earlier = await earlierRun(folder, fingerprint, config);
  const there = earlier && (await finishedOutcome(folder, earlier));
  if (there) return there;
  describeColumns(input, onNotice);
  // An unfinished run lives in the home it was started in, wherever the command is run now.
  const watcher = {
    onProgress,
    onNotice,
    signal,
    showReply,
    config: earlier ? { ...config, home: earlier.home } : config,
  };
  return withSession(watcher, input.plan.options.inFlight, async (session) => {
    const begun = await inTurn(
      folder,
      async () =>
        (await earlierRun(folder, fingerprint, config)) ?? {
          fresh: await startRecord(session, { input, folder, fingerprint, rows, people, store, draw }),
        },
      signal,
    );
    if ('fresh' in begun) return complete(session, folder, begun.fresh, watcher);
    onNotice?.(`joins the fit that ${folder} holds already: no call of it is made twice`);
    return complete(session, folder, begun, watcher);
  });
}

/** The run that a folder holds, if it is this one. @throws RunError when it is another. */
async function earlierRun(folder: string, fingerprint: string, config: Config): Promise<RunRecord | undefined> {
  const found = await readRunRecord(folder);
  if (found?.withoutModel !== undefined) return undefined;
  if (found && found.fingerprint !== fingerprint) throw otherRun(folder, found);
  return found && whereItIs(found, folder, config);
}

/** What a finished run has left; undefined while it is not finished, or once a file of it was removed. */
export async function finishedOutcome(folder: string, { status }: RunRecord): Promise<FitOutcome | undefined> {
  const manifest = status === 'finished' ? await wholeManifest(folder) : undefined;
  return manifest && { folder, manifest, fresh: false, verdicts: await readVerdicts(folder) };
}

/** The table of a request, and the options of the method that it gives. */
export function partsOf(request: FitRequest): { table: FitTable; options: Partial<FitOptions> } {
  const { table, sheet, keepColumns, group, target, context, schema, theta, heldOut, allowWithoutModel, ...rest } =
    request;
  const names = Object.keys(fitOptionsSchema.shape);
  const options = Object.fromEntries(Object.entries(rest).filter(([name]) => names.includes(name)));
  return {
    table: { table, sheet, keepColumns, group, target, context, schema, theta, heldOut, allowWithoutModel },
    options,
  };
}

/** Goes on with the run of a folder, from wherever it stopped, and finishes its results. */
export async function resume({ folder: asked, ...watcher }: Watcher & { folder: string }): Promise<FitOutcome> {
  const folder = resolve(asked);
  const given = watcher.config ?? readConfig();
  const found = await requireRunRecord(folder);
  const there = await finishedOutcome(folder, found);
  if (there) return there;
  await makeRunFolder(folder);
  const record = await whereItIs(found, folder, given);
  const config = { ...given, home: record.home };
  return withSession({ ...watcher, config }, record.shape.inFlight, (session) =>
    complete(session, folder, record, watcher),
  );
}

/** Opens a session for one piece of work and closes it whatever happens. */
export async function withSession<T>(
  { config = readConfig(), onNotice }: Watcher,
  inFlight: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession({
    config,
    workers: !config.temporal,
    inFlight,
    notice: onNotice ?? (() => undefined),
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Everything of a run that is followed from its folder. */
export async function contextOf(
  session: Session,
  folder: string,
  record: RunRecord,
  watcher: Watcher,
): Promise<RunContext> {
  const plan = await getObject<RunPlan>(session.openStore(record.store), record.plan);
  const { onProgress, onNotice, signal } = watcher;
  return { session, record, plan, onProgress, onNotice, signal, resumeWith: `mallm-gan resume ${quoted(folder)}` };
}

/** Follows a run to its end, and writes its results into the folder. */
export async function complete(
  session: Session,
  folder: string,
  record: RunRecord,
  watcher: Watcher,
): Promise<FitOutcome> {
  const { blocked, ...unfinished } = record;
  if (blocked !== undefined) await writeRunRecord(folder, unfinished);
  try {
    return await finish(session, folder, unfinished, watcher);
  } catch (error) {
    if (error instanceof Blocked) await writeRunRecord(folder, { ...unfinished, blocked: error.parts.problem });
    if (error instanceof NoModelRowsError) await noteWithoutModel(session, folder, unfinished, error, watcher);
    throw error;
  }
}

async function noteWithoutModel(
  session: Session,
  folder: string,
  record: RunRecord,
  { parts }: NoModelRowsError,
  { showReply, onNotice }: Watcher,
): Promise<void> {
  await writeRunRecord(folder, { ...record, withoutModel: parts.problem });
  if (showReply) onNotice?.(await firstReply(session.openStore(record.store), record.runId));
}

async function finish(session: Session, folder: string, record: RunRecord, watcher: Watcher): Promise<FitOutcome> {
  const context = await contextOf(session, folder, record, watcher);
  // A finished run is here to have files written again that were removed.
  const fitted = record.fitted ?? (await fitTheta(context));
  const { distance } = context.plan.options;
  const { rows, people, draw } = record;
  const spec = { sampleId: 'first', rows, ...(people ? { people } : {}), draw, distance, conditions: {} };
  const drawn = await drawSample(context, fitted, spec);
  const evaluated = context.plan.heldOut ? await evaluateSample(context, spec.sampleId, drawn) : null;
  const write = async (): Promise<Manifest> => {
    // A second command that followed the same run may have written them meanwhile.
    const there = await readRunRecord(folder);
    const whole = there?.runId === record.runId ? await finishedOutcome(folder, there) : undefined;
    if (whole) return whole.manifest;
    const manifest = await writeResults(context, folder, { fitted, drawn, spec, evaluated });
    await writeRunRecord(folder, { ...record, status: 'finished', fitted });
    return manifest;
  };
  const manifest = await inTurn(folder, write, watcher.signal);
  return { folder, manifest, fresh: true, verdicts: await readVerdicts(folder) };
}

async function startRecord(
  session: Session,
  ask: {
    input: FitInput;
    folder: string;
    fingerprint: string;
    rows?: number;
    people?: number;
    store?: string;
    draw?: 'refined' | 'model';
  },
): Promise<RunRecord> {
  const { input, folder, fingerprint } = ask;
  const runId = newRunId(input.name);
  const url = ask.store ? storeUrl(ask.store) : defaultStoreUrl(session.config);
  await noteRoots(session.config, [url]);
  const store = session.openStore(url);
  const options = await withModelNames(session, input.plan.options);
  const keys = runKeys(runId);
  const train = await putVersion(store, keys.train, input.trainRows);
  const heldOut = input.heldOutRows && (await putVersion(store, keys.heldOut, input.heldOutRows));
  const plan: RunPlan = { ...input.plan, options, runId, train, heldOut };
  const portable: PortableRecord = {
    version: 1,
    runId,
    name: input.name,
    createdAt: new Date().toISOString(),
    fingerprint,
    plan: await putVersion(store, keys.plan, plan),
    shape: shapeOf(options, input.trainRows.length),
    rows: ask.rows ?? input.trainRows.length,
    ...(ask.people === undefined ? {} : { people: true as const }),
    draw: ask.draw ?? (options.refinement ? 'refined' : 'model'),
    source: input.source,
    status: 'unfinished',
  };
  await putObject(store, keys.record, portable);
  const record: RunRecord = { ...portable, store: url, home: session.config.home };
  await writeRunRecord(folder, record);
  return record;
}

/** Asks the endpoints once, before anything is paid: a wrong address or key is an error at once. */
async function withModelNames({ host, config }: Session, options: FitOptions): Promise<FitOptions> {
  if (!host) return options;
  const { generator, optimizer } = host.models;
  const name = async (
    given: string | null,
    model: typeof generator,
    configured: string | undefined,
  ): Promise<string> => {
    const wanted = given ?? configured;
    try {
      const found = await model.defaultModel();
      return wanted ?? found;
    } catch (error) {
      if (wanted !== undefined && !isUnusable(error)) return wanted;
      throw modelProblem(error);
    }
  };
  const generatorModel = await name(options.generatorModel, generator, config.models.generator?.model);
  // At the same endpoint one name is enough.
  const usual = config.models.optimizer?.model ?? (host.models.oneEndpoint ? generatorModel : undefined);
  return { ...options, generatorModel, optimizerModel: await name(options.optimizerModel, optimizer, usual) };
}

function isUnusable(error: unknown): boolean {
  const kind = (error as { kind?: string }).kind;
  return kind === 'unauthorized' || kind === 'connection' || kind === 'quota';
}

/** Nothing runs yet: of what the failure says only what happened counts here, not how to resume. */
function modelProblem(error: unknown): Error {
  const { kind, message } = error as { kind?: string; message: string };
  if (kind === undefined) return error as Error;
  const remedies: Record<string, string> = {
    unauthorized: 'Check OPENAI_API_KEY (or OPENAI_API_KEY_FILE).',
    connection: 'Check OPENAI_BASE_URL and that the endpoint runs, or unset it to use the simulated model.',
    'not-found': 'Check OPENAI_BASE_URL; it usually ends in /v1. Or name the model with --generator-model.',
  };
  return new ModelError({
    problem: `the model endpoint cannot be used: ${message.split('. ', 1)[0]!.replace(/\.$/, '')}`,
    remedy: remedies[kind] ?? 'Check the endpoint, or try again later.',
  });
}

function describeColumns({ plan, trainRows, heldOutRows, notes }: FitInput, notice?: (line: string) => void): void {
  const held = heldOutRows ? `, ${heldOutRows.length} held out` : '';
  notice?.(
    `${plan.name}: ${trainRows.length} training rows${held}, ${plan.schema.columns.length} columns, target "${plan.schema.target}"`,
  );
  for (const note of notes.slice(0, MOST_NOTES)) notice?.(note);
  if (notes.length > MOST_NOTES) notice?.(`… and ${notes.length - MOST_NOTES} more: mallm-gan inspect shows them all`);
}

/** A folder that holds another run than the one that is wanted. */
export function otherRun(folder: string, { status, name }: RunRecord): RunError {
  return new RunError({
    problem: `${folder} already holds ${status === 'finished' ? 'a finished' : 'an unfinished'} fit of ${name} with another table or other options`,
    remedy:
      status === 'finished'
        ? 'Choose another folder with --out.'
        : `Go on with it by \`mallm-gan resume ${quoted(folder)}\`, or choose another folder with --out.`,
  });
}

/** The URL of a store that was given as a URL or a path. */
export function storeUrl(given: string): string {
  if (/^[a-z][a-z0-9]+:\/\//.test(given)) return given;
  return new URL(`file://${resolve(given)}`).href;
}

function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : JSON.stringify(path);
}

/** @throws OptionError for a table in which a row is a person. */
export function assertPeople({ group }: TableSchema): void {
  if (group) return;
  throw new OptionError({
    problem: '--people counts people, and no column of the table names them',
    expected: 'a table in which people have several rows',
    remedy: 'Use --rows, or name the column when fitting: --group COLUMN.',
  });
}

/** Checked before anything is paid: a fit of no rows would be paid and release none. */
function assertRowsWanted(rows: number | undefined, option: string): void {
  if (rows === undefined || (Number.isInteger(rows) && rows >= 1 && rows <= MOST_ROWS)) return;
  throw new OptionError({
    problem: `${option} is out of range`,
    expected: `a whole number from 1 to ${MOST_ROWS}`,
    got: String(rows),
    remedy: `For a thousand: ${option} 1000.`,
  });
}
