import OpenAI, { AzureOpenAI } from 'openai';
import { ModelError } from '../mallm/errors.js';
import { deadline } from '../store/deadline.js';
import type { Deadline } from '../store/deadline.js';
import type { ChatModel, ChatReply, ChatRequest } from './chat-model.js';
import { chatReplyOf, filteredReply, refusedText } from './chat-reply.js';
import { chooseModel, unlistedModels } from './default-model.js';
import type { Asked } from './model-failure.js';
import { modelFailure, providerErrorOf, timeoutFailure } from './model-failure.js';
import { readBody } from './reply-body.js';
import type { RequestForm } from './request-form.js';
import { describeForm, FULL_FORM, narrowedForm, narrower, parametersOf, roomierForm } from './request-form.js';
import { rateLimitOf } from './retry-after.js';
import type { Proxies } from './transport.js';
import { endpointFetch } from './transport.js';

const OPENAI_URL = 'https://api.openai.com/v1';
/** The client wants a key; endpoints without one ignore it. */
const NO_KEY = 'none';
/** A reply that is still being written may take so many times as long as an endpoint may be silent. */
const LONGEST_REPLY = 20;

export interface OpenAIModelOptions {
  /** Base URL of an endpoint that speaks OpenAI's protocol. Default: OpenAI's own. */
  baseURL?: string;
  apiKey?: string;
  /** Azure OpenAI instead: the resource's address; the model's name is the deployment unless one is given. */
  azure?: { endpoint: string; apiVersion: string; deployment?: string };
  /** The model to take when a run names none. */
  model?: string;
  /** Fields that are added to the body of each request, over our own. */
  extraBody?: Record<string, unknown>;
  headers?: Record<string, string>;
  /** How much a reasoning model is to think, in the endpoint's own words. */
  reasoningEffort?: string;
  /** Milliseconds without a byte after which a call counts as hung; the whole time of a reply that is not streamed. */
  timeoutMs: number;
  proxies?: Proxies;
  fetch?: typeof fetch;
}

/** One call under way. */
interface Call {
  request: ChatRequest;
  asked: Asked;
  signal: AbortSignal;
  onText(characters: number): void;
}

/**
 * A model behind the OpenAI protocol. It makes each call once: every failure is a `ModelFailure`, and only a request
 * that the endpoint refuses for its form, or whose reply was all thoughts, is put in another form and sent again. What
 * form a model takes is found once. Replies are streamed where the endpoint can, so that a slow one counts as alive.
 *
 * @throws ModelError when the address is not one.
 */
export function openaiModel(options: OpenAIModelOptions): ChatModel {
  const client = clientOf(options);
  const { host } = new URL(client.baseURL);
  const forms = new Map<string, RequestForm>();
  let found: Promise<string> | undefined;

  async function complete(
    request: ChatRequest,
    signal?: AbortSignal,
    onText: (characters: number) => void = () => undefined,
  ): Promise<ChatReply> {
    const quotes = (word: string): boolean => isInPrompt(request, word);
    const asked: Asked = { host, model: request.model, timeoutMs: options.timeoutMs, quotes };
    const silence = deadline(options.timeoutMs, signal);
    const whole = deadline(LONGEST_REPLY * options.timeoutMs, silence.signal);
    const alive = (characters: number): void => {
      silence.renew();
      onText(characters);
    };
    try {
      const reply = await inFormTaken({ request, asked, signal: whole.signal, onText: alive }, silence);
      // What breaks off because the caller gives up is no reply.
      if (reply.finish === 'broken-off') signal?.throwIfAborted();
      return reply;
    } catch (error) {
      signal?.throwIfAborted();
      throw silence.passed() || whole.passed() ? timeoutFailure(asked) : error;
    } finally {
      whole.end();
      silence.end();
    }
  }

  async function inFormTaken(call: Call, silence: Deadline): Promise<ChatReply> {
    const { request, asked } = call;
    const inVain = { promptTokens: 0, completionTokens: 0 };
    for (let form = forms.get(request.model) ?? FULL_FORM; ;) {
      silence.renew();
      try {
        const reply = await send(client, call, form);
        forms.set(request.model, narrower(form, forms.get(request.model) ?? FULL_FORM));
        const roomier = isUsedUpByThoughts(reply) ? roomierForm(form) : undefined;
        inVain.promptTokens += reply.promptTokens;
        inVain.completionTokens += reply.completionTokens;
        if (!roomier) return { ...reply, ...inVain };
        form = roomier;
      } catch (error) {
        const provider = providerErrorOf(error);
        if (isFiltered(provider)) return filteredReply(request);
        if (provider.failedText !== undefined) return refusedText(request, provider.failedText);
        const plainer = narrowedForm(form, request, provider);
        if (!plainer) throw modelFailure(error, asked, Date.now());
        form = plainer;
      }
    }
  }

  async function listedModel(): Promise<string> {
    if (options.azure) return options.azure.deployment ?? Promise.reject(unlistedModels(host));
    try {
      const names: string[] = [];
      for await (const { id } of client.models.list({ timeout: options.timeoutMs })) names.push(id);
      return chooseModel(names, host);
    } catch (error) {
      if (error instanceof ModelError) throw error;
      const failure = modelFailure(error, { host, model: '', timeoutMs: options.timeoutMs }, Date.now());
      throw failure.kind === 'not-found' || failure.kind === 'bad-request' ? unlistedModels(host) : failure;
    }
  }

  return {
    host,
    complete,
    async defaultModel() {
      if (options.model !== undefined) return options.model;
      found ??= listedModel();
      found.catch(() => (found = undefined));
      return found;
    },
  };
}

