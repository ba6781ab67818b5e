import { randomBytes } from 'node:crypto';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mergeConditions, parseCondition, unseenValues } from '../../mallm/conditions/condition-parser.js';
import { OptionError, RunError } from '../../mallm/errors.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import type { TableFormat } from '../../output/table-content.js';
import type { FitInUse, RefitRule, ScheduleSpec } from '../../workflows/schedule-contract.js';
import type { RunRecord } from '../runs/run-folder.js';
import { assertFormat } from '../runs/write-table.js';
import { schedulePrefix } from '../../store/keys.js';

/** What a schedule makes, and from what. */
export interface ScheduleMakes {
  /** Run folder of a finished fit. */
  folder: string;
  /** Where outputs go, each into a folder of its own: a folder, or `s3://bucket/prefix`. */
  out: string;
  /** Rows of each output; as many as the fit released by default. */
  rows?: number;
  /** Conditions that every released row satisfies: `age > 65`. */
  where?: string[];
  /** How the table is written; `csv` by default. */
  format?: TableFormat;
  /** Outputs to keep; all by default. */
  keep?: number;
  /** Fit anew when the table has changed. */
  refitIfChanged?: boolean;
  /** Fit anew when the quality of the last output, in [0, 1], was below this; see `qualityOf`. */
  refitBelow?: number;
  /** Where the workers read the table: an absolute path, or `s3://bucket/key`; that of the fit by default. */
  table?: string;
  /** Bounds of each refit; those of the fit where left out. */
  maxCalls?: number | null;
  maxTokens?: number | null;
  maxCost?: number | null;
  /** Name of the schedule; that of the fit's table by default. */
  name?: string;
}

/** The schedule of a finished fit, checked. @throws OptionError, RunError. */
export function scheduleSpecOf(makes: ScheduleMakes, record: RunRecord, plan: RunPlan): ScheduleSpec {
  const { where = [], rows = record.rows, keep } = makes;
  assertCount('--rows', rows);
  if (keep !== undefined) assertCount('--keep', keep);
  const { schema, options } = plan;
  const conditions = mergeConditions(
    schema,
    where.map((text) => parseCondition(schema, text)),
  );
  const name = nameOf(makes.name ?? slugOf(record.name));
  return {
    version: 1,
    name,
    prefix: schedulePrefix(name, randomBytes(4).toString('hex')),
    fit: fitInUse(makes, record),
    out: outUrl(makes.out),
    rows,
    // What no training row shows cannot be drawn from them: the model is asked for it.
    draw: unseenValues(schema, conditions).length > 0 ? 'model' : record.draw,
    distance: options.distance,
    conditions,
    format: assertFormat(makes.format ?? 'csv'),
    keep: keep ?? null,
    refit: refitRule(makes, record, plan),
  };
}

function fitInUse({ folder }: ScheduleMakes, record: RunRecord): FitInUse {
  const { runId, name, createdAt, plan, shape, fitted, source } = record;
  if (record.status === 'finished' && fitted)
    return { runId, name, createdAt, plan, shape, fitted, table: source?.sha256 ?? null };
  throw new RunError({
    problem: `the fit in ${folder} is not finished`,
    expected: 'a finished fit to draw rows from',
    remedy: `Finish it with: mallm-gan resume ${folder}`,
  });
}

function refitRule(makes: ScheduleMakes, { source }: RunRecord, plan: RunPlan): RefitRule {
  const { refitIfChanged = false, refitBelow: below = null, table, maxCalls, maxTokens, maxCost } = makes;
  if (below !== null) assertMark(below, plan);
  if (table !== undefined && !refitIfChanged) {
    throw new OptionError({
      problem: '--table is only looked at to see whether it changed',
      remedy: 'Add --refit-if-changed, or leave it out.',
    });
  }
  const { options } = plan;
  const budget = {
    maxCalls: maxCalls === undefined ? options.maxCalls : maxCalls,
    maxTokens: maxTokens === undefined ? options.maxTokens : maxTokens,
    maxCost: maxCost === undefined ? options.maxCost : maxCost,
  };
  if (budget.maxCost !== null && options.prices === null) {
    throw new OptionError({
      problem: '--max-cost needs prices, and the fit was made without',
      remedy: 'Limit --max-tokens instead, or fit with --price-in and --price-out.',
    });
  }
  if (!refitIfChanged) return { table: null, heldOutShare: null, below, budget };
  if (!source) {
    throw new RunError({
      problem: `the fit in ${makes.folder} does not say which table it was made of`,
      expected: 'a fit by this version',
      remedy: 'Fit the table anew, or leave --refit-if-changed out.',
    });
  }
  return { table: tableLocation(table ?? source.table), heldOutShare: source.heldOutShare, below, budget };
}

function tableLocation(table: string): string {
  if (/^s3:\/\/[^/]+\/.+/.test(table) || isAbsolute(table)) return table;
  if (!/^[a-z][a-z0-9+.-]+:/i.test(table)) return resolve(table);
  throw new OptionError({
    problem: '--table is not a place workers can read',
    expected: 'a path, the same on every worker, or s3://bucket/key',
    got: table,
    remedy: 'Correct it.',
  });
}

function outUrl(out: string): string {
  if (/^(s3|file):\/\//.test(out)) return out.replace(/\/+$/, '');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(out)) {
    throw new OptionError({
      problem: '--out is not a place that outputs can be written to',
      expected: 'a folder, or s3://bucket/prefix',
      got: out,
      remedy: 'Correct it.',
    });
  }
  return pathToFileURL(join(resolve(out))).href;
}

function assertMark(below: number, plan: RunPlan): void {
  if (!(below > 0 && below <= 1)) {
    throw new OptionError({
      problem: '--refit-below is out of range',
      expected: 'a quality above 0 and up to 1: 1 is not separable from held-out rows, 0 always is',
      got: String(below),
      remedy: 'The reports of earlier outputs say what is usual for this table.',
    });
  }
  if (plan.heldOut !== null) return;
  throw new OptionError({
    problem: '--refit-below needs held-out rows to measure the quality with, and the fit has none',
    remedy: 'Fit with --held-out 0.2, or leave --refit-below out.',
  });
}

function assertCount(option: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new OptionError({
    problem: `${option} is out of range`,
    expected: 'a whole number above 0',
    got: String(value),
  });
}

function nameOf(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,59}$/.test(name)) return name;
  throw new OptionError({
    problem: '--name cannot be the name of a schedule',
    expected: 'up to 60 lower-case letters, digits, dashes or underscores, a letter or digit first',
    got: JSON.stringify(name),
    remedy: 'For example: --name patients-nightly.',
  });
}

function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return slug || 'table';
}
