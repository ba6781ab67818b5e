import type { ChatModel } from '../models/chat-model.js';
import type { ObjectStore } from '../store/object-store.js';
import type { Compute } from './compute.js';

/** What activities work with; a worker brings it. */
export interface Dependencies {
  /**
   * Opens a store by its URL; the same URL gives the same store object.
   * @throws RootError for one that the worker may not use.
   */
  openStore(url: string): ObjectStore;
  /** @throws RootError for a path or URL of a table that the worker may not read. */
  assertAllowed(location: string): void;
  generator: ChatModel;
  optimizer: ChatModel;
  compute: Compute;
  /** Takes the known secrets out of what a failure says. Default: says it as it is. */
  redact?(text: string): string;
}
