import { formatDatetime } from '../mallm/table/datetime-format.js';
import type { Random } from '../mallm/random.js';
import type { PromptCell, PromptColumn } from './column-reader.js';
import { habits, looseness } from './habits.js';
import type { GeneratorPrompt } from './prompt-reader.js';
import { drawRows } from './row-drawing.js';

/** How a reply may be shaped: bound to a schema, any JSON object, or text. */
export type ReplyShape = 'json_schema' | 'json_object' | 'text';

/** The reply of the generator: rows, with the faults a model makes under this shape. */
export function generatorReply(
  prompt: GeneratorPrompt,
  temperature: number,
  shape: ReplyShape,
  random: Random,
): string {
  const cells = drawRows(prompt, temperature, random);
  const loose = looseness(temperature);
  if (cells.length > 1 && random.uniform() < habits.tooFewRows * cells.length * loose) cells.pop();
  const rows = cells.map((row) => rowObject(prompt.columns, row, shape, loose, random));
  return shape === 'text' ? asText(rows, random) : JSON.stringify({ rows });
}

function rowObject(
  columns: PromptColumn[],
  row: PromptCell[],
  shape: ReplyShape,
  loose: number,
  random: Random,
): Record<string, PromptCell> {
  const object: Record<string, PromptCell> = {};
  columns.forEach((column, place) => (object[column.name] = written(column, row[place]!)));
  if (shape !== 'json_schema' && random.uniform() < habits.keyLeftOut * loose) {
    const left = random.pick(columns).name;
    return Object.fromEntries(Object.entries(object).filter(([name]) => name !== left));
  }
  if (random.uniform() < habits.outOfRange * loose) spoilNumber(object, columns, random);
  if (shape !== 'json_schema' && random.uniform() < habits.unknownLabel * loose) spoilLabel(object, columns, random);
  return object;
}

function written(column: PromptColumn, cell: PromptCell): PromptCell {
  return column.kind === 'number' && column.format !== undefined && typeof cell === 'number'
    ? formatDatetime(column.format, cell)
    : cell;
}

function spoilNumber(object: Record<string, PromptCell>, columns: PromptColumn[], random: Random): void {
  const numbers = columns.filter((column) => column.kind === 'number' && column.format === undefined);
  if (numbers.length === 0) return;
  const column = random.pick(numbers);
  if (column.kind !== 'number') return;
  const beyond = Math.ceil((column.max - column.min) * (0.05 + 0.2 * random.uniform())) + 1;
  object[column.name] = random.uniform() < 0.7 ? column.max + beyond : column.min - beyond;
}

function spoilLabel(object: Record<string, PromptCell>, columns: PromptColumn[], random: Random): void {
  const labels = columns.filter((column) => column.kind === 'label');
  if (labels.length === 0) return;
  object[random.pick(labels).name] = random.pick(['Other', 'Unknown', 'N/A', 'Various']);
}

/** The rows as a model writes them when nothing binds it: fences, a sentence before, now and then broken JSON. */
function asText(rows: Record<string, PromptCell>[], random: Random): string {
  let text = JSON.stringify({ rows }, null, random.uniform() < 0.3 ? 2 : undefined);
  if (random.uniform() < habits.trailingComma) text = text.replace(/\]\s*\}$/, ',]}');
  const half = random.uniform() < habits.stopsHalfWay;
  if (half) return text.slice(0, Math.floor(text.length * (0.3 + 0.6 * random.uniform())));
  if (random.uniform() < habits.fences) text = '```json\n' + text + '\n```';
  if (random.uniform() < habits.prose)
    text = `Here are ${rows.length} new rows in the format you asked for:\n\n${text}`;
  return text;
}
