import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { mergeConditions, parseCondition, unseenValues } from '../../mallm/conditions/condition-parser.js';
import type { PartialRow } from '../../mallm/conditions/condition.js';
import type { TableSchema } from '../../mallm/table/dataset.js';
import { OptionError, RunError } from '../../mallm/errors.js';
import type { Manifest } from '../../mallm/fit/manifest.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import type { DistanceLevel } from '../../mallm/refinement/row-distance.js';
import type { Results } from '../../output/run-files.js';
import type { TableFormat } from '../../output/table-content.js';
import { manifestOf } from '../../output/run-files.js';
import { TABLE_FORMATS } from '../../output/table-content.js';
import { readConfig } from '../../config/index.js';
import type { Watcher } from './fit.js';
import { assertPeople, contextOf, withSession } from './fit.js';
import { inTurn } from './folder-turn.js';
import { resultsOf } from './result-files.js';
import { whereItIs } from './moved-run.js';
import { exists, makeRunFolder, requireRunRecord, writeWhole } from './run-folder.js';
import type { RunContext, SampleSpec } from './run.js';
import { drawSample } from './run.js';
import { assertFormat, writeTable } from './write-table.js';

/** More rows from a finished fit. */
export interface SampleRequest extends Watcher {
  /** The run folder of the fit. */
  folder: string;
  /** Rows to draw. Where people have several, whole people are drawn until the rows are there. */
  rows?: number;
  /** People to draw, in place of `rows`. */
  people?: number;
  /** File to write; `sample-….csv` in the run folder by default. A file that is there is never overwritten. */
  out?: string;
  /** By default as the name of `out` ends, else `csv`. */
  format?: TableFormat;
  /** `refined` costs no model call; `model` asks the model for every row. */
  draw?: 'refined' | 'model';
  distance?: DistanceLevel;
  /** Draws the target sharper than it is: for training models, not for effect sizes. With `draw: refined` only. */
  sharpen?: boolean;
  /** Conditions that every released row satisfies: `age > 65`, `sex = Female`. */
  where?: string[];
  /** Another seed gives other rows; the same request gives the same rows. */
  seed?: number;
}

export interface SampleOutcome {
  file: string;
  manifest: Manifest;
}

interface OfFile {
  file: string;
  format: TableFormat;
}

/**
 * Draws rows from a finished fit and writes them with a manifest beside them (`FILE.manifest.json`).
 *
 * Every condition is checked on every released row; a shortfall is reported with its reason, never padded. The same
 * request again goes on where it stopped and draws nothing twice; where its file is there, it does nothing.
 *
 * @throws OptionError, RunError, ServerError, StoreError; Interrupted and Blocked leave a draw that the same request goes on with.
 */
export async function sample(request: SampleRequest): Promise<SampleOutcome> {
  const { folder: asked, rows, people, out, ...watcher } = request;
  const folder = resolve(asked);
  const count = people ?? rows ?? NaN;
  if (!(Number.isInteger(count) && count > 0)) throw badRows(people === undefined ? '--rows' : '--people', count);
  const given = watcher.config ?? readConfig();
  const found = await requireRunRecord(folder);
  if (found.status !== 'finished' || !found.fitted) throw unfinished(folder);
  const record = await whereItIs(found, folder, given);
  const format = formatOf(request);
  if (out) await refuseForeign(resolve(out));
  await makeRunFolder(out ? dirname(resolve(out)) : folder);
  const config = { ...given, home: record.home };
  return withSession({ ...watcher, config }, record.shape.inFlight, async (session) => {
    const context = { ...(await contextOf(session, folder, record, watcher)), resumeWith: 'the same command' };
    const spec = specOf(request, record.draw, context.plan);
    const file = out ? resolve(out) : join(folder, `sample-${spec.sampleId}.${format}`);
    const there = await earlierResult(file, spec, format);
    if (there) return { file, manifest: there };
    const fitted = record.fitted!;
    const drawn = await drawSample(context, fitted, spec);
    // A second command that asked for the same rows may have written them meanwhile.
    const write = async (): Promise<Manifest> =>
      (await earlierResult(file, spec, format)) ?? (await writeSample(context, { fitted, drawn, spec, file, format }));
    return { file, manifest: await inTurn(folder, write, watcher.signal) };
  });
}