async function send(client: OpenAI, { request, asked, signal, onText }: Call, form: RequestForm): Promise<ChatReply> {
  const response = await client.chat.completions.create(parametersOf(request, form), { signal }).asResponse();
  const rateLimit = rateLimitOf(response.headers, Date.now());
  const reply = chatReplyOf(await readBody(response, { client, signal, onText }), request, asked);
  return { ...reply, form: describeForm(form, request), ...(rateLimit ? { rateLimit } : {}) };
}

/** Stopped by its bound before it wrote anything but thoughts. */
function isUsedUpByThoughts({ finish, text, thoughtsOnly }: ChatReply): boolean {
  return finish === 'length' && (text.trim() === '' || thoughtsOnly === true);
}

function isInPrompt({ messages, forced }: ChatRequest, word: string): boolean {
  const all = [...messages, ...(forced?.messages ?? [])];
  return all.some(({ content }) => content.toLowerCase().includes(word.toLowerCase()));
}

/** Azure refuses a prompt that its filter objects to with status 400: the run goes on without this reply. */
function isFiltered({ status, code }: { status?: number; code?: string }): boolean {
  return status === 400 && /^(content_filter|content_policy_violation|ResponsibleAIPolicyViolation)$/i.test(code ?? '');
}

function clientOf(options: OpenAIModelOptions): OpenAI {
  const { apiKey = NO_KEY, azure, timeoutMs } = options;
  const baseURL = (azure ? `${azure.endpoint.replace(/\/+$/, '')}/openai` : options.baseURL) ?? OPENAI_URL;
  if (!URL.canParse(baseURL) || !/^https?:$/.test(new URL(baseURL).protocol)) {
    const got = JSON.stringify(baseURL);
    const remedy = 'Correct OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT.';
    throw new ModelError({
      problem: 'the address of the model is not one',
      expected: 'http://… or https://…',
      got,
      remedy,
    });
  }
  const common = {
    apiKey,
    baseURL,
    // Ours alone: that of the client ends a reply that is still being written.
    timeout: LONGEST_REPLY * timeoutMs,
    maxRetries: 0,
    // Set here so that the client does not take them from the environment by itself; its log would show prompts.
    organization: null,
    project: null,
    logLevel: 'off' as const,
    fetch: withPlainErrors(withExtras(options, options.fetch ?? endpointFetch(options.proxies ?? {}))),
    ...(options.headers ? { defaultHeaders: options.headers } : {}),
  };
  return azure
    ? new AzureOpenAI({ ...common, apiVersion: azure.apiVersion, deployment: azure.deployment })
    : new OpenAI(common);
}

/** Adds what an endpoint wants beside the protocol to the body of each request. */
function withExtras({ extraBody, reasoningEffort }: OpenAIModelOptions, fetchReply: typeof fetch): typeof fetch {
  if (!extraBody && reasoningEffort === undefined) return fetchReply;
  return (input, init) => {
    if (typeof init?.body !== 'string') return fetchReply(input, init);
    const body = JSON.parse(init.body) as object;
    const effort = reasoningEffort === undefined ? {} : { reasoning_effort: reasoningEffort };
    return fetchReply(input, { ...init, body: JSON.stringify({ ...body, ...effort, ...extraBody }) });
  };
}

/** The client reads only errors of OpenAI's shape, `{"error": …}`: others are put into it, or their words were lost. */
function withPlainErrors(fetchReply: typeof fetch): typeof fetch {
  return async (input, init) => {
    const reply = await fetchReply(input, init);
    if (reply.ok) return reply;
    const { status, headers } = reply;
    const text = await reply.text();
    return new Response(JSON.stringify({ error: errorIn(text) }), { status, headers });
  };
}

function errorIn(text: string): unknown {
  try {
    const parsed = JSON.parse(text) as unknown;
    // Google sends its errors in a list.
    const [first] = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
    const body = first as { error?: unknown; message?: unknown; detail?: unknown; code?: unknown } | null;
    if (body?.error !== undefined) return typeof body.error === 'string' ? { message: body.error } : body.error;
    const words = typeof body?.message === 'string' ? body.message : JSON.stringify(body?.detail ?? body);
    return { message: words, code: body?.code };
  } catch {
    return { message: text };
  }
}
