import { afterEach, describe, expect, it } from 'vitest';
import { openaiModel } from '../../models/openai-model.js';
import type { ChatModel, ChatRequest } from '../../models/chat-model.js';
import { ModelFailure } from '../../models/chat-model.js';
import { ModelError } from '../../mallm/errors.js';
import type { Answer, HttpEndpoint } from '../support/http-endpoint.js';
import { startHttpEndpoint } from '../support/http-endpoint.js';

const KEY = 'sk-secret-key-0123456789';
const PROMPT = 'a patient of 63 years in JSON';
const REQUEST: ChatRequest = {
  model: 'small',
  temperature: 0.5,
  seed: 7,
  messages: [
    { role: 'system', content: 'You make tables.' },
    { role: 'user', content: PROMPT },
  ],
  jsonSchema: { name: 'rows', schema: { type: 'object' } },
  maxTokens: 100,
};

let endpoint: HttpEndpoint | undefined;
afterEach(async () => {
  await endpoint?.close();
  endpoint = undefined;
});

/** A model whose endpoint answers one request after the other as listed; the last answer is repeated. */
async function modelAnswering(...answers: Answer[]): Promise<ChatModel> {
  return modelWith({}, ...answers);
}

async function modelWith(options: { timeoutMs?: number }, ...answers: Answer[]): Promise<ChatModel> {
  endpoint = await startHttpEndpoint((_, index) => answers[Math.min(index, answers.length - 1)]!);
  return openaiModel({ baseURL: `${endpoint.url}/v1`, apiKey: KEY, timeoutMs: 5000, ...options });
}

function completion(message: Record<string, unknown>, more: Record<string, unknown> = {}): Answer {
  return {
    body: {
      id: 'c1',
      object: 'chat.completion',
      model: 'small-2026',
      choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', ...message } }],
      usage: { prompt_tokens: 11, completion_tokens: 3 },
      ...more,
    },
  };
}

function refusal(status: number, error: Record<string, unknown>, headers: Record<string, string> = {}): Answer {
  return { status, headers, body: { error: { message: `You asked: ${PROMPT} with ${KEY}`, ...error } } };
}

function sent(index: number): Record<string, unknown> {
  return JSON.parse(endpoint!.requests[index]!.body.toString()) as Record<string, unknown>;
}

async function failureOf(call: Promise<unknown>): Promise<ModelFailure> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelFailure);
  return error as ModelFailure;
}

describe('a count of tokens that cannot be', () => {
  const counts = ['null', '0', '-5', '"12"', '1e400', '2.5', '1e15', '[]'];

  it.each(counts)('%s is replaced by an estimate from the characters', async (count) => {
    const text = 'x'.repeat(400);
    const body = `{"choices":[{"finish_reason":"stop","message":{"content":"${text}"}}],"usage":{"prompt_tokens":${count},"completion_tokens":${count}}}`;
    const model = await modelAnswering({ headers: { 'content-type': 'application/json' }, body });
    const { promptTokens, completionTokens } = await model.complete(REQUEST);
    expect(promptTokens).toBe(16);
    expect(completionTokens).toBeGreaterThanOrEqual(100);
    expect(completionTokens).toBeLessThanOrEqual(150);
  });

  it('is not one that counts hidden thoughts', async () => {
    const model = await modelAnswering(
      completion({ content: '[]' }, { usage: { prompt_tokens: 11, completion_tokens: 60_000 } }),
    );
    expect(await model.complete(REQUEST)).toMatchObject({ promptTokens: 11, completionTokens: 60_000 });
  });
});

