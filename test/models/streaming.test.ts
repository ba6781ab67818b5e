import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ChatModel, ChatRequest } from '../../models/chat-model.js';
import { openaiModel } from '../../models/openai-model.js';
import type { Answer, HttpEndpoint } from '../support/http-endpoint.js';
import { startHttpEndpoint } from '../support/http-endpoint.js';

const REQUEST: ChatRequest = {
  model: 'small',
  temperature: 0.5,
  seed: 7,
  messages: [{ role: 'user', content: 'two rows' }],
  jsonSchema: { name: 'rows', schema: { type: 'object' } },
  maxTokens: 100,
};

let endpoint: HttpEndpoint | undefined;
afterEach(async () => {
  await endpoint?.close();
});

async function modelAnswering(options: { timeoutMs?: number }, ...answers: Answer[]): Promise<ChatModel> {
  endpoint = await startHttpEndpoint((_, index) => answers[Math.min(index, answers.length - 1)]!);
  return openaiModel({ baseURL: endpoint.url, timeoutMs: 5000, ...options });
}

function event(delta: object, more: object = {}): string {
  return `data: ${JSON.stringify({ model: 'small-2026', choices: [{ index: 0, delta, ...more }] })}\n\n`;
}

/** Sends events one after the other, each after a while, and ends as asked. */
function streaming(events: string[], everyMs: number, end: (response: ServerResponse) => void): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    void (async () => {
      for (const each of events) {
        response.write(each);
        await sleep(everyMs);
      }
      end(response);
    })();
  };
}

const sent = (index: number): Record<string, unknown> =>
  JSON.parse(endpoint!.requests[index]!.body.toString()) as Record<string, unknown>;

