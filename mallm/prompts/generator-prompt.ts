import { cellToJson } from '../table/cell.js';
import type { PartialRow } from '../conditions/condition.js';
import type { Row, TableSchema } from '../table/dataset.js';
import { partialRowJson } from './partial-row-json.js';
import { edgeLines } from '../theta/edge-text.js';
import { fixedSections, freeText, promptText } from './prompt.js';
import type { PromptMessage, PromptSection } from './prompt.js';
import type { FitOptions } from '../options.js';
import type { Theta } from '../theta/theta.js';

export { forcedReplySchema, generatorReplySchema } from './reply-schema.js';

/** What one request asks of the generator. */
export interface GeneratorAsk {
  theta: Theta;
  /** Real rows to show (n); they leave this machine. */
  examples: readonly Row[];
  /** Rows to make; not used when there are partial rows. */
  rows: number;
  /** `paper` names the score to aim at. */
  prompts?: FitOptions['prompts'];
  /** Given cells of each row to make. */
  partialRows?: readonly PartialRow[];
  /** Rows are wanted under the keys "1", "2", …, as `forcedReplySchema` has them. */
  keyed?: boolean;
}

/** The task instruction that a fit starts from. */
export const firstTaskInstruction = [
  'Make rows that could have come from the same source as the real ones.',
  'Settle the columns one after another along the causal structure: first those without causes, then each column so that it fits the values its causes have in this row.',
  'Over all rows keep the spread that the columns have in reality: usual values are frequent, unusual ones do occur.',
].join(' ');

const SYSTEM = [
  'You write rows for a table of synthetic data that stands in for a real one. Each row is a case of its own, as real in its details as those in the real table, but invented.',
  '',
  '- Never repeat a real row that you are shown, nor a row you have already written; do not change a single cell of one and call it new.',
  '- Stay within the labels, ranges and formats that are listed for the columns. A cell is missing only where its column allows it, and about as often as in reality.',
  '- What belongs together in reality belongs together within a row: heed the causal structure and the task.',
  '- Do not drift to a typical case. Rare labels, extreme numbers and unremarkable cases all have their share.',
  '- Reply with JSON and nothing else: no explanation, no code fence, no comment.',
].join('\n');

/** Score to aim at. Paper: Listing 2; wording is ours. */
const AIM = [
  '',
  'A classifier is trained to tell your rows from real ones. Aim at a score of 50 %: it can then only guess. The more often it is right, the less your rows are worth.',
].join('\n');

/**
 * The conversation that asks the generator for rows.
 *
 * Paper: Listing 2.
 * Departs: many rows to one request, given cells drawn in code; no score to aim at but with `prompts: 'paper'`; wording is
 * ours.
 */
export function generatorMessages(ask: GeneratorAsk): PromptMessage[] {
  const { theta, examples } = ask;
  const { schema, causalStructure, taskInstruction } = theta;
  const sections: PromptSection[] = [
    ...fixedSections(theta),
    { title: 'Causal structure', lines: edgeLines(causalStructure) },
    { title: 'Task', lines: [freeText(taskInstruction)] },
    ...(examples.length > 0 ? [{ title: 'Real rows', lines: examples.map((row) => rowJson(schema, row)) }] : []),
    { title: 'Rows to make', lines: rowsToMake(ask) },
    { title: 'Reply', lines: [replyWanted(schema, rowsAsked(ask), ask.keyed)] },
  ];
  return [
    { role: 'system', content: ask.prompts === 'paper' ? `${SYSTEM}\n${AIM}` : SYSTEM },
    { role: 'user', content: promptText(sections) },
  ];
}

/** A row as the prompt shows it: one JSON object on one line, identifiers left out. */
function rowJson(schema: TableSchema, row: Row): string {
  const entries = schema.columns.flatMap((column, index) =>
    column.kind === 'identifier' ? [] : [[column.name, cellToJson(column, row[index] ?? null)] as const],
  );
  return JSON.stringify(Object.fromEntries(entries));
}

function rowsToMake({ theta, rows, partialRows }: GeneratorAsk): string[] {
  if (!partialRows) return [`Make ${rows} new rows.`];
  return [
    `Complete these ${partialRows.length} rows, in this order; keep the given cells.`,
    ...partialRows.map((row, place) => `${place + 1}: ${partialRowJson(theta.schema, row)}`),
  ];
}

function replyWanted(schema: TableSchema, rows: number, keyed = false): string {
  const columns = schema.columns.filter(({ kind }) => kind !== 'identifier');
  const keys = columns.map(({ name }) => JSON.stringify(name)).join(', ');
  const parts = [
    keyed
      ? `One JSON object with the keys "1" to "${rows}", in this order, each with the row of that number as an object.`
      : `One JSON object {"rows": [...]} whose list holds ${rows === 1 ? 'one object' : `${rows} objects, one a row`}.`,
    `Every object has all of these keys, spelt like this: ${keys}.`,
    columns.some(({ nullable }) => nullable) ? 'A missing cell is null.' : 'No cell is null.',
  ];
  return parts.join(' ');
}

function rowsAsked({ rows, partialRows }: Pick<GeneratorAsk, 'rows' | 'partialRows'>): number {
  return partialRows ? partialRows.length : rows;
}
