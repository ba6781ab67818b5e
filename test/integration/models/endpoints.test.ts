import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodeOf, WITHOUT_MODEL } from '../../../scripts/terminal.js';
import { answerChat } from '../../../simulator/chat.js';
import { readQuestion } from '../../../simulator/protocol.js';
import type { Answer, SeenRequest } from '../../support/http-endpoint.js';
import { startHttpEndpoint } from '../../support/http-endpoint.js';
import { startSite } from '../../support/site.js';
import { startTemporal } from '../../support/temporal.js';

let temporal: Awaited<ReturnType<typeof startTemporal>>;
beforeAll(async () => {
  temporal = await startTemporal();
}, 60_000);
afterAll(() => temporal.stop());

/** How an endpoint answers a request for which a good model would have written `rows`, a JSON text. */
type Behaviour = (rows: string, request: SeenRequest, index: number) => Answer;

function completion(message: object, finish_reason = 'stop'): Answer {
  return {
    body: {
      id: 'c',
      model: 'scripted',
      choices: [{ finish_reason, message }],
      usage: { prompt_tokens: 500, completion_tokens: 200 },
    },
  };
}

const says = (content: string | null, finish?: string): Answer => completion({ content }, finish);
const refuses = (status: number, error: object | string, headers?: Record<string, string>): Answer => ({
  status,
  body: { error },
  ...(headers ? { headers } : {}),
});
const bodyOf = ({ body }: SeenRequest): Record<string, unknown> =>
  JSON.parse(body.toString()) as Record<string, unknown>;
const objects = (rows: string): Record<string, unknown>[] =>
  (JSON.parse(rows) as { rows?: Record<string, unknown>[] }).rows ?? [];

/** A table as text: a head and a line a row; with `|` it is Markdown. */
function tableOf(rows: string, separator: string): string {
  const all = objects(rows);
  const bar = separator === '|';
  const line = (cells: unknown[]): string => (bar ? `| ${cells.join(' | ')} |` : cells.join(separator));
  const names = Object.keys(all[0] ?? {});
  return [
    line(names),
    ...(bar ? [line(names.map(() => '---'))] : []),
    ...all.map((row) => line(Object.values(row))),
  ].join('\n');
}

function stream(text: string, end: (response: ServerResponse) => void): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const pieces = text.match(/[^]{1,200}/g) ?? [];
    for (const content of pieces) response.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    end(response);
  };
}

interface Outcome {
  code: number;
  sees: string;
  /** Requests that reached the endpoint. */
  requests: number;
}

/** A fit against a scripted endpoint, the optimizer's requests included, through real HTTP, Temporal and worker. */
async function fitAgainst(behaviour: Behaviour, timeoutMs = 3000): Promise<Outcome> {
  const endpoint = await startHttpEndpoint((request, index) => {
    if (request.path.endsWith('/models')) return { body: { data: [{ id: 'scripted' }, { id: 'other' }] } };
    const { text } = answerChat(
      readQuestion(JSON.stringify({ ...bodyOf(request), response_format: { type: 'json_schema' }, max_tokens: 4000 })),
      1,
    );
    return behaviour(text, request, index);
  });
  const site = await startSite(temporal.address, { baseURL: endpoint.url, timeoutMs });
  try {
    await site.startWorker();
    const { manifest } = await site.fit({ epochs: 2, generatorModel: 'scripted', rowsPerRequest: 10 });
    return {
      code: manifest.withoutModel === 'unwanted' ? WITHOUT_MODEL : 0,
      sees: JSON.stringify(manifest.rejections),
      requests: endpoint.requests.length,
    };
  } catch (error) {
    return { code: exitCodeOf(error), sees: (error as Error).message, requests: endpoint.requests.length };
  } finally {
    await site.close();
    await endpoint.close();
  }
}

