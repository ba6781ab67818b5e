import { generatorMessages, firstTaskInstruction } from '../../mallm/prompts/generator-prompt.js';
import type { PartialRow } from '../../mallm/conditions/condition.js';
import type { Row, TableSchema } from '../../mallm/table/dataset.js';
import { createRandom } from '../../mallm/random.js';
import type { Edge } from '../../mallm/theta/theta.js';
import { answerChat } from '../../simulator/chat.js';
import type { ReplyShape } from '../../simulator/generator-role.js';

const plain = { description: '', nullable: false, missingToken: '' };

/** People whose size follows their sort, and whose luck follows nothing; `gain` is mostly zero. */
export const peopleSchema: TableSchema = {
  target: 'sort',
  columns: [
    { ...plain, name: 'sort', kind: 'categorical', categories: ['ant', 'bee', 'cow', 'dog'] },
    { ...plain, name: 'size', kind: 'numeric', min: 0, max: 100, decimals: { min: 0, max: 0 } },
    { ...plain, name: 'luck', kind: 'numeric', min: 0, max: 100, decimals: { min: 0, max: 2 } },
    { ...plain, name: 'gain', kind: 'numeric', min: 0, max: 10_000, decimals: { min: 0, max: 0 } },
  ],
};

/** So many rows of such people: ants are about 10 in size, bees 35, cows 60, dogs 85; a tenth has a gain. */
export function people(count: number, seed = 1): Row[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const sort = random.integer(4);
    const size = Math.round(10 + 25 * sort + 3 * random.normal());
    const luck = Math.round(10_000 * random.uniform()) / 100;
    const gain = random.uniform() < 0.1 ? 500 + random.integer(5000) : 0;
    return [['ant', 'bee', 'cow', 'dog'][sort]!, Math.min(100, Math.max(0, size)), luck, gain];
  });
}

/** What the generator is asked, and how. */
export interface GeneratorCall {
  schema?: TableSchema;
  examples: readonly Row[];
  edges?: Edge[];
  rows?: number;
  partialRows?: PartialRow[];
  temperature?: number;
  seed?: number;
  shape?: ReplyShape;
  task?: string;
  maxTokens?: number;
}

/** The text that the simulated generator answers. */
export function generatorText(call: GeneratorCall): string {
  const { schema = peopleSchema, examples, edges = [], rows = 5, partialRows, task = firstTaskInstruction } = call;
  const theta = { context: 'A table of animals.', schema, causalStructure: edges, taskInstruction: task };
  const messages = generatorMessages({ theta, examples, rows, ...(partialRows ? { partialRows } : {}) });
  const { temperature = 0.5, seed = 1, shape = 'json_schema', maxTokens = 8000 } = call;
  return answerChat({ messages, temperature, seed, shape, maxTokens }, 1).text;
}

/** A generated row as its JSON object. */
export type RowObject = Record<string, string | number | null>;

/** The rows of many calls, five examples shown in turn and five rows asked for. */
export function manyRows(call: Omit<GeneratorCall, 'examples'>, source: readonly Row[], calls: number): RowObject[] {
  return Array.from({ length: calls }, (_, turn) => {
    const from = (turn * 5) % source.length;
    const text = generatorText({ ...call, examples: source.slice(from, from + 5), seed: turn });
    return (JSON.parse(text) as { rows: RowObject[] }).rows;
  }).flat();
}

/** Share of the variance of `size` that `sort` explains (correlation ratio), in [0, 1]. */
export function explained(rows: RowObject[]): number {
  const sizes = rows.map(({ size }) => Number(size));
  const mean = average(sizes);
  const bySort = new Map<unknown, number[]>();
  for (const { sort, size } of rows) bySort.set(sort, [...(bySort.get(sort) ?? []), Number(size)]);
  const between = [...bySort.values()].reduce((sum, group) => sum + group.length * (average(group) - mean) ** 2, 0);
  return between / sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0);
}

export function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