async function writeSample(
  context: RunContext,
  { fitted, drawn, spec, file, format }: Pick<Results, 'fitted' | 'drawn'> & { spec: SampleSpec } & OfFile,
): Promise<Manifest> {
  const store = context.session.openStore(context.record.store);
  const made = await manifestOf(store, resultsOf(context, { fitted, drawn, spec, evaluated: null }));
  let manifest: Manifest = { ...made, format };
  // The table comes last: where it has its name, its manifest is there too.
  const beforePlacing = async (sha256: string): Promise<void> => {
    manifest = { ...manifest, files: { [basename(file)]: sha256 } };
    await writeWhole(manifestPath(file), `${JSON.stringify(manifest, null, 2)}\n`);
  };
  await writeTable(context, drawn, { path: file, format, conditions: spec.conditions, beforePlacing });
  return manifest;
}

/** By the name of the file, where nothing is said. @throws OptionError for a format that is not known. */
function formatOf({ format, out = '' }: SampleRequest): TableFormat {
  if (format !== undefined) return assertFormat(format);
  const byName = extname(out).slice(1).toLowerCase() as TableFormat;
  return TABLE_FORMATS.includes(byName) ? byName : 'csv';
}

/** @throws OptionError for a file that no sample wrote, before anything is drawn. */
async function refuseForeign(file: string): Promise<void> {
  if ((await exists(file)) && !(await exists(manifestPath(file)))) throw fileExists(file);
}

/**
 * The manifest of what the same request has already written there.
 * @throws OptionError when there is a file of something else, or one that was changed since.
 */
async function earlierResult(file: string, spec: SampleSpec, format: TableFormat): Promise<Manifest | undefined> {
  if (!(await exists(file))) return undefined;
  const manifest = await readFile(manifestPath(file), 'utf8').then(
    (text) => JSON.parse(text) as Partial<Manifest>,
    () => undefined,
  );
  const isOurs = manifest?.sampleId === spec.sampleId && manifest.format === format;
  if (!isOurs || (await fileSha256(file)) !== manifest.files?.[basename(file)]) throw fileExists(file);
  return manifest as Manifest;
}

async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function manifestPath(file: string): string {
  return `${file}.manifest.json`;
}

/** The conditions of a request, checked against the schema. @throws OptionError. */
function conditionsOf(where: string[], schema: TableSchema): PartialRow {
  return mergeConditions(
    schema,
    where.map((text) => parseCondition(schema, text)),
  );
}

function specOf(request: SampleRequest, usual: SampleSpec['draw'], { schema, options }: RunPlan): SampleSpec {
  const { people, distance = options.distance, sharpen = false, seed, where = [] } = request;
  const rows = people ?? request.rows!;
  if (people !== undefined) assertPeople(schema);
  const counted = people === undefined ? {} : { people: true as const };
  const conditions = conditionsOf(where, schema);
  // What no training row shows cannot be drawn from them: the model is asked for it.
  const draw = request.draw ?? (unseenValues(schema, conditions).length > 0 ? 'model' : usual);
  // The id is a hash of what was asked: the same request again finds its own run, finished or not.
  if (sharpen && draw === 'model') throw notSharpened();
  const more = [...(sharpen ? ['sharpened'] : []), ...(people === undefined ? [] : ['people'])];
  const asked = JSON.stringify([rows, draw, distance, conditions, seed ?? null, ...more]);
  const sampleId = createHash('sha256').update(asked).digest('hex').slice(0, 10);
  return { sampleId, rows, ...counted, draw, distance, ...(sharpen ? { sharpen } : {}), conditions };
}

function notSharpened(): OptionError {
  return new OptionError({
    problem: "rows of the model's own cannot be sharpened",
    expected: '--sharpen with rows that are drawn without a model call',
    remedy: 'Leave --sharpen out, or draw with --draw refined.',
  });
}

function fileExists(file: string): OptionError {
  return new OptionError({
    problem: `there is already a file ${file}`,
    expected: 'no file, or the one that this very command has written',
    remedy: 'Choose another --out, or remove it.',
  });
}

function badRows(option: string, rows: number): OptionError {
  return new OptionError({
    problem: `${option} is out of range`,
    expected: 'a whole number above 0',
    got: Number.isNaN(rows) ? 'none' : String(rows),
    remedy: `For a thousand: ${option} 1000.`,
  });
}

function unfinished(folder: string): RunError {
  return new RunError({
    problem: `the fit in ${folder} is not finished`,
    remedy: `Finish it with: mallm-gan resume ${folder}`,
  });
}
