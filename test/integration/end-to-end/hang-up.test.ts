import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { temporalServerStatus } from '../../../workers/embedded/embedded-server.js';
import { processMark } from '../../../workers/embedded/process-table.js';
import type { Workplace } from '../../support/command-line.js';
import { openWorkplace, repositoryFile } from '../../support/command-line.js';

let place: Workplace;
beforeAll(async () => (place = await openWorkplace()));
afterAll(() => place.close());

it('a terminal that is closed ends a fit so that it can be resumed, and leaves no server behind', async () => {
  const table = repositoryFile('test/fixtures/tables/adult-train-25.csv');
  const { child, result } = place.start(['fit', table, '--target', 'Income', '--out', 'out']);
  const server = async (): Promise<number | undefined> => {
    const { pid, serving } = await temporalServerStatus(join(place.folder, '.mallm'));
    return serving ? pid : undefined;
  };
  await expect.poll(server, { timeout: 60_000 }).toBeGreaterThan(0);
  const pid = (await server())!;
  child.kill('SIGHUP');
  expect((await result).code).toBe(130);
  await expect.poll(() => processMark(pid), { timeout: 10_000 }).toBeUndefined();
});
