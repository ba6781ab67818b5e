import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { ChatRequest } from './chat-model.js';
import type { ProviderError } from './model-failure.js';
import { withoutCounts } from './schema-counts.js';

/** Ways to ask for a reply in JSON, the firmest first. Not every strict mode takes bounds on the length of a list. */
const FORMATS = ['forced-schema', 'counted-schema', 'strict-schema', 'schema', 'json', 'text'] as const;
/** Ways to bound a reply, the most widely understood first. */
const BOUNDS = ['max_tokens', 'max_completion_tokens', 'none'] as const;
/** Ways to have a reply sent: as it is written, with its tokens counted at the end; without the count; whole. */
const STREAMS = ['counted', 'plain', 'off'] as const;
/** How often the bound of a reply is multiplied by `ROOM_STEP` for a model that uses it up with thoughts. */
const MOST_ROOM = 16;
const ROOM_STEP = 4;

const FORMAT_WORDS = /response_?format|json_?(schema|object)|json mode|grammar|guided|structured|(min|max)Items/i;
/** A refusal that says nothing of what it refuses (Gemini), once the status is taken off. */
const VAGUE =
  /^(\d{3} )?(request contains an invalid argument|invalid[ _](argument|request)(_error)?|bad request|unprocessable entity|status code \(no body\)|\{"message":""\})?\.?$/i;

/** The form in which an endpoint takes requests for a model. Found by asking: each refusal that names a part narrows it. */
export interface RequestForm {
  format: (typeof FORMATS)[number];
  bound: (typeof BOUNDS)[number];
  stream: (typeof STREAMS)[number];
  temperature: boolean;
  seed: boolean;
  /** Times the bound that was asked for. */
  room: number;
}

/** What is tried first: everything. */
export const FULL_FORM: RequestForm = {
  format: 'forced-schema',
  bound: 'max_tokens',
  stream: 'counted',
  temperature: true,
  seed: true,
  room: 1,
};

/** The parameters of a request in a form that the endpoint takes. */
export function parametersOf(request: ChatRequest, form: RequestForm): ChatCompletionCreateParams {
  const { model, temperature, seed, maxTokens } = request;
  const forced = form.format === 'forced-schema' ? request.forced : undefined;
  const { messages, jsonSchema } = forced ?? request;
  return {
    model,
    messages,
    ...(form.temperature ? { temperature } : {}),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- by OpenAI; other endpoints repeat a reply by it
    ...(form.seed ? { seed } : {}),
    ...(form.bound === 'none' ? {} : { [form.bound]: maxTokens * form.room }),
    ...(jsonSchema ? formatOf(jsonSchema, form.format) : {}),
    ...(form.stream === 'off' ? {} : { stream: true }),
    ...(form.stream === 'counted' ? { stream_options: { include_usage: true } } : {}),
  };
}

/** The form to try after a refusal; undefined when there is nothing that can be left out. */
export function narrowedForm(form: RequestForm, request: ChatRequest, error: ProviderError): RequestForm | undefined {
  const { status = 0, param = '', code = '' } = error;
  const words = `${param} ${code} ${error.message}`;
  if (status !== 400 && status !== 422 && status !== 500 && status !== 501) return undefined;
  if (form.stream !== 'off' && /\bstream(ing|_options)?\b|include_usage/i.test(words)) {
    const countOnly = form.stream === 'counted' && /stream_options|include_usage/i.test(words);
    return { ...form, stream: countOnly ? 'plain' : 'off' };
  }
  if (hasFormat(request, form) && (FORMAT_WORDS.test(words) || code === 'json_validate_failed')) {
    return { ...form, format: plainerFormat(form.format, request, words) };
  }
  if (status === 500) return undefined;
  if (form.bound !== 'none' && /max_(completion_)?tokens/i.test(words)) {
    return { ...form, bound: BOUNDS[BOUNDS.indexOf(form.bound) + 1]! };
  }
  if (form.temperature && /temperature/i.test(words)) return { ...form, temperature: false };
  if (form.seed && /\bseed\b/i.test(words)) return { ...form, seed: false };
  return param === '' && VAGUE.test(error.message) ? afterVague(form, request) : undefined;
}

/** The form with more room for a reply, where there is more to be had. */
export function roomierForm(form: RequestForm): RequestForm | undefined {
  if (form.bound === 'none' || form.room >= MOST_ROOM) return undefined;
  return { ...form, room: form.room * ROOM_STEP };
}

/** The narrower of two forms in each part: what two calls side by side have found. */
export function narrower(a: RequestForm, b: RequestForm): RequestForm {
  return {
    format: later(FORMATS, a.format, b.format),
    bound: later(BOUNDS, a.bound, b.bound),
    stream: later(STREAMS, a.stream, b.stream),
    temperature: a.temperature && b.temperature,
    seed: a.seed && b.seed,
    room: Math.max(a.room, b.room),
  };
}

/** A form in words, for `doctor`. */
export function describeForm({ format, stream, room }: RequestForm, request: ChatRequest): string {
  const formats = { json: 'any JSON object', text: 'plain text' } as Record<RequestForm['format'], string>;
  const asked = request.jsonSchema ? (formats[format] ?? 'JSON by a schema') : 'plain text';
  const more = room > 1 ? `, ${room} times the tokens for its thoughts` : '';
  return `${asked}, ${stream === 'off' ? 'not streamed' : 'streamed'}${more}`;
}

function hasFormat(request: ChatRequest, form: RequestForm): boolean {
  return request.jsonSchema !== undefined && form.format !== 'text';
}

/** Leaves out what is refused most often first, one part at a time. */
function afterVague(form: RequestForm, request: ChatRequest): RequestForm | undefined {
  if (hasFormat(request, form)) return { ...form, format: plainerFormat(form.format, request, '') };
  if (form.seed) return { ...form, seed: false };
  if (form.stream === 'counted') return { ...form, stream: 'plain' };
  return form.temperature ? { ...form, temperature: false } : undefined;
}

/** Forced cells are given up alone; of the rest, only a refusal that names the counts is met by leaving out just them. */
function plainerFormat(format: RequestForm['format'], { forced }: ChatRequest, words: string): RequestForm['format'] {
  if (format === 'forced-schema' && forced) return 'counted-schema';
  const isCounted = format === 'forced-schema' || format === 'counted-schema';
  if (isCounted) return /(min|max)Items/i.test(words) ? 'strict-schema' : 'schema';
  return FORMATS[FORMATS.indexOf(format) + 1]!;
}

function formatOf(
  { name, schema }: NonNullable<ChatRequest['jsonSchema']>,
  format: RequestForm['format'],
): Pick<ChatCompletionCreateParams, 'response_format'> {
  if (format === 'text') return {};
  if (format === 'json') return { response_format: { type: 'json_object' } };
  const counted = format === 'forced-schema' || format === 'counted-schema';
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

function later<T>(order: readonly T[], a: T, b: T): T {
  return order[Math.max(order.indexOf(a), order.indexOf(b))]!;
}
