import type { ChatCompletionCreateParamsNonStreaming as ChatParameters } from 'openai/resources/chat/completions';
import type { ChatRequest } from './chat-model.js';
import type { ProviderError } from './model-failure.js';

/** Ways to ask for a reply in JSON, the firmest first. Not every strict mode takes bounds on the length of a list. */
const FORMATS = ['counted-schema', 'strict-schema', 'schema', 'json', 'text'] as const;
/** Ways to bound a reply, the most widely understood first. */
const BOUNDS = ['max_tokens', 'max_completion_tokens', 'none'] as const;

/** The form in which an endpoint takes requests for a model. Found by asking: each refusal that names a part narrows it. */
export interface RequestForm {
  format: (typeof FORMATS)[number];
  bound: (typeof BOUNDS)[number];
  temperature: boolean;
  seed: boolean;
}

/** What is tried first: everything. */
export const FULL_FORM: RequestForm = { format: 'counted-schema', bound: 'max_tokens', temperature: true, seed: true };

/** The parameters of a request in a form that the endpoint takes. */
export function parametersOf(request: ChatRequest, form: RequestForm): ChatParameters {
  const { model, messages, jsonSchema, temperature, seed, maxTokens } = request;
  return {
    model,
    messages,
    ...(form.temperature ? { temperature } : {}),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- by OpenAI; other endpoints repeat a reply by it
    ...(form.seed ? { seed } : {}),
    ...(form.bound === 'none' ? {} : { [form.bound]: maxTokens }),
    ...(jsonSchema ? formatOf(jsonSchema, form.format) : {}),
  };
}

/** The form to try after a refusal; undefined when the refusal names nothing that can be left out. */
export function narrowedForm(form: RequestForm, request: ChatRequest, error: ProviderError): RequestForm | undefined {
  const { status = 0, param = '', code = '' } = error;
  const told = `${param} ${code} ${error.message}`;
  if (status !== 400 && status !== 422 && status !== 500 && status !== 501) return undefined;
  if (
    request.jsonSchema &&
    form.format !== 'text' &&
    /response_?format|json_?(schema|object)|grammar|guided|structured|(min|max)Items/i.test(told)
  ) {
    return { ...form, format: plainerFormat(form.format, told) };
  }
  if (status === 500) return undefined;
  if (form.bound !== 'none' && /max_(completion_)?tokens/i.test(told)) {
    return { ...form, bound: BOUNDS[BOUNDS.indexOf(form.bound) + 1]! };
  }
  if (form.temperature && /temperature/i.test(told)) return { ...form, temperature: false };
  if (form.seed && /\bseed\b/i.test(told)) return { ...form, seed: false };
  return undefined;
}

/** The narrower of two forms in each part: what two calls side by side have found. */
export function narrower(a: RequestForm, b: RequestForm): RequestForm {
  return {
    format: FORMATS[Math.max(FORMATS.indexOf(a.format), FORMATS.indexOf(b.format))]!,
    bound: BOUNDS[Math.max(BOUNDS.indexOf(a.bound), BOUNDS.indexOf(b.bound))]!,
    temperature: a.temperature && b.temperature,
    seed: a.seed && b.seed,
  };
}

/** Only a refusal that names the counts is answered by leaving out nothing but them. */
function plainerFormat(format: RequestForm['format'], told: string): RequestForm['format'] {
  if (format === 'counted-schema' && !/(min|max)Items/i.test(told)) return 'schema';
  return FORMATS[FORMATS.indexOf(format) + 1]!;
}

function formatOf(
  { name, schema }: NonNullable<ChatRequest['jsonSchema']>,
  format: RequestForm['format'],
): Pick<ChatParameters, 'response_format'> {
  if (format === 'text') return {};
  if (format === 'json') return { response_format: { type: 'json_object' } };
  const counted = format === 'counted-schema';
  return {
    response_format: {
      type: 'json_schema',
      json_schema: {
        name,
        schema: counted ? schema : withoutCounts(schema),
        strict: counted || format === 'strict-schema',
      },
    },
  };
}

/** A JSON Schema without bounds on the length of its lists; a property may be called like such a bound. */
function withoutCounts(schema: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(schema).filter(([keyword]) => keyword !== 'minItems' && keyword !== 'maxItems');
  return Object.fromEntries(
    kept.map(([keyword, value]) => {
      if (!isSchema(value)) return [keyword, value];
      return [keyword, keyword === 'properties' ? eachWithoutCounts(value) : withoutCounts(value)];
    }),
  );
}

function eachWithoutCounts(schemas: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, isSchema(schema) ? withoutCounts(schema) : schema]),
  );
}

function isSchema(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