describe('a streamed reply', () => {
  it('may take longer than the endpoint may be silent, and says how far it is', async () => {
    const letters = Array.from('{"rows":[]}', (content) => event({ content }));
    const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 11 } })}\n\n`;
    const all = [...letters, event({}, { finish_reason: 'stop' }), usage, 'data: [DONE]\n\n'];
    const model = await modelAnswering(
      { timeoutMs: 1500 },
      streaming(all, 150, (response) => response.end()),
    );
    const seen: number[] = [];
    const reply = await model.complete(REQUEST, undefined, (characters) => seen.push(characters));
    expect(reply).toMatchObject({ text: '{"rows":[]}', finish: 'stop', promptTokens: 5, completionTokens: 11 });
    expect(seen.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['the endpoint falls silent', () => undefined],
    ['the connection is lost', (response) => response.socket?.destroy()],
  ])('keeps its whole rows when %s', async (_, end) => {
    const events = ['{"rows":[{"a":1},', '{"a":2},{"a"'].map((content) => event({ content }));
    const model = await modelAnswering({ timeoutMs: 1000 }, streaming(events, 20, end));
    expect(await model.complete(REQUEST)).toMatchObject({
      text: '{"rows":[{"a":1},{"a":2},{"a"',
      finish: 'broken-off',
    });
  });

  it('without a whole row is a failure', async () => {
    const model = await modelAnswering(
      { timeoutMs: 300 },
      streaming([event({ content: '{"rows"' })], 1, () => undefined),
    );
    await expect(model.complete(REQUEST)).rejects.toMatchObject({ kind: 'timeout', message: /sent nothing for 0.3 s/ });
  });

  it('is not kept when its caller gives it up', async () => {
    const events = [event({ content: '{"rows":[{"a":1},' })];
    const model = await modelAnswering(
      {},
      streaming(events, 1, () => undefined),
    );
    const controller = new AbortController();
    const call = model.complete(REQUEST, controller.signal, () => controller.abort(new Error('cancelled')));
    await expect(call).rejects.toThrow('cancelled');
  });

  it('with an error in place of its rest is a failure', async () => {
    const error = `data: ${JSON.stringify({ error: { message: 'overloaded', type: 'overloaded_error' } })}\n\n`;
    const model = await modelAnswering(
      {},
      streaming([event({ content: 'x' }), error], 1, (response) => response.end()),
    );
    await expect(model.complete(REQUEST)).rejects.toMatchObject({ kind: 'server' });
  });

  it('is read without its content type, too', async () => {
    const model = await modelAnswering({}, { body: event({ content: 'x' }) + 'data: [DONE]\n\n' });
    expect((await model.complete(REQUEST)).text).toBe('x');
  });
});

describe('an endpoint that takes', () => {
  const OK: Answer = { body: { choices: [{ finish_reason: 'stop', message: { content: 'x' } }] } };

  it('no stream is asked for whole replies from then on', async () => {
    const refusal: Answer = { status: 400, body: { error: { message: 'stream is not supported' } } };
    const model = await modelAnswering({}, refusal, OK);
    await model.complete(REQUEST);
    await model.complete(REQUEST);
    expect([0, 1, 2].map((index) => sent(index).stream)).toEqual([true, undefined, undefined]);
  });

  it('no stream_options is asked for a stream without them', async () => {
    const refusal: Answer = { status: 422, body: { error: { message: 'Unknown field: stream_options' } } };
    const model = await modelAnswering({}, refusal, OK);
    await model.complete(REQUEST);
    expect(sent(1)).toMatchObject({ stream: true });
    expect(sent(1)).not.toHaveProperty('stream_options');
  });

  it('something it does not name (Gemini) is asked in plainer forms, a bounded number of times', async () => {
    const vague: Answer = {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        { error: { code: 400, message: 'Request contains an invalid argument.', status: 'INVALID_ARGUMENT' } },
      ]),
    };
    const model = await modelAnswering({}, vague, vague, vague, OK);
    await model.complete(REQUEST);
    const format = (index: number): unknown => (sent(index).response_format as { type?: string } | undefined)?.type;
    expect([0, 1, 2, 3].map(format)).toEqual(['json_schema', 'json_schema', 'json_object', undefined]);
    await endpoint!.close();
    await expect((await modelAnswering({}, vague)).complete(REQUEST)).rejects.toMatchObject({ kind: 'bad-request' });
    expect(endpoint!.requests.length).toBeLessThan(9);
  });

  it('no forced cells is asked for rows in a list, with the messages of that form', async () => {
    const forced = {
      messages: [{ role: 'user' as const, content: 'keyed' }],
      jsonSchema: { name: 'rows', schema: { const: 1 } },
    };
    const model = await modelAnswering(
      {},
      { status: 400, body: { error: { message: 'Invalid schema for response_format' } } },
      OK,
    );
    await model.complete({ ...REQUEST, forced });
    expect([sent(0).messages, sent(1).messages]).toEqual([forced.messages, REQUEST.messages]);
    expect(sent(1).response_format).toMatchObject({ json_schema: { schema: { type: 'object' }, strict: true } });
  });

  it('JSON only when it is valid (Groq) passes on what the model wrote', async () => {
    const failed_generation = 'Here are the rows: [{"a":1}]';
    const model = await modelAnswering(
      {},
      {
        status: 400,
        body: { error: { message: 'Failed to generate JSON.', code: 'json_validate_failed', failed_generation } },
      },
    );
    expect(await model.complete(REQUEST)).toMatchObject({ text: failed_generation, finish: 'stop' });
  });
});

describe('a reasoning model', () => {
  const reply = (message: object, finish_reason = 'stop'): Answer => ({
    body: { choices: [{ finish_reason, message }], usage: { prompt_tokens: 10, completion_tokens: 100 } },
  });

  it('that uses up its tokens with thoughts gets more, remembered, and all of them are counted', async () => {
    const model = await modelAnswering(
      {},
      reply({ content: '', reasoning_content: 'hm' }, 'length'),
      reply({ content: 'x' }),
    );
    expect(await model.complete(REQUEST)).toMatchObject({ text: 'x', promptTokens: 20, completionTokens: 200 });
    await model.complete(REQUEST);
    expect([0, 1, 2].map((index) => sent(index).max_tokens)).toEqual([100, 400, 400]);
  });

  it('that never comes to an end is given up after two more tries', async () => {
    const model = await modelAnswering({}, reply({ content: null }, 'length'));
    expect(await model.complete(REQUEST)).toMatchObject({ text: '', finish: 'length' });
    expect([0, 1, 2].map((index) => sent(index).max_tokens)).toEqual([100, 400, 1600]);
    expect(endpoint!.requests).toHaveLength(3);
  });

  it('that puts the reply where its thoughts belong is read there', async () => {
    const model = await modelAnswering({}, reply({ content: '', reasoning_content: '{"rows":[]}' }));
    expect(await model.complete(REQUEST)).toMatchObject({ text: '{"rows":[]}', thoughtsOnly: true });
  });
});

describe('what is added to a request', () => {
  it('is in its body and its headers, and in no failure', async () => {
    endpoint = await startHttpEndpoint(() => ({ status: 400, body: { error: { message: 'no: sesame' } } }));
    const model = openaiModel({
      baseURL: endpoint.url,
      timeoutMs: 5000,
      extraBody: { top_k: 40, temperature: 0 },
      headers: { 'x-gateway': 'sesame' },
      reasoningEffort: 'low',
    });
    const failure = await model.complete(REQUEST).catch((error: unknown) => error as Error);
    expect(sent(0)).toMatchObject({ top_k: 40, temperature: 0, reasoning_effort: 'low', max_tokens: 100 });
    expect(endpoint.requests[0]!.headers['x-gateway']).toBe('sesame');
    expect(JSON.stringify(failure) + (failure as Error).message).not.toContain('sesame');
  });
});
