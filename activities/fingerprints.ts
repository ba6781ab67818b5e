import { hash } from 'node:crypto';
import type { Row, TableSchema } from '../mallm/table/dataset.js';
import { contentKey } from '../mallm/table/released-rows.js';

/** Bytes of a fingerprint: among a million rows two different ones are taken for equal once in 37 million tables. */
const BYTES = 8;
/** Rows that are held against each other in one pass: 48 MB. More rows take more passes, not more memory. */
const ROWS_A_PASS = 2_000_000;
/** Slots a fingerprint, so that a search ends soon. */
const SLOTS_A_ROW = 1.5;

/** Rows of a table that are not the only ones of their content; identifiers do not count. */
export interface Repeats {
  /** Rows that equal a training row. */
  ofTraining: number;
  /** Rows that equal an earlier row of the table. */
  repeated: number;
  /** Of these, rows whose first equal is in another part. */
  acrossParts: number;
}

/** One fingerprint a row, one after the other: equal for equal content, whatever the identifiers are. */
export function fingerprintsOf(schema: TableSchema, rows: readonly Row[]): Uint8Array {
  const all = Buffer.alloc(rows.length * BYTES);
  rows.forEach((row, index) => hash('sha256', contentKey(schema, row), 'buffer').copy(all, index * BYTES, 0, BYTES));
  return all;
}

/**
 * A set of fingerprints in memory of a fixed size: open addressing in typed arrays.
 *
 * @param most fingerprints that it can take.
 */
export class FingerprintSet {
  private readonly high: Uint32Array;
  private readonly low: Uint32Array;
  /** Who brought the fingerprint of the slot; 0 for an empty slot. */
  private readonly owner: Uint32Array;
  private readonly mask: number;

  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, most * SLOTS_A_ROW)));
    this.high = new Uint32Array(slots);
    this.low = new Uint32Array(slots);
    this.owner = new Uint32Array(slots);
    this.mask = slots - 1;
  }

  /** Adds one for an owner above 0. @returns the owner who brought it first, or 0 when it is new. */
  add(high: number, low: number, owner: number): number {
    const slot = this.slotOf(high, low);
    const first = this.owner[slot]!;
    if (first > 0) return first;
    this.high[slot] = high;
    this.low[slot] = low;
    this.owner[slot] = owner;
    return 0;
  }

  has(high: number, low: number): boolean {
    return this.owner[this.slotOf(high, low)]! > 0;
  }

  /** Whether one of these fingerprints is in it. */
  hasAny(fingerprints: Uint8Array): boolean {
    let any = false;
    eachFingerprint(fingerprints, (high, low) => (any ||= this.has(high, low)));
    return any;
  }

  /** The slot of the fingerprint, or the empty one that it belongs to. */
  private slotOf(high: number, low: number): number {
    let slot = low & this.mask;
    while (this.owner[slot]! > 0 && (this.high[slot] !== high || this.low[slot] !== low)) slot = (slot + 1) & this.mask;
    return slot;
  }
}

/** All fingerprints of some parts in one set. */
export function fingerprintSet(parts: readonly Uint8Array[]): FingerprintSet {
  const set = new FingerprintSet(parts.reduce((sum, part) => sum + part.length / BYTES, 0));
  for (const part of parts) eachFingerprint(part, (high, low) => set.add(high, low, 1));
  return set;
}

/**
 * Counts the repeats of a table, exactly and in bounded memory: where there are more rows than one pass holds, each
 * pass looks at its share of all fingerprints.
 *
 * @param parts rows of each part, and how its fingerprints are read (once a pass).
 */
export async function countRepeats(
  parts: readonly { rows: number; read: () => Promise<Uint8Array> }[],
  training: FingerprintSet,
  rowsAPass = ROWS_A_PASS,
): Promise<Repeats> {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const passes = Math.max(1, Math.ceil(rows / rowsAPass));
  const found: Repeats = { ofTraining: 0, repeated: 0, acrossParts: 0 };
  for (let pass = 0; pass < passes; pass++) {
    // The shares of the passes are equal but for chance.
    const seen = new FingerprintSet(Math.ceil(rows / passes) * 1.1);
    for (const [index, { read }] of parts.entries()) {
      eachFingerprint(await read(), (high, low) => {
        if (high % passes !== pass) return;
        if (training.has(high, low)) found.ofTraining++;
        const first = seen.add(high, low, index + 1);
        if (first > 0) found.repeated++;
        if (first > 0 && first !== index + 1) found.acrossParts++;
      });
    }
  }
  return found;
}

function eachFingerprint(all: Uint8Array, visit: (high: number, low: number) => void): void {
  const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
  for (let at = 0; at < all.byteLength; at += BYTES) visit(view.getUint32(at), view.getUint32(at + 4));
}
