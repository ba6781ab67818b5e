import { ModelError } from '../mallm/errors.js';
import type { ChatModel } from './chat-model.js';
import { ModelFailure } from './chat-model.js';

/**
 * A model from whose replies and failures known secrets are taken out, before anything of them is stored or shown: an
 * endpoint may write the key that it was sent, or a header, into any field.
 */
export function withoutSecrets(model: ChatModel, redact: (text: string) => string): ChatModel {
  const clean = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return mapTexts(await work, redact);
    } catch (error) {
      throw cleanError(error, redact);
    }
  };
  return {
    host: redact(model.host),
    defaultModel: () => clean(model.defaultModel()),
    complete: (request, signal, onText) => clean(model.complete(request, signal, onText)),
  };
}

/** The value with every text in it mapped, at any depth. */
export function mapTexts<T>(value: T, map: (text: string) => string): T {
  if (typeof value === 'string') return map(value) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => mapTexts(each, map)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapTexts(each as unknown, map)])) as T;
}

function cleanError(error: unknown, redact: (text: string) => string): unknown {
  if (error instanceof ModelFailure)
    return new ModelFailure(error.kind, redact(error.message), mapTexts(error.details, redact));
  return error instanceof ModelError ? new ModelError(mapTexts(error.parts, redact)) : error;
}
