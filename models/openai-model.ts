import OpenAI, { AzureOpenAI } from 'openai';
import { ModelError } from '../mallm/errors.js';
import type { ChatModel, ChatReply, ChatRequest } from './chat-model.js';
import { rateLimitOf } from './retry-after.js';
import { chatReplyOf, filteredReply } from './chat-reply.js';
import { deadline } from '../store/deadline.js';
import { chooseModel, unlistedModels } from './default-model.js';
import type { Asked } from './model-failure.js';
import { modelFailure, providerErrorOf, timeoutFailure } from './model-failure.js';
import type { RequestForm } from './request-form.js';
import { FULL_FORM, narrowedForm, narrower, parametersOf } from './request-form.js';

const OPENAI_URL = 'https://api.openai.com/v1';
/** The client wants a key; endpoints without one ignore it. */
const NO_KEY = 'none';

export interface OpenAIModelOptions {
  /** Base URL of an endpoint that speaks OpenAI's protocol. Default: OpenAI's own. */
  baseURL?: string;
  apiKey?: string;
  /** Azure OpenAI instead: the resource's address; the model's name is the deployment unless one is given. */
  azure?: { endpoint: string; apiVersion: string; deployment?: string };
  /** The model to take when a run names none. */
  model?: string;
  /** Milliseconds after which a call counts as hung, its reply's body included. */
  timeoutMs: number;
  fetch?: typeof fetch;
}

/**
 * A model behind the OpenAI protocol. It makes each call once: every failure is a `ModelFailure`, and only a request
 * that the endpoint refuses for its form is put in a plainer form and sent again. What form a model takes is found once.
 *
 * @throws ModelError when the address is not one.
 */
export function openaiModel(options: OpenAIModelOptions): ChatModel {
  const client = clientOf(options);
  const { host } = new URL(client.baseURL);
  const forms = new Map<string, RequestForm>();
  let found: Promise<string> | undefined;

  async function complete(request: ChatRequest, signal?: AbortSignal): Promise<ChatReply> {
    const asked: Asked = { host, model: request.model, timeoutMs: options.timeoutMs };
    const limit = deadline(options.timeoutMs, signal);
    try {
      return await inFormTaken(request, limit.signal, asked);
    } catch (error) {
      signal?.throwIfAborted();
      throw limit.passed() ? timeoutFailure(asked) : error;
    } finally {
      limit.end();
    }
  }

  async function inFormTaken(request: ChatRequest, signal: AbortSignal, asked: Asked): Promise<ChatReply> {
    for (let form = forms.get(request.model) ?? FULL_FORM; ;) {
      try {
        const reply = await send(client, request, form, signal, asked);
        forms.set(request.model, narrower(form, forms.get(request.model) ?? FULL_FORM));
        return reply;
      } catch (error) {
        const provider = providerErrorOf(error);
        if (isFiltered(provider)) return filteredReply(request);
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

async function send(
  client: OpenAI,
  request: ChatRequest,
  form: RequestForm,
  signal: AbortSignal,
  asked: Asked,
): Promise<ChatReply> {
  const call = client.chat.completions.create(parametersOf(request, form), { signal });
  const { data, response } = await call.withResponse();
  const rateLimit = rateLimitOf(response.headers, Date.now());
  return { ...chatReplyOf(data, request, asked), ...(rateLimit ? { rateLimit } : {}) };
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
    timeout: timeoutMs,
    maxRetries: 0,
    // Set here so that the client does not take them from the environment by itself; its log would show prompts.
    organization: null,
    project: null,
    logLevel: 'off' as const,
    fetch: withPlainErrors(options.fetch ?? fetch),
  };
  return azure
    ? new AzureOpenAI({ ...common, apiVersion: azure.apiVersion, deployment: azure.deployment })
    : new OpenAI(common);
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
    const body = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown; code?: unknown } | null;
    if (body?.error !== undefined) return typeof body.error === 'string' ? { message: body.error } : body.error;
    const told = typeof body?.message === 'string' ? body.message : JSON.stringify(body?.detail ?? body);
    return { message: told, code: body?.code };
  } catch {
    return { message: text };
  }
}