describe('a fit ends with a table that the model had a part in, on an endpoint that', () => {
  it.each<[string, Behaviour]>([
    ['answers as asked', (rows) => says(rows)],
    [
      'writes a Markdown table',
      (rows) => says(rows.includes('"rows"') ? `Here it is:\n\n${tableOf(rows, '|')}` : rows),
    ],
    ['writes CSV', (rows) => says(rows.includes('"rows"') ? `\`\`\`csv\n${tableOf(rows, ';')}\n\`\`\`` : rows)],
    [
      'writes JSON lines',
      (rows) =>
        says(
          rows.includes('"rows"')
            ? objects(rows)
                .map((row) => JSON.stringify(row))
                .join('\n')
            : rows,
        ),
    ],
    ['writes prose and fences round it', (rows) => says(`Of course!\n\`\`\`json\n${rows}\n\`\`\`\nAnything else?`)],
    ['thinks aloud first', (rows) => says(`<think>perhaps {"a": 1}</think>${rows}`)],
    ['puts the reply where its thoughts belong', (rows) => completion({ content: '', reasoning_content: rows })],
    ['always streams', (rows) => stream(rows, (response) => response.end('data: [DONE]\n\n'))],
    [
      'never streams',
      (rows, request) => (bodyOf(request).stream ? refuses(400, { message: 'stream is not supported' }) : says(rows)),
    ],
    [
      'takes no schema',
      (rows, request) =>
        bodyOf(request).response_format ? refuses(400, { message: 'response_format is not supported' }) : says(rows),
    ],
    [
      'refuses without a reason, in a list (Gemini)',
      (rows, request) =>
        bodyOf(request).seed === undefined && bodyOf(request).response_format === undefined
          ? says(rows)
          : {
              status: 400,
              body: JSON.stringify([{ error: { code: 400, message: 'Request contains an invalid argument.' } }]),
            },
    ],
    [
      'refuses text that is no JSON and sends it along (Groq)',
      (rows) =>
        refuses(400, {
          code: 'json_validate_failed',
          message: 'Failed to generate JSON',
          failed_generation: `Rows: ${rows}`,
        }),
    ],
    [
      'needs room for its thoughts',
      (rows, request) =>
        Number(bodyOf(request).max_tokens) > 3000 ? says(rows) : completion({ content: '' }, 'length'),
    ],
    ['is overloaded now and then', (rows, _, index) => (index % 4 === 1 ? { status: 503 } : says(rows))],
  ])(
    '%s',
    async (_, behaviour) => {
      const { code, sees } = await fitAgainst(behaviour);
      expect(code, sees).toBe(0);
    },
    120_000,
  );
});

describe('a fit is stopped before its second step is paid, with the reason and an exit code, on an endpoint that', () => {
  it.each<[string, Behaviour, RegExp]>([
    [
      'refuses',
      () => says("I'm sorry, but I can't help with that."),
      /it refused \(refused 20\).*--context.*--allow-without-model/,
    ],
    ['refuses in its own field', () => completion({ content: null, refusal: 'no' }), /it refused \(refused 20\)/],
    [
      'filters every reply',
      () => says(null, 'content_filter'),
      /a content filter took its replies away \(filtered 20\)/,
    ],
    [
      'only thinks',
      () => completion({ content: '', reasoning_content: 'hm' }, 'length'),
      /its thoughts used up the reply \(only-thoughts 20\).*--reasoning-effort/,
    ],
    ['says nothing', () => says(''), /its replies were empty \(empty-reply 20\)/],
    ['writes prose', () => says('A typical person is forty years old.'), /it wrote prose and no rows \(prose 20\)/],
    [
      'writes Markdown without rows',
      () => says('# Rows\n- one person\n- another'),
      /it wrote Markdown without rows \(markdown 20\)/,
    ],
    [
      'is cut off at once',
      () => says('{"rows": [{"age":', 'length'),
      /its replies were cut off before a whole row \(cut-off 20\)/,
    ],
    ['writes broken JSON', () => says('{"rows": [{"age": }, {"age": }]}'), /broken-json/],
    ['writes an empty list', () => says('{"rows": []}'), /an empty list of rows \(no-rows 20\)/],
    ['writes rows of another table', () => says('{"rows": [{"x": 1}, {"x": 2}]}'), /missing-column|not-in-reply/],
  ])(
    '%s',
    async (_, behaviour, expected) => {
      const { code, sees, requests } = await fitAgainst(behaviour);
      expect(sees).toMatch(/the model gave no valid row of 20 asked, so the fit was stopped after its first step/);
      expect(sees).toMatch(expected);
      expect(code).toBe(WITHOUT_MODEL);
      // The models, and two calls, each in a few forms at most.
      expect(requests).toBeLessThan(10);
    },
    120_000,
  );
});

describe('a fit ends with a clear failure on an endpoint that', () => {
  it.each<[string, Behaviour, RegExp]>([
    ['has no such model', () => refuses(404, { code: 'model_not_found' }), /has no model "scripted"/],
    ['refuses the key', () => refuses(401, { code: 'invalid_api_key' }), /refused the key/],
    ['has no credit left', () => refuses(429, { code: 'insufficient_quota' }), /no quota or credit left/],
    [
      'redirects to another host',
      () => ({ status: 307, headers: { location: 'http://127.0.0.1:9/v1' } }),
      /redirects to another address/,
    ],
    [
      'finds the request too long',
      () => refuses(400, { code: 'context_length_exceeded', message: 'maximum context length' }),
      /too long for "scripted"/,
    ],
  ])(
    '%s',
    async (_, behaviour, expected) => {
      const { code, sees } = await fitAgainst(behaviour);
      expect(sees).toMatch(expected);
      expect(code).toBe(1);
    },
    120_000,
  );
});
