import { startSimulator } from '../../simulator/index.js';
import { readCell } from '../../simulator/column-reader.js';
import { fits, readPrompt, type GeneratorPrompt } from '../../simulator/prompt-reader.js';
import { startHttpEndpoint } from './http-endpoint.js';

/** A row as its cells are written. */
type Written = Record<string, string>;

/** Fresh rows that are looked at for one that has the given cells. */
const LOOKED_AT = 400;

/**
 * An endpoint on loopback that answers with fresh rows of a table's true process, as a perfect model would: for each row
 * that is asked for, the first of many that has the given cells, or has most of them. Proposals of θ are the simulated
 * model's.
 *
 * @param draw one fresh row; cells of number columns as numbers are written.
 */
export async function startPerfectModel(draw: () => Written): Promise<{ url: string; close(): Promise<void> }> {
  const simulator = await startSimulator();
  const endpoint = await startHttpEndpoint(async ({ method, path, headers, body }) => {
    const chat = path.endsWith('/chat/completions')
      ? (JSON.parse(body.toString('utf8')) as { messages: { role: string; content: string }[] })
      : null;
    const prompt = chat && readPrompt(chat.messages);
    if (prompt?.role === 'generator') return { body: completion(JSON.stringify({ rows: rowsFor(prompt, draw) })) };
    const reply = await fetch(new URL(path, simulator.url), {
      method,
      ...(body.length > 0
        ? { body: new Uint8Array(body), headers: { 'content-type': headers['content-type'] ?? '' } }
        : {}),
    });
    return {
      status: reply.status,
      headers: { 'content-type': reply.headers.get('content-type') ?? '' },
      body: Buffer.from(await reply.arrayBuffer()),
    };
  });
  return {
    url: `${endpoint.url}${new URL(simulator.url).pathname}`,
    close: async () => {
      await endpoint.close();
      await simulator.close();
    },
  };
}

function rowsFor({ columns, rows }: GeneratorPrompt, draw: () => Written): Record<string, unknown>[] {
  return rows.map((given) => {
    let best: { row: Written; kept: number } | undefined;
    const wanted = given.filter((each) => each !== undefined).length;
    for (let i = 0; i < LOOKED_AT && best?.kept !== wanted; i++) {
      const row = draw();
      const kept = columns.filter(
        (column, place) => given[place] && fits(readCell(column, cellOf(column.kind, row[column.name]!)), given[place]),
      ).length;
      if (kept > (best?.kept ?? -1)) best = { row, kept };
    }
    return Object.fromEntries(columns.map(({ name, kind }) => [name, cellOf(kind, best!.row[name]!)]));
  });
}

function cellOf(kind: string, text: string): string | number | null {
  if (text === '') return null;
  return kind === 'number' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function completion(content: string): Record<string, unknown> {
  return {
    id: 'perfect',
    object: 'chat.completion',
    created: 0,
    model: 'perfect',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1000, completion_tokens: 500, total_tokens: 1500 },
  };
}
