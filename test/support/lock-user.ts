import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFolderLock } from '../../workers/embedded/folder-lock.js';
import { processMark } from '../../workers/embedded/process-table.js';

/** A process that takes a folder's lock many times and exits with 3 when it meets a living process inside. */
const [folder, times] = process.argv.slice(2);
const inside = join(folder!, 'inside');
for (let turn = 0; turn < Number(times); turn++) {
  await withFolderLock(folder!, async () => {
    const other = await readFile(inside, 'utf8').catch(() => undefined);
    if (other && (await processMark(Number(other)))) process.exit(3);
    await writeFile(inside, String(process.pid));
    await sleep(turn % 7);
    if ((await readFile(inside, 'utf8')) !== String(process.pid)) process.exit(3);
    await appendFile(join(folder!, 'turns'), `${process.pid}\n`);
    await rm(inside);
  });
}
