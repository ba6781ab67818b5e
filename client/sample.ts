import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { mergeConditions, parseCondition, unseenValues } from '../mallm/condition-parser.js';
import type { PartialRow } from '../mallm/condition.js';
import type { TableSchema } from '../mallm/dataset.js';
import { OptionError, RunError } from '../mallm/errors.js';
import type { Manifest } from '../mallm/manifest.js';
import { manifestOf } from '../workers/results.js';
import type { OptimizeThetaResult, SampleResult } from '../workflows/contract.js';
import { readConfig } from '../config/index.js';
import type { Watcher } from './fit.js';
import { contextOf, withSession } from './fit.js';
import { resultsOf, writeTable } from './results.js';
import { makeRunFolder, requireRunRecord, writeWhole } from './run-folder.js';
import type { SampleSpec } from './run.js';
import { drawSample } from './run.js';

/** More rows from a finished fit. */
export interface SampleRequest extends Watcher {
  /** The run folder of the fit. */
  folder: string;
  rows: number;
  /** CSV file to write; `sample-….csv` in the run folder by default. */
  out?: string;
  /** `refined` costs no model call; `model` asks the model for every row. */
  draw?: 'refined' | 'model';
  distance?: 'off' | 'mild' | 'strict';
  /** Conditions that every released row satisfies: `age > 65`, `sex = Female`. */
  where?: string[];
  /** Another seed gives other rows; the same request gives the same rows. */
  seed?: number;
}

export interface SampleOutcome {
  file: string;
  manifest: Manifest;
}

/**
 * Draws rows from a finished fit and writes them with a manifest beside them.
 * Every condition is checked on every released row; a shortfall is reported with its reason, never padded.
 */
export async function sample(request: SampleRequest): Promise<SampleOutcome> {
  const { folder: given, rows, out, ...watcher } = request;
  const folder = resolve(given);
  if (!(Number.isInteger(rows) && rows > 0)) throw badRows(rows);
  const record = await requireRunRecord(folder);
  if (record.status !== 'finished' || !record.fitted) throw unfinished(folder);
  await makeRunFolder(folder);
  const config = { ...(watcher.config ?? readConfig()), home: record.home };
  return withSession({ ...watcher, config }, record.shape.inFlight, async (session) => {
    const context = await contextOf(session, folder, record, watcher);
    const { schema, options } = context.plan;
    const conditions = conditionsOf(request.where ?? [], schema);
    // What no training row shows cannot be drawn from them: the model is asked for it.
    const draw = request.draw ?? (unseenValues(schema, conditions).length > 0 ? 'model' : record.draw);
    const spec = specOf(request, draw, options.distance, conditions);
    const fitted = record.fitted!;
    const drawn = await drawSample(context, fitted, spec);
    const file = out ? resolve(out) : join(folder, `sample-${spec.sampleId}.csv`);
    const manifest = await writeSample(context, { fitted, drawn, spec, file });
    return { file, manifest };
  });
}

async function writeSample(
  context: Parameters<typeof writeTable>[0],
  { fitted, drawn, spec, file }: { fitted: OptimizeThetaResult; drawn: SampleResult; spec: SampleSpec; file: string },
): Promise<Manifest> {
  const store = context.session.openStore(context.record.store);
  const hash = await writeTable(context, drawn, file);
  const manifest = await manifestOf(store, resultsOf(context, { fitted, drawn, spec, evaluated: null }));
  const whole = { ...manifest, files: { [file.split(/[\\/]/).at(-1)!]: hash } };
  await writeWhole(`${file.replace(/\.csv$/i, '')}.manifest.json`, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

/** The conditions of a request, checked against the schema. @throws OptionError. */
function conditionsOf(where: string[], schema: TableSchema): PartialRow {
  return mergeConditions(
    schema,
    where.map((text) => parseCondition(schema, text)),
  );
}

function specOf(
  request: SampleRequest,
  draw: SampleSpec['draw'],
  fitted: SampleSpec['distance'],
  conditions: PartialRow,
): SampleSpec {
  const { rows, distance = fitted, seed } = request;
  // The id is a hash of what was asked: the same request again finds its own run, finished or not.
  const asked = JSON.stringify([rows, draw, distance, conditions, seed ?? null]);
  const sampleId = createHash('sha256').update(asked).digest('hex').slice(0, 10);
  return { sampleId, rows, draw, distance, conditions };
}

function badRows(rows: number): OptionError {
  return new OptionError({
    problem: '--rows is out of range',
    expected: 'a whole number above 0',
    got: String(rows),
    remedy: 'For a thousand rows: --rows 1000.',
  });
}

function unfinished(folder: string): RunError {
  return new RunError({
    problem: `the fit in ${folder} is not finished`,
    remedy: `Finish it with: mallm-gan resume ${folder}`,
  });
}
