import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStore } from '../store/open-store.js';
import type { ObjectStore } from '../store/object-store.js';
import type { Config } from '../config/index.js';

/**
 * Opens stores by URL, each once.
 * @param admit throws for one that may not be used.
 */
export function storeOpener(
  config: Config,
  admit: (url: string) => void = () => undefined,
): (url: string) => ObjectStore {
  const open = new Map<string, ObjectStore>();
  return (url) => {
    admit(url);
    const store = open.get(url) ?? openStore(url, { s3: config.s3 });
    open.set(url, store);
    return store;
  };
}

/** The store of a run that names none. */
export function defaultStoreUrl(config: Config): string {
  return config.store ?? pathToFileURL(join(config.home, 'store')).href;
}
