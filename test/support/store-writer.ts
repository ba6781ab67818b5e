import { fileURLToPath } from 'node:url';
import { folderStore } from '../../store/folder-store.js';

/**
 * A process of its own that writes to a folder store until it is killed, and prints each write once it is acknowledged:
 * `made KEY` for new objects, `set N` for the pointer that each round overwrites.
 */
async function write(url: string, round: string): Promise<void> {
  const store = folderStore(fileURLToPath(url));
  const body = (n: number): Buffer =>
    Buffer.from(JSON.stringify({ round, n, filling: 'x'.repeat(100_000), end: true }));
  for (let n = 0; ; n++) {
    await store.put(`made/${round}-${n}.json`, body(n), { ifAbsent: true });
    process.stdout.write(`made ${round}-${n}\n`);
    await store.put('pointer.json', body(n));
    process.stdout.write(`set ${n}\n`);
  }
}

await write(process.argv[2]!, process.argv[3]!);
