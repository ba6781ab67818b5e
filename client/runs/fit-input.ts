import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { OptionError, TableError } from '../../mallm/errors.js';
import type { FitOptions } from '../../mallm/options.js';
import { parseFitOptions } from '../../mallm/options.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { firstTaskInstruction } from '../../mallm/prompts/generator-prompt.js';
import { readShare, splitTable } from '../../mallm/table/held-out.js';
import { identifiersOf } from '../../mallm/table/finished-rows.js';
import { protectTable } from '../../mallm/table/protection/protect-table.js';
import { protectionLines } from '../../mallm/table/protection/protection-lines.js';
import { reportColumns, unusualLines } from '../../mallm/table/inference/column-report.js';
import { rulesAfterProtection } from '../../mallm/rules/protected-rules.js';
import { ruleChoice, ruleLines, withRules } from '../../mallm/rules/table-rules.js';
import { parseThetaDocument } from '../../mallm/theta/theta-document.js';
import type { TableSource } from './run-folder.js';
import { sha256 } from './run-folder.js';
import { readMetadata, readTableFile, rowsLike, textOption } from '../tables/table-file.js';

/** The table of a fit and what is known of it, beside the options of the method. */
export interface FitTable {
  /** Path of a CSV, Excel, JSON Lines or Parquet file; `-` reads standard input. */
  table: string;
  /** Sheet of a workbook; the first by default. */
  sheet?: string;
  /** The column to be predicted. */
  target: string;
  /** What the table is about, for the prompts; `@file` reads a file. */
  context?: string;
  /** Path of SDV metadata JSON that overrides the inferred columns. */
  schema?: string;
  /** Columns that look personal (names, e-mail addresses, …) and are to be kept as they are. */
  keepColumns?: string[];
  /** The column whose rows belong to one person; null for none. By default it is found. */
  group?: string | null;
  /** Path of a theta.md to begin with. */
  theta?: string;
  /** Rows kept out of the fit for the evaluation: a table file, or a share such as 0.2 or 20%. */
  heldOut?: string;
  /** Go on, and release a table, even when the model gives (nearly) no valid rows. */
  allowWithoutModel?: boolean;
}

/** A fit, read and checked, before anything is stored or paid. */
export interface FitInput {
  name: string;
  trainRows: Row[];
  heldOutRows: Row[] | null;
  plan: Omit<RunPlan, 'runId' | 'train' | 'heldOut'>;
  fingerprint: string;
  source: TableSource;
  /** What is not obvious about the table, one sentence each: how it was read, and what columns were taken for. */
  notes: string[];
}

/** Reads and checks everything a fit needs. @throws TableError, OptionError, ThetaError: each with its remedy. */
export async function readFitInput(request: FitTable, given: Partial<FitOptions>): Promise<FitInput> {
  const asked = parseFitOptions(given);
  const file = await readTableFile(request.table, request.sheet);
  const share = heldOutShare(request);
  const inference = {
    target: request.target,
    keep: request.keepColumns,
    group: request.group,
    ...(await readMetadata(request.schema, file)),
  };
  const options = { ...asked, ...ruleChoice(asked, inference.metadata) };
  const split = splitTable(file, inference, share === null ? null : { share, seed: options.seed });
  const heldOutRows = split.heldOutRows ?? (await heldOutFile(request, split.schema));
  const ruled = withRules(split.schema, split.trainRows, options);
  const { minCount, seed } = options;
  const protection = { minCount, keep: request.keepColumns, seed };
  const found = protectTable(ruled.schema, split.trainRows, protection);
  const { protections } = found;
  const { schema, rows: trainRows } = rulesAfterProtection(found);
  assertEdges(schema, options);
  const context = await textOption(request.context);
  const theta = request.theta === undefined ? null : await readTheta(request.theta, schema);
  const plan: FitInput['plan'] = {
    version: 1,
    name: file.name,
    schema,
    dialect: file.dialect,
    context: context || theta?.context || defaultContext(file.name, schema),
    taskInstruction: theta?.taskInstruction ?? firstTaskInstruction,
    causalStructure: theta?.causalStructure ?? null,
    givenColumns: theta?.givenColumns ?? null,
    options,
    protections,
    ...(found.leftOut.length > 0 && { keysLeftOut: identifiersOf(schema, found.leftOut) }),
    ...(request.keepColumns && { keepColumns: request.keepColumns }),
    ...(request.allowWithoutModel ? { allowWithoutModel: true } : {}),
  };
  const fingerprint = sha256(JSON.stringify([sha256(file.bytes), plan, heldOutRows]));
  const source = { table: resolve(request.table), sha256: sha256(file.bytes), heldOutShare: share };
  const reports = reportColumns(split.schema, file.header, file.records, new Set(inference.metadata?.columns.keys()));
  const notes = [...file.notes, ...ruleLines(ruled), ...unusualLines(reports), ...protectionLines(protections)];
  return { name: file.name, trainRows, heldOutRows, plan, fingerprint, source, notes };
}

/** A run's name in the store and in Temporal: the table's name and eight random hex digits. */
export function newRunId(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${slug || 'table'}-${randomBytes(4).toString('hex')}`;
}

/** Null for a file, or none. @throws OptionError for a number that is no share. */
function heldOutShare({ heldOut }: FitTable): number | null {
  const share = heldOut === undefined ? null : readShare(heldOut);
  if (share === null || (share > 0 && share <= 0.5)) return share;
  throw new OptionError({
    problem: '--held-out is out of range',
    expected: 'a table file, or a share above 0 and up to 0.5',
    got: heldOut,
    remedy: 'For a fifth of the rows: --held-out 20%.',
  });
}

async function heldOutFile({ heldOut }: FitTable, schema: TableSchema): Promise<Row[] | null> {
  return heldOut === undefined ? null : rowsLike(schema, await readTableFile(heldOut), heldOut);
}

function assertEdges(schema: TableSchema, options: FitOptions): void {
  const names = new Set(schema.columns.map(({ name }) => name));
  for (const edge of [...options.edges, ...(options.trueEdges ?? [])]) {
    const unknown = [edge.from, edge.to].find((name) => !names.has(name));
    if (unknown === undefined) continue;
    throw new OptionError({
      problem: `an edge names the column "${unknown}", which the table does not have`,
      expected: [...names].join(', '),
      remedy: 'Correct the name in the file of edges.',
    });
  }
}

async function readTheta(path: string, schema: TableSchema): Promise<ReturnType<typeof parseThetaDocument>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new TableError({ problem: `cannot read ${path}`, expected: 'a theta.md', remedy: 'Check the path.' });
  });
  return parseThetaDocument(text, schema);
}

function defaultContext(name: string, schema: TableSchema): string {
  return `A table named "${name}" with ${schema.columns.length} columns; "${schema.target}" is the column to be predicted.`;
}
