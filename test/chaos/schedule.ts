/**
 * Schedules under a server that is killed: `npm run chaos:schedule -- --minutes 5 --every 10s --down 30s`.
 *
 * Four schedules of the same fit, with other policies, act at the same times on one real server, which is killed with
 * SIGKILL on the way and is away for a while. Then every slot is accounted for, one by one, and held against the counts
 * of the server. Exit code 1 when a slot is not accounted for, or was done twice.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createSchedule, pauseSchedule } from '../../client/index.js';
import type { ScheduleRequest } from '../../client/index.js';
import { freePort } from '../../workers/embedded/free-port.js';
import { makeServerFolder } from '../../workers/embedded/server-folder.js';
import { killServer, launchServer } from '../../workers/embedded/server-process.js';
import { startSite } from '../support/site.js';
import type { Site } from '../support/site.js';
import { temporalCli } from '../support/temporal.js';
import { accountOf, accountLines } from './schedule-account.js';
import type { Outage, ScheduleAccount } from './schedule-account.js';

const SCHEDULES: Record<string, Pick<ScheduleRequest, 'overlap' | 'catchUp'>> = {
  'skip-1d': { overlap: 'skip', catchUp: '1d' },
  'skip-10s': { overlap: 'skip', catchUp: '10s' },
  'buffer-all-1d': { overlap: 'buffer-all', catchUp: '1d' },
  'allow-all-15s': { overlap: 'allow-all', catchUp: '15s' },
};

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    every: { type: 'string', default: '5s' },
    down: { type: 'string', default: '15s' },
  },
});
const [everyMs, downMs] = [seconds(values.every), seconds(values.down)];
const home = await mkdtemp(join(tmpdir(), 'mallm-gan-schedule-'));
const server = await startServer(home);
const site = await startSite(server.address);
try {
  process.exitCode = (await run(site)) ? 0 : 1;
} finally {
  await site.close();
  await server.kill();
  await rm(home, { recursive: true, force: true });
}

async function run({ fit, startWorker, config, folder, client }: Site): Promise<boolean> {
  await startWorker();
  const table = resolve('test/fixtures/tables/adult-train-25.csv');
  const run = await fit({ table, epochs: 1, out: join(folder, 'run') });
  await middleOfSlot();
  const from = Date.now();
  for (const [name, policy] of Object.entries(SCHEDULES)) {
    const request = { folder: run.folder, name, out: join(folder, name), every: values.every, config };
    await createSchedule({ ...request, ...policy });
  }
  const total = 60_000 * Number(values.minutes);
  await sleep((total - downMs) / 2);
  const killed = Date.now();
  await server.kill();
  await sleep(downMs);
  const serving = await server.start();
  const outage: Outage = { from: killed, to: serving };
  await sleep(Math.max(0, from + total - Date.now()));
  await middleOfSlot();
  const names = Object.keys(SCHEDULES);
  for (const name of names) await pauseSchedule({ name, config });
  const to = Date.now();
  const accounts: ScheduleAccount[] = [];
  for (const name of names)
    accounts.push(
      await accountOf({ client, config, name, out: join(folder, name), span: { from, to }, outage, everyMs }),
    );
  const { lines, sound } = accountLines(accounts, outage, values);
  process.stdout.write(`${lines.join('\n')}\n`);
  return sound;
}

/** Between two slots: no slot is due while schedules are made or paused. */
function middleOfSlot(): Promise<void> {
  const past = (Date.now() + everyMs / 2) % everyMs;
  return sleep(everyMs - past);
}

/** A server on one port and one database, whatever becomes of its process. */
async function startServer(
  folder: string,
): Promise<{ address: string; kill: () => Promise<void>; start: () => Promise<number> }> {
  const port = await freePort();
  const launch = {
    cli: await temporalCli(),
    folder: await makeServerFolder(folder),
    port,
    uiPort: null,
    timeoutMs: 60_000,
  };
  let running = await launchServer(launch);
  return {
    address: `127.0.0.1:${port}`,
    kill: () => killServer(running, 'SIGKILL'),
    start: async () => {
      running = await launchServer(launch);
      return Date.now();
    },
  };
}

function seconds(text: string): number {
  const [, count] = /^(\d+)s$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`expected a number of seconds such as 10s, got ${text}`);
  return 1000 * Number(count);
}
