/** Runs operations on the same key one after the other, those on different keys side by side. */
export type KeyLock = <T>(key: string, operation: () => Promise<T>) => Promise<T>;

/** A lock within this process. */
export function keyLock(): KeyLock {
  const tails = new Map<string, Promise<unknown>>();
  return async (key, operation) => {
    const before = tails.get(key) ?? Promise.resolve();
    const result = before.then(operation, operation);
    const tail = result.catch(() => undefined);
    tails.set(key, tail);
    try {
      return await result;
    } finally {
      if (tails.get(key) === tail) tails.delete(key);
    }
  };
}
