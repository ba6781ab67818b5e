import { runKeys } from '../../store/keys.js';
import type { ObjectStore } from '../../store/object-store.js';

/** Characters of a reply that are shown. */
const SHOWN = 600;

/** The beginning of the first reply of a run's generator, for a person to look at. It stays out of history and logs. */
export async function firstReply(store: ObjectStore, runId: string): Promise<string> {
  for await (const { key } of store.list(runKeys(runId).replies)) {
    if (key.includes('/propose-')) continue;
    const found = await store.get(key);
    if (!found) continue;
    const { text, model, finish } = JSON.parse(found.body.toString('utf8')) as Record<string, string>;
    const more = text!.length > SHOWN ? ` … (${text!.length - SHOWN} characters more)` : '';
    return `${model} wrote (it ended with "${finish}"):\n${text!.slice(0, SHOWN) || '(nothing)'}${more}`;
  }
  return 'no reply of the model is stored';
}
