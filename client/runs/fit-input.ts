import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { OptionError, TableError } from '../../mallm/errors.js';
import type { FitOptions } from '../../mallm/options.js';
import { parseFitOptions } from '../../mallm/options.js';
import type { RunPlan } from '../../mallm/fit/plan.js';
import { firstTaskInstruction } from '../../mallm/prompts/generator-prompt.js';
import { splitHeldOut } from '../../mallm/table/held-out.js';
import { parseThetaDocument } from '../../mallm/theta/theta-document.js';
import type { TableSource } from './run-folder.js';
import { sha256 } from './run-folder.js';
import { readTableFile, rowsLike, textOption, typedTable } from '../tables/table-file.js';

/** Fewest rows that a fit can learn from. */
const FEWEST_ROWS = 10;

/** What a fit is asked for; the options of the method stand beside these. */
export interface FitTable {
  /** Path of the CSV file. */
  table: string;
  /** The column to be predicted. */
  target: string;
  /** What the table is about, for the prompts; `@file` reads a file. */
  context?: string;
  /** Path of SDV metadata JSON that overrides the inferred columns. */
  schema?: string;
  /** Path of a theta.md to begin with. */
  theta?: string;
  /** Rows kept out of the fit for the evaluation: a CSV file, or a share such as 0.2. */
  heldOut?: string;
}

/** A fit, read and checked, before anything is stored or paid. */
export interface FitInput {
  name: string;
  trainRows: Row[];
  heldOutRows: Row[] | null;
  plan: Omit<RunPlan, 'runId' | 'train' | 'heldOut'>;
  fingerprint: string;
  source: TableSource;
}

/** Reads and checks everything a fit needs. @throws TableError, OptionError, ThetaError: each with its remedy. */
export async function readFitInput(request: FitTable, given: Partial<FitOptions>): Promise<FitInput> {
  const options = parseFitOptions(given);
  const file = await readTableFile(request.table);
  const { schema, rows } = await typedTable(file, { target: request.target, metadata: request.schema });
  const { trainRows, heldOutRows } = await heldOutOf(request, rows, schema, options.seed);
  if (trainRows.length < FEWEST_ROWS) throw tooFewRows(trainRows.length);
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
  };
  const fingerprint = sha256(JSON.stringify([sha256(file.bytes), plan, heldOutRows]));
  const share = Number(request.heldOut);
  const source = {
    table: resolve(request.table),
    sha256: sha256(file.bytes),
    heldOutShare: Number.isNaN(share) ? null : share,
  };
  return { name: file.name, trainRows, heldOutRows, plan, fingerprint, source };
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

async function heldOutOf(
  { heldOut }: FitTable,
  rows: Row[],
  schema: TableSchema,
  seed: number,
): Promise<{ trainRows: Row[]; heldOutRows: Row[] | null }> {
  if (heldOut === undefined) return { trainRows: rows, heldOutRows: null };
  const share = Number(heldOut);
  if (!Number.isNaN(share)) {
    if (share > 0 && share <= 0.5) return splitHeldOut(rows, share, seed);
    throw new OptionError({
      problem: '--held-out is out of range',
      expected: 'a CSV file, or a share above 0 and up to 0.5',
      got: heldOut,
      remedy: 'For a fifth of the rows: --held-out 0.2.',
    });
  }
  const file = await readTableFile(heldOut);
  return { trainRows: rows, heldOutRows: rowsLike(schema, file, heldOut) };
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

function tooFewRows(rows: number): TableError {
  return new TableError({
    problem: 'the table has too few rows to learn from',
    expected: `at least ${FEWEST_ROWS} training rows`,
    got: String(rows),
    remedy: 'Give more rows; 25 to 800 is what the method is made for.',
  });
}

function defaultContext(name: string, schema: TableSchema): string {
  return `A table named "${name}" with ${schema.columns.length} columns; "${schema.target}" is the column to be predicted.`;
}