describe('a call', () => {
  it('sends the whole request once, with the key, and gives the reply with its counts', async () => {
    const model = await modelAnswering(completion({ content: '{"rows":[]}' }));
    expect(await model.complete(REQUEST)).toEqual({
      id: 'c1',
      text: '{"rows":[]}',
      finish: 'stop',
      model: 'small-2026',
      simulated: false,
      promptTokens: 11,
      completionTokens: 3,
      form: 'JSON by a schema, streamed',
    });
    expect(endpoint!.requests).toHaveLength(1);
    expect(endpoint!.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${KEY}` },
    });
    expect(sent(0)).toEqual({
      model: 'small',
      messages: REQUEST.messages,
      temperature: 0.5,
      seed: 7,
      max_tokens: 100,
      stream: true,
      stream_options: { include_usage: true },
      response_format: { type: 'json_schema', json_schema: { name: 'rows', schema: { type: 'object' }, strict: true } },
    });
    expect(model.host).toBe(new URL(endpoint!.url).host);
  });

  it.each<[string, Answer, Record<string, unknown>]>([
    [
      'cut off',
      completion({ content: '{"ro' }, { choices: [{ finish_reason: 'length', message: { content: '{"ro' } }] }),
      { finish: 'length', text: '{"ro' },
    ],
    [
      'filtered',
      completion({}, { choices: [{ finish_reason: 'content_filter', message: { content: null } }] }),
      { finish: 'content-filter', text: '' },
    ],
    ['a refusal', completion({ content: null, refusal: 'I cannot help with that' }), { finish: 'refusal', text: '' }],
    ['null content', completion({ content: null }), { finish: 'stop', text: '' }],
    [
      'content in parts',
      completion({
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      }),
      { text: 'ab' },
    ],
    [
      'an unknown finish',
      completion({}, { choices: [{ finish_reason: 'eos', message: { content: 'x' } }] }),
      { finish: 'other' },
    ],
    [
      'simulated, by its fingerprint',
      completion({ content: '' }, { system_fingerprint: 'simulated' }),
      { simulated: true },
    ],
    ['simulated, by its name', completion({ content: '' }, { model: 'mallm-gan-simulator' }), { simulated: true }],
    ['not counted', completion({ content: '12345678' }, { usage: null }), { promptTokens: 16, completionTokens: 3 }],
    ['without a model', completion({ content: 'x' }, { model: undefined }), { model: 'small' }],
    [
      'a prompt that Azure filters',
      { status: 400, body: { error: { code: 'content_filter', message: 'The response was filtered' } } },
      { finish: 'content-filter', text: '', promptTokens: 0 },
    ],
  ])('takes a reply that is %s', async (_, answer, expected) => {
    const model = await modelAnswering(answer);
    expect(await model.complete(REQUEST)).toMatchObject(expected);
  });

  it('reads the limits from the headers', async () => {
    const headers = { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '9' };
    const model = await modelAnswering({ headers, body: { choices: [{ message: { content: 'x' } }] } });
    expect((await model.complete(REQUEST)).rateLimit).toEqual({ requests: { limit: 60, remaining: 9 } });
  });

  it('needs no key where the endpoint needs none', async () => {
    endpoint = await startHttpEndpoint(() => completion({ content: 'x' }));
    const model = openaiModel({ baseURL: endpoint.url, timeoutMs: 5000 });
    expect((await model.complete(REQUEST)).text).toBe('x');
  });
});

describe('a failed call', () => {
  it.each<[string, Answer, Partial<ModelFailure>]>([
    ['429', refusal(429, { code: 'rate_limit_exceeded' }), { kind: 'rate-limited' }],
    ['429 without quota', refusal(429, { code: 'insufficient_quota', type: 'insufficient_quota' }), { kind: 'quota' }],
    ['429 for billing', refusal(429, { code: 'billing_hard_limit_reached' }), { kind: 'quota' }],
    ['402', refusal(402, {}), { kind: 'quota' }],
    ['401', refusal(401, { code: 'invalid_api_key' }), { kind: 'unauthorized' }],
    ['403', refusal(403, {}), { kind: 'unauthorized' }],
    ['404', refusal(404, { code: 'model_not_found' }), { kind: 'not-found' }],
    ['404 with HTML', { status: 404, body: '<html>none</html>' }, { kind: 'not-found' }],
    ['200 with HTML', { headers: { 'content-type': 'text/html' }, body: '<html>hello</html>' }, { kind: 'not-found' }],
    ['400', refusal(400, { code: 'invalid_value' }), { kind: 'bad-request' }],
    [
      '422',
      { status: 422, body: { detail: [{ loc: ['body', 'messages'], msg: 'too many' }] } },
      { kind: 'bad-request' },
    ],
    ['500', refusal(500, {}), { kind: 'server' }],
    ['502 with HTML', { status: 502, body: '<html>bad gateway</html>' }, { kind: 'server' }],
    ['503', { status: 503 }, { kind: 'server' }],
    ['529', refusal(529, { type: 'overloaded_error' }), { kind: 'server' }],
    ['no choices', { body: { choices: [] } }, { kind: 'unreadable' }],
    ['200 with an error', { body: { error: { code: 429, message: 'x' } } }, { kind: 'rate-limited' }],
    [
      'half a reply',
      { headers: { 'content-type': 'application/json' }, body: '{"choices":[{"mess' },
      { kind: 'unreadable' },
    ],
    ['a reset', (response) => response.socket?.resetAndDestroy(), { kind: 'connection' }],
  ])('of %s has its kind, and holds no secret', async (_, answer, expected) => {
    const model = await modelAnswering(answer);
    const failure = await failureOf(model.complete({ ...REQUEST, jsonSchema: undefined }));
    expect(failure).toMatchObject(expected);
    expect(endpoint!.requests).toHaveLength(1);
    const told = JSON.stringify([failure.message, failure.details, failure.cause ?? null]);
    expect(told).not.toContain('63 years');
    expect(told).not.toContain(KEY);
  });

  it('names the model, the address and the flag when the model is not there', async () => {
    const failure = await failureOf((await modelAnswering(refusal(404, {}))).complete(REQUEST));
    expect(failure.message).toMatch(/127\.0\.0\.1:\d+ has no model "small".*--generator-model.*ends in \/v1/);
  });

  it('says what to do when the request is too long', async () => {
    const answer = refusal(400, {
      message: "This model's maximum context length is 2048 tokens",
      code: 'context_length_exceeded',
    });
    const failure = await failureOf((await modelAnswering(answer)).complete(REQUEST));
    expect(failure.message).toMatch(/too long for "small".*--rows-per-request/);
  });

  it.each<[string, Record<string, string>, number]>([
    ['milliseconds', { 'retry-after-ms': '1500' }, 1500],
    ['seconds', { 'retry-after': '20' }, 20_000],
    ['a date', { date: 'Wed, 25 Nov 2026 10:00:00 GMT', 'retry-after': 'Wed, 25 Nov 2026 10:00:30 GMT' }, 30_000],
    ['a reset', { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m2s' }, 62_000],
  ])('of 429 says how long to wait, from %s', async (_, headers, expected) => {
    const failure = await failureOf((await modelAnswering(refusal(429, {}, headers))).complete(REQUEST));
    expect(failure.details).toMatchObject({ status: 429, retryAfterMs: expected });
  });

  it.each<[string, Answer]>([
    ['never answers', () => undefined],
    [
      'hangs in the body',
      (response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"ch'),
    ],
    ['hangs in the body of an error', (response) => void response.writeHead(500).write('{"er')],
  ])('of an endpoint that %s ends in time', async (_, answer) => {
    const model = await modelWith({ timeoutMs: 300 }, answer);
    const start = Date.now();
    expect(await failureOf(model.complete(REQUEST))).toMatchObject({ kind: 'timeout' });
    expect(Date.now() - start).toBeLessThan(3000);
  });

  it('of an endpoint that is down says so', async () => {
    const model = await modelAnswering();
    await endpoint!.close();
    const failure = await failureOf(model.complete(REQUEST));
    expect(failure).toMatchObject({ kind: 'connection', details: { code: 'ECONNREFUSED' } });
    expect(failure.message).toBe(
      `${model.host} cannot be reached (ECONNREFUSED). Check the address and that it is up.`,
    );
  });

  it('of a host that does not exist says so', async () => {
    const model = openaiModel({ baseURL: 'http://no-such-host.invalid/v1', apiKey: KEY, timeoutMs: 20_000 });
    expect(await failureOf(model.complete(REQUEST))).toMatchObject({
      kind: 'connection',
      details: { code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) as string },
    });
  });

  it('ends with the reason of its cancellation', async () => {
    const model = await modelAnswering(() => undefined);
    const controller = new AbortController();
    const call = model.complete(REQUEST, controller.signal);
    setTimeout(() => controller.abort(new Error('cancelled by the workflow')), 50);
    await expect(call).rejects.toThrow('cancelled by the workflow');
  });
});

describe('the form of a request', () => {
  const OK = completion({ content: 'x' });
  const format = (index: number): unknown => (sent(index).response_format as { type?: string } | undefined)?.type;
  const strict = (index: number): unknown =>
    (sent(index).response_format as { json_schema?: { strict: boolean } }).json_schema?.strict;

  it('steps down from a schema to JSON to text, and remembers where it stood', async () => {
    const no = (param: string): Answer => refusal(400, { param, message: 'not supported' });
    const model = await modelAnswering(no('response_format'), no('response_format'), no('response_format'), OK);
    await model.complete(REQUEST);
    await model.complete(REQUEST);
    expect([0, 1, 2, 3, 4].map(format)).toEqual(['json_schema', 'json_schema', 'json_object', undefined, undefined]);
    expect([strict(0), strict(1)]).toEqual([true, false]);
  });

  it.each<[string, Answer]>([
    [
      'FastAPI',
      { status: 422, body: { detail: [{ loc: ['body', 'response_format', 'type'], msg: 'unexpected value' }] } },
    ],
    ['vLLM', { status: 400, body: { object: 'error', message: 'guided decoding is not available', code: 400 } }],
    ['Ollama', { status: 400, body: { error: 'json_schema is not supported' } }],
    [
      'llama.cpp',
      { status: 500, body: { error: { code: 500, message: 'failed to parse grammar', type: 'server_error' } } },
    ],
  ])('understands a refusal in the words of %s', async (_, answer) => {
    const model = await modelAnswering(answer, OK);
    expect((await model.complete(REQUEST)).text).toBe('x');
    expect(strict(1)).toBe(false);
  });

  it('leaves out what the endpoint refuses, each once, and keeps the rest', async () => {
    const model = await modelAnswering(
      refusal(400, {
        param: 'max_tokens',
        code: 'unsupported_parameter',
        message: "Use 'max_completion_tokens' instead.",
      }),
      refusal(400, { param: 'temperature', code: 'unsupported_value', message: 'Only the default (1) is supported.' }),
      refusal(400, { message: 'Unrecognized request argument supplied: seed' }),
      OK,
    );
    await model.complete(REQUEST);
    await model.complete(REQUEST);
    expect(Object.keys(sent(4)).sort()).toEqual([
      'max_completion_tokens',
      'messages',
      'model',
      'response_format',
      'stream',
      'stream_options',
    ]);
    expect(endpoint!.requests).toHaveLength(5);
  });

  it('keeps a strict schema where only the number of rows is refused', async () => {
    const row = { type: 'object', properties: { minItems: { type: 'integer' } } };
    const schema = (counts: object): Record<string, unknown> => ({
      type: 'object',
      properties: { rows: { type: 'array', items: row, ...counts } },
    });
    const jsonSchema = { name: 'rows', schema: schema({ minItems: 3, maxItems: 3 }) };
    const model = await modelAnswering(
      refusal(400, { param: 'response_format', message: "Invalid schema: 'minItems' is not permitted." }),
      OK,
    );
    await model.complete({ ...REQUEST, jsonSchema });
    const sentSchema = (index: number): unknown =>
      (sent(index).response_format as { json_schema: { schema: unknown } }).json_schema.schema;
    expect([sentSchema(0), sentSchema(1)]).toEqual([jsonSchema.schema, schema({})]);
    expect([strict(0), strict(1)]).toEqual([true, true]);
  });

  it('is found for each model by itself, and side by side', async () => {
    const refusing: Answer = refusal(400, { param: 'seed', message: 'no' });
    endpoint = await startHttpEndpoint(({ body }) => (body.toString().includes('"seed"') ? refusing : OK));
    const model = openaiModel({ baseURL: endpoint.url, apiKey: KEY, timeoutMs: 5000 });
    await Promise.all([1, 2, 3].map(() => model.complete(REQUEST)));
    expect(endpoint.requests).toHaveLength(6);
    await model.complete(REQUEST);
    expect(endpoint.requests).toHaveLength(7);
    await model.complete({ ...REQUEST, model: 'other' });
    expect(endpoint.requests).toHaveLength(9);
  });

  it('is not changed by a refusal that names no part of it', async () => {
    const model = await modelAnswering(refusal(400, { message: 'no' }));
    expect(await failureOf(model.complete(REQUEST))).toMatchObject({ kind: 'bad-request' });
    expect(endpoint!.requests).toHaveLength(1);
  });
});

describe('the default model', () => {
  const listing = (...names: string[]): Answer => ({
    body: { object: 'list', data: names.map((id) => ({ id, object: 'model' })) },
  });

  it('is the only one that chats', async () => {
    const model = await modelAnswering(listing('nomic-embed-text', 'smol'));
    expect([await model.defaultModel(), await model.defaultModel()]).toEqual(['smol', 'smol']);
    expect(endpoint!.requests.map(({ path }) => path)).toEqual(['/v1/models']);
  });

  it('is the one that was set, without a question', async () => {
    const model = openaiModel({ baseURL: 'http://127.0.0.1:9', model: 'mine', timeoutMs: 100 });
    expect(await model.defaultModel()).toBe('mine');
  });

  it('is a small one on OpenAI’s own endpoint', async () => {
    const data = ['gpt-5.6-sol', 'gpt-4.1-mini', 'text-embedding-3-small'].map((id) => ({ id }));
    const model = openaiModel({
      apiKey: KEY,
      timeoutMs: 5000,
      fetch: async () => new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } }),
    });
    expect([model.host, await model.defaultModel()]).toEqual(['api.openai.com', 'gpt-4.1-mini']);
  });

  it('has to be named where there are several, or none', async () => {
    const several = (await modelAnswering(listing('a', 'b', 'c', 'd', 'e', 'f', 'g'))).defaultModel();
    await expect(several).rejects.toBeInstanceOf(ModelError);
    await expect(several).rejects.toThrow(
      /has several: got a, b, c, d, e and 2 more\. Name one with --generator-model/,
    );
    await endpoint!.close();
    await expect((await modelAnswering(listing())).defaultModel()).rejects.toThrow(/has none/);
    await endpoint!.close();
    await expect((await modelAnswering({ status: 404 })).defaultModel()).rejects.toThrow(/does not list its models/);
  });

  it('is asked again after a failure, and a wrong key is named as one', async () => {
    const model = await modelAnswering(refusal(401, {}), listing('smol'));
    expect(await failureOf(model.defaultModel())).toMatchObject({ kind: 'unauthorized' });
    expect(await model.defaultModel()).toBe('smol');
  });
});

describe('Azure OpenAI', () => {
  it('is asked by deployment and version, with its own key header', async () => {
    endpoint = await startHttpEndpoint(() => completion({ content: 'x' }));
    const azure = { endpoint: `${endpoint.url}/`, apiVersion: '2025-04-01-preview' };
    await openaiModel({ azure, apiKey: KEY, timeoutMs: 5000 }).complete(REQUEST);
    const model = openaiModel({ azure: { ...azure, deployment: 'mine' }, apiKey: KEY, timeoutMs: 5000 });
    await model.complete(REQUEST);
    expect(endpoint.requests.map(({ path }) => path)).toEqual([
      '/openai/deployments/small/chat/completions?api-version=2025-04-01-preview',
      '/openai/deployments/mine/chat/completions?api-version=2025-04-01-preview',
    ]);
    expect(endpoint.requests[0]!.headers).toMatchObject({ 'api-key': KEY });
    expect(await model.defaultModel()).toBe('mine');
  });

  it('cannot name a default model without a deployment', async () => {
    const model = openaiModel({
      azure: { endpoint: 'http://127.0.0.1:9', apiVersion: 'v' },
      apiKey: KEY,
      timeoutMs: 100,
    });
    await expect(model.defaultModel()).rejects.toThrow(/Name one with --generator-model/);
  });
});

describe('an address', () => {
  it.each(['localhost:8000/v1', 'nonsense', 'ftp://host/v1'])('that is %s is refused at once', (baseURL) => {
    expect(() => openaiModel({ baseURL, timeoutMs: 100 })).toThrow(ModelError);
  });

  it('is shown as a host, without path, name or password', () => {
    expect(openaiModel({ baseURL: 'https://user:word@host.example:8443/secret/v1', timeoutMs: 1 }).host).toBe(
      'host.example:8443',
    );
  });
});
