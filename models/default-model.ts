import { ModelError } from '../mallm/errors.js';

/** Tried in this order on OpenAI's own endpoint: small, takes a temperature and a JSON Schema. */
const OPENAI_DEFAULTS = ['gpt-4.1-mini', 'gpt-4o-mini', 'gpt-5.4-mini'];
const OPENAI_HOST = 'api.openai.com';
/** Models that do not chat. */
const OTHER_USE = /embed|rerank|whisper|tts|moderation|dall-e|image|audio|realtime/i;
const NAMES_SHOWN = 5;

/**
 * The model to take when none is named: the only one there is, or a small one of OpenAI's.
 *
 * @throws ModelError naming some that are there.
 */
export function chooseModel(names: string[], host: string): string {
  const chatting = names.filter((name) => !OTHER_USE.test(name));
  if (chatting.length === 1) return chatting[0]!;
  const preferred = host === OPENAI_HOST ? OPENAI_DEFAULTS.find((name) => chatting.includes(name)) : undefined;
  if (preferred !== undefined) return preferred;
  const shown = chatting.slice(0, NAMES_SHOWN).join(', ');
  const more = chatting.length - NAMES_SHOWN;
  throw new ModelError({
    problem: `no model is named, and ${host} has ${chatting.length === 0 ? 'none' : 'several'}`,
    ...(chatting.length > 0 ? { got: more > 0 ? `${shown} and ${more} more` : shown } : {}),
    remedy: 'Name one with --generator-model (and --optimizer-model, if it is to be another).',
  });
}

/** An endpoint that cannot say which models it has. */
export function unlistedModels(host: string): ModelError {
  return new ModelError({
    problem: `no model is named, and ${host} does not list its models`,
    remedy: 'Name one with --generator-model (and --optimizer-model, if it is to be another).',
  });
}
