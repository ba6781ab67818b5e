/**
 * An immutable object of the store, as it travels in payloads instead of the object itself.
 */
export interface Ref {
  /** Key within the run's store: a relative reference, so that a store can be moved or mirrored. */
  uri: string;
  /** SHA-256 of the content before any compression, hexadecimal. */
  sha256: string;
  /** Length of that content, bytes. */
  bytes: number;
}
