/** Immutable contents by their hash, the least recently used dropped first, bounded in bytes. */
export class ByteCache {
  private readonly entries = new Map<string, Buffer>();
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  get(sha256: string): Buffer | undefined {
    const content = this.entries.get(sha256);
    if (!content) return undefined;
    this.entries.delete(sha256);
    this.entries.set(sha256, content);
    return content;
  }

  /** Keeps a content, unless it alone would fill more than a quarter. */
  set(sha256: string, content: Buffer): void {
    if (content.length > this.maxBytes / 4 || this.entries.has(sha256)) return;
    this.entries.set(sha256, owned(content));
    this.held += content.length;
    for (const [oldest, { length }] of this.entries) {
      if (this.held <= this.maxBytes) return;
      this.entries.delete(oldest);
      this.held -= length;
    }
  }
}

/** A small buffer is a slice of memory shared with others, all of which it would keep: it is copied out. */
function owned(content: Buffer): Buffer {
  if (content.length === content.buffer.byteLength) return content;
  const copy = Buffer.allocUnsafeSlow(content.length);
  content.copy(copy);
  return copy;
}
