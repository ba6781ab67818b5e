import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PartialRow } from '../../mallm/conditions/condition.js';
import { processMark } from '../../workers/embedded/process-table.js';
import { OptionError } from '../../mallm/errors.js';
import type { TableFormat } from '../../output/table-content.js';
import { TABLE_FORMATS, tableContent } from '../../output/table-content.js';
import type { SampleResult } from '../../workflows/contract.js';
import { interrupted } from './follow.js';
import { folderError } from './run-folder.js';
import type { RunContext } from './run.js';

export interface TableTarget {
  path: string;
  format?: TableFormat;
  conditions?: PartialRow;
  /** What has to be written before the table gets its name; receives the table's sha256. */
  beforePlacing?: (sha256: string) => Promise<void>;
}

/** @throws OptionError for a format that is not known. */
export function assertFormat(format: TableFormat): TableFormat {
  if (TABLE_FORMATS.includes(format)) return format;
  throw new OptionError({
    problem: '--format is not known',
    expected: TABLE_FORMATS.join(', '),
    got: format,
    remedy: 'For a spreadsheet: --format csv.',
  });
}

/**
 * Writes a generated table as a stream, whole or not at all: beside its place first, then moved there.
 * @returns its sha256. @throws RunError when it cannot be written; nothing is left then.
 */
export async function writeTable(
  context: RunContext,
  drawn: SampleResult,
  { path, format, conditions, beforePlacing }: TableTarget,
): Promise<string> {
  const { session, record, plan } = context;
  const hash = createHash('sha256');
  const onRows = showWriting(context, drawn);
  const content = tableContent(session.openStore(record.store), plan, drawn, { format, conditions, onRows });
  const draft = `${path}${mark()}${process.pid}.tmp`;
  await removeDeadDrafts(path);
  try {
    await pipeline(Readable.from(hashed(content, hash)), createWriteStream(draft, { flush: true }), {
      signal: context.signal,
    });
    const sha256 = hash.digest('hex');
    await beforePlacing?.(sha256);
    await rename(draft, path);
    return sha256;
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    if (context.signal?.aborted) throw interrupted(context.resumeWith);
    throw (error as NodeJS.ErrnoException).syscall ? folderError(path, error) : error;
  }
}

async function* hashed(
  content: AsyncGenerator<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of content) {
    hash.update(bytes);
    yield bytes;
  }
}

/** A draft says on which host and by which process it is written. */
function mark(): string {
  return `.${hostname()}-`;
}

/** What processes of this host left behind that were killed while they wrote. */
async function removeDeadDrafts(path: string): Promise<void> {
  const start = `${basename(path)}${mark()}`;
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const pid = name.startsWith(start) ? /^(\d+)\.tmp$/.exec(name.slice(start.length))?.[1] : undefined;
    if (pid && !(await processMark(Number(pid)))) await rm(join(dirname(path), name), { force: true });
  }
}

/** Shows rows as they are written, where there are enough of them for that to take a while. */
function showWriting({ onProgress }: RunContext, { asked, released, spending }: SampleResult): (rows: number) => void {
  const began = Date.now();
  return (written) => {
    const seconds = (Date.now() - began) / 1000;
    onProgress?.({
      ...{ phase: 'write', status: 'running', blocked: null, epoch: 0, epochs: 0, batch: 0, batches: 0 },
      ...{ score: null, best: null, accepted: released, rejected: 0, spending, done: written / Math.max(1, released) },
      rows: { asked, released: written, perSecond: seconds > 0 ? written / seconds : null },
    });
  };
}
