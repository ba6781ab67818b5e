/**
 * What runs in the threads of compute.ts: every export is a task with one plain argument and a plain result. What only
 * some tasks need is loaded by them, since every thread has it all in memory again.
 */
import { baselineRows } from '../mallm/baselines/baseline.js';
import type { BaselineMethod } from '../mallm/baselines/baseline.js';
import type { CurationInput } from '../mallm/refinement/curation.js';
import { curate } from '../mallm/refinement/curation.js';
import type { PartialRow } from '../mallm/conditions/condition.js';
import { formatCsv, parseCsv } from '../mallm/table/formats/csv.js';
import type { CsvDialect, Row, TableSchema } from '../mallm/table/dataset.js';
import type { evaluateTable as evaluate } from '../mallm/evaluation/evaluate.js';
import type { EvaluationWithBaselines } from '../mallm/evaluation/result.js';
import { finishedRows } from '../mallm/table/finished-rows.js';
import { withPooledLabels } from '../mallm/table/protected-cell.js';
import { peopleOf } from '../mallm/table/people.js';
import type { Rejections } from '../mallm/rejections.js';
import { seedOf } from '../mallm/random.js';
import { countRules, type RuleCount } from '../mallm/rules/rule-check.js';
import { drawRows } from '../mallm/refinement/draw/draw-rows.js';
import type { RefinedGenerator } from '../mallm/refinement/generator.js';
import { poolInWords, SHARPENED_USE } from '../mallm/refinement/in-words.js';
import { fitRefinedGenerator } from '../mallm/refinement/refinement.js';
import { readRows } from '../mallm/table/inference/schema-inference.js';
import { searchStructure as search } from '../mallm/theta/structure-search.js';
import type { Edge } from '../mallm/theta/theta.js';
import type { renderReport as render } from '../report/index.js';
import { fingerprintSet, fingerprintsOf } from './fingerprints.js';

export { fitRefinedGenerator } from '../mallm/refinement/refinement.js';
export { scoreIteration } from '../mallm/fit/score-iteration.js';

const BASELINE_METHODS: readonly BaselineMethod[] = ['marginals', 'smote', 'cart', 'copula'];

/** Rows of a part as they go to the store: CSV lines without a header, and a fingerprint of each row. */
export interface WrittenRows {
  csv: string;
  rows: number;
  /** Where people are counted. */
  people?: number;
  fingerprints: Uint8Array;
  /** By rule of the schema; not there where it has none. */
  rules?: RuleCount[];
}

/** How a part of a table is written. */
interface PartFormat {
  schema: TableSchema;
  dialect: CsvDialect;
  /** Keys that are never given out, by column name. */
  keys: Record<string, string[]>;
  /** Index of the part's first row, or person, in the whole table. */
  first: number;
  /** Whether people are counted rather than rows. */
  people: boolean;
  identifierSeed: number;
}

/** Utility, fidelity and privacy of a synthetic table. */
export async function evaluateTable(input: Parameters<typeof evaluate>[0]): Promise<ReturnType<typeof evaluate>> {
  return (await evaluation()).evaluateTable(input);
}

/** The page of a run or an evaluation. */
export async function renderReport(input: Parameters<typeof render>[0]): Promise<ReturnType<typeof render>> {
  return (await import('../report/index.js')).renderReport(input);
}

/** First causal structure by hill climbing. Paper: §3.2.1. */
export function searchStructure({ schema, rows, seed }: { schema: TableSchema; rows: Row[]; seed: number }): Edge[] {
  return search(schema, rows, { seed });
}

/** Rows of a simple generator. */
export function makeBaseline({
  method,
  ...ask
}: Parameters<typeof baselineRows>[1] & { method: BaselineMethod }): Row[] {
  return baselineRows(method, ask);
}

/** Rows drawn from the refined generator of a pool that any model has made, ordered by a structure found here. */
export function refineRows(
  input: Omit<Parameters<typeof fitRefinedGenerator>[0], 'edges'> & { count: number },
): ReturnType<typeof drawRows> & { refinement: string } {
  const { count, ...prior } = input;
  const { schema, trainRows, seed } = prior;
  const generator = fitRefinedGenerator({ ...prior, edges: search(schema, trainRows, { seed }) });
  const use = generator.sharpened ? `; sharpened: ${SHARPENED_USE}` : '';
  return { ...drawRows(generator, { count, seed: seedOf(seed, 'draw') }), refinement: poolInWords(generator) + use };
}

/** Draws `count` rows from a refined generator. */
export function drawPart(
  input: PartFormat & { generator: RefinedGenerator; count: number; seed: number; conditions: PartialRow },
): { written: WrittenRows; rejections: Rejections; shortfall: string | null } {
  const { generator, count, people, seed, conditions } = input;
  const { rows, rejections, shortfall } = drawRows(generator, { count, people, seed, conditions });
  return { written: writtenRows(input, rows), rejections, shortfall };
}

/**
 * Curates a round of model rows; all that are kept are written.
 * @param input with the fingerprints of the table's other parts.
 */
export function curatePart(input: Omit<CurationInput, 'isElsewhere'> & PartFormat & { elsewhere: Uint8Array[] }): {
  written: WrittenRows;
  kept: Row[];
  rejections: Rejections;
} {
  const { schema, elsewhere } = input;
  const others = fingerprintSet(elsewhere);
  const isElsewhere = (row: Row): boolean => others.hasAny(fingerprintsOf(schema, [row]));
  const { kept, rejections } = curate({ ...input, isElsewhere });
  return { written: writtenRows(input, kept), kept, rejections };
}

/** Evaluates a synthetic table given as CSV lines without a header; at most `limit` of its rows are looked at. */
export async function evaluateCsv(input: {
  schema: TableSchema;
  dialect: CsvDialect;
  train: Row[];
  heldOut: Row[];
  csv: string;
  limit: number;
  seed: number;
}): Promise<EvaluationWithBaselines> {
  const { schema, dialect, train, limit, seed } = input;
  const heldOut = withPooledLabels(schema, input.heldOut);
  const { evaluateTable } = await evaluation();
  const header = formatCsv(schema, [], dialect);
  const { header: names, records } = parseCsv(Buffer.from(header + input.csv));
  const synthetic = readRows(schema, names, records.slice(0, limit));
  const baselines = BASELINE_METHODS.map((method) => {
    const rows = baselineRows(method, { schema, rows: train, count: synthetic.length, seed });
    return { method, evaluation: evaluateTable({ schema, train, heldOut, synthetic: rows, seed }) };
  });
  return { evaluation: evaluateTable({ schema, train, heldOut, synthetic, seed, map: true }), baselines };
}

/** Identifiers are made afresh: one series over all shards, so that no two rows share a key. */
function writtenRows({ schema, dialect, keys, first, people, identifierSeed }: PartFormat, rows: Row[]): WrittenRows {
  const named = finishedRows(schema, rows, { start: first, seed: identifierSeed, keys });
  const csv = formatCsv(schema, named, dialect, { header: false });
  const rules = schema.rules && { rules: countRules(schema, rows) };
  const counted = people ? { people: peopleOf(schema, rows).length } : {};
  return { csv, rows: rows.length, ...counted, fingerprints: fingerprintsOf(schema, rows), ...rules };
}

async function evaluation(): Promise<typeof import('../mallm/evaluation/evaluate.js')> {
  return import('../mallm/evaluation/evaluate.js');
}
