import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../config/index.js';
import { freePort } from '../../workers/embedded/free-port.js';
import { signalProcess } from '../../workers/embedded/process-table.js';
import { makeServerFolder } from '../../workers/embedded/server-folder.js';
import { killServer, launchServer } from '../../workers/embedded/server-process.js';
import { obtainTemporalCli, type TemporalCliOptions } from '../../workers/embedded/temporal-cli.js';

/** The path of the Temporal CLI; downloads it once on a fresh machine. */
export function temporalCli(log: (line: string) => void = () => undefined): Promise<string> {
  return obtainTemporalCli({ ...cliOptions(), log });
}

/** Where tests look for the CLI: as a user's process does, whatever server its environment names. */
export function cliOptions(): Omit<TemporalCliOptions, 'log'> {
  const { PATH, MALLM_CACHE, XDG_CACHE_HOME, TEMPORAL_CLI_PATH } = process.env;
  return readConfig({
    PATH,
    MALLM_CACHE,
    XDG_CACHE_HOME,
    TEMPORAL_CLI_PATH,
  }).temporalCli;
}

/** A fresh Temporal server of one's own on a free port, with the namespace `default`; gone with `stop` or this process. */
export async function startTemporal(): Promise<{ address: string; pid: number; stop: () => Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'mallm-gan-test-'));
  const folder = await makeServerFolder(home);
  const server = await launchServer({
    cli: await temporalCli(),
    folder,
    port: await freePort(),
    uiPort: null,
    timeoutMs: 60_000,
  });
  const killAtExit = () => signalProcess(server.pid, 'SIGKILL');
  process.once('exit', killAtExit);
  return {
    address: `127.0.0.1:${server.port}`,
    pid: server.pid,
    stop: async () => {
      process.off('exit', killAtExit);
      // Nothing of it is kept: it need not end in order.
      await killServer(server, 'SIGKILL');
      await rm(home, { recursive: true, force: true });
    },
  };
}
