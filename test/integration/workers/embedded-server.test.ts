import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ServerError } from '../../../mallm/errors.js';
import {
  startEmbeddedServer,
  stopEmbeddedServer,
  temporalServerStatus,
  type EmbeddedServer,
  type EmbeddedServerOptions,
} from '../../../workers/embedded/embedded-server.js';
import { processMark } from '../../../workers/embedded/process-table.js';
import { makeServerFolder } from '../../../workers/embedded/server-folder.js';
import { launchServer, PortTaken } from '../../../workers/embedded/server-process.js';
import { compiled } from '../../support/compiled.js';
import { cliOptions, startTemporal, temporalCli } from '../../support/temporal.js';

let home: string;
let lines: string[];
let cleanups: (() => Promise<unknown>)[];
let userScript: string;

beforeAll(async () => {
  userScript = await compiled(
    resolve('test/support/embedded-server-user.ts'),
    resolve('.cache/compiled/embedded-server'),
  );
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'mallm gan home-'));
  lines = [];
  cleanups = [];
});

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  await stopEmbeddedServer(home);
  await rm(home, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedServerOptions> = {}): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({
    ...cliOptions(),
    home,
    ui: false,
    log: (line) => lines.push(line),
    ...options,
  });
  cleanups.push(server.release);
  return server;
}

/** Starts another process that uses the server; its address comes once it has it. */
async function otherProcess(): Promise<{ child: ChildProcess; address: string; end: () => Promise<void> }> {
  const child = spawn(process.execPath, [userScript, home], { stdio: ['pipe', 'pipe', 'inherit'] });
  cleanups.push(async () => child.kill('SIGKILL'));
  const [address] = (await once(createInterface(child.stdout), 'line')) as [string];
  const end = async () => {
    const exit = once(child, 'exit');
    child.stdin.end();
    await exit;
  };
  return { child, address, end };
}

async function workflowsOn(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  try {
    const ids: string[] = [];
    for await (const { workflowId } of new Client({ connection }).workflow.list()) ids.push(workflowId);
    return ids;
  } finally {
    await connection.close();
  }
}

async function startWorkflow(address: string, workflowId: string): Promise<void> {
  const connection = await Connection.connect({ address });
  await new Client({ connection }).workflow.start('nothing', { workflowId, taskQueue: 'nobody' });
  await connection.close();
}

async function listenOn(port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).destroy());
  await once(server.listen(port, '127.0.0.1'), 'listening');
  cleanups.push(async () => server.close());
  return server;
}

async function until(condition: () => Promise<boolean>, milliseconds = 15_000): Promise<number> {
  const began = Date.now();
  while (!(await condition())) {
    if (Date.now() - began > milliseconds)
      throw new Error(`not so within ${milliseconds} ms; said: ${lines.join(' | ')}`);
    await sleep(20);
  }
  return Date.now() - began;
}

const portOf = (address: string) => Number(address.split(':')[1]);
const pidNow = async () => (await temporalServerStatus(home)).pid;
const recordFile = () => join(home, 'temporal', 'server.json');

describe('the embedded Temporal server', () => {
  it('serves with its database in the home, and ends when it is released', async () => {
    const server = await start({ ui: true });
    const status = await temporalServerStatus(home);
    expect(status).toMatchObject({ address: server.address, uiUrl: server.uiUrl, serving: true, users: [process.pid] });
    expect(await workflowsOn(server.address)).toEqual([]);
    expect((await fetch(server.uiUrl!)).status).toBe(200);
    await server.release();
    await server.release();
    expect(await processMark(status.pid!)).toBeUndefined();
    expect(await temporalServerStatus(home)).toMatchObject({ serving: false, users: [] });
    expect((await stat(join(home, 'temporal', 'temporal.db'))).size).toBeGreaterThan(0);
  });

  it('keeps what it was given for the next start, and takes the same port again', async () => {
    const first = await start();
    await startWorkflow(first.address, 'kept');
    await first.release();
    const second = await start();
    expect(second.address).toBe(first.address);
    await until(async () => (await workflowsOn(second.address)).includes('kept'));
  });

  it('is shared by the handles of one process, and ends with the last', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(second.address).toBe(first.address);
    const pid = await pidNow();
    await first.release();
    expect(await pidNow()).toBe(pid);
    await second.release();
    expect(await pidNow()).toBeUndefined();
  });

  it('is one for processes that start at the same time, and ends with the last of them', async () => {
    const others = await Promise.all([otherProcess(), otherProcess(), otherProcess()]);
    expect(new Set(others.map(({ address }) => address)).size).toBe(1);
    const { pid, users } = await temporalServerStatus(home);
    expect(users.sort()).toEqual(others.map(({ child }) => child.pid).sort());
    await others[0].end();
    await others[1].end();
    expect(await pidNow()).toBe(pid);
    await others[2].end();
    expect(await pidNow()).toBeUndefined();
  });

  it('outlives a user that is killed, who is then no longer counted', async () => {
    const other = await otherProcess();
    const pid = await pidNow();
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    expect(await temporalServerStatus(home)).toMatchObject({ pid, serving: true, users: [] });
    const server = await start();
    expect(server.address).toBe(other.address);
    expect(await pidNow()).toBe(pid);
    await server.release();
    expect(await pidNow()).toBeUndefined();
  });

  it('is started again on its port when it is killed, with all that it knew', async () => {
    const server = await start();
    await startWorkflow(server.address, 'survivor');
    const pid = (await pidNow())!;
    process.kill(pid, 'SIGKILL');
    await until(async () => (await processMark(pid)) === undefined);
    const milliseconds = await until(async () => (await temporalServerStatus(home)).serving);
    expect(await pidNow()).not.toBe(pid);
    await until(async () => (await workflowsOn(server.address)).includes('survivor'));
    await until(async () => lines.length === 2);
    expect(lines).toEqual([
      expect.stringMatching(/has ended; starting it again/),
      expect.stringMatching(/is back after \d\.\d s/),
    ]);
    expect(milliseconds).toBeLessThan(10_000);
  });

  it('is started again once when several processes see it killed', async () => {
    const [server, other] = [await start(), await otherProcess()];
    process.kill((await pidNow())!, 'SIGKILL');
    await until(async () => lines.some((line) => line.includes('is back')));
    const pid = await pidNow();
    await sleep(1_500);
    expect(await pidNow()).toBe(pid);
    expect(other.address).toBe(server.address);
    await other.end();
    expect(await pidNow()).toBe(pid);
  });

  it('waits for its port when another program took it meanwhile', async () => {
    const server = await start();
    process.kill((await pidNow())!, 'SIGKILL');
    let stranger: Server | undefined;
    await until(async () => {
      stranger = await listenOn(portOf(server.address)).catch(() => undefined);
      return stranger !== undefined;
    });
    await until(async () => lines.some((line) => line.includes('taken by another program')));
    stranger!.close();
    await until(async () => (await temporalServerStatus(home)).serving);
    expect((await temporalServerStatus(home)).address).toBe(server.address);
  });

  it('does not take a living stranger under a recorded number for its server', async () => {
    const mark = await processMark(process.pid);
    await start().then(({ release }) => release());
    await writeFile(recordFile(), JSON.stringify({ pid: process.pid, mark, port: 1, uiPort: null }));
    await start();
    expect(await pidNow()).not.toBe(process.pid);
    expect((await temporalServerStatus(home)).serving).toBe(true);
  });

  it('finds a server whose starter died before it wrote the record', async () => {
    const other = await otherProcess();
    const pid = await pidNow();
    other.child.kill('SIGKILL');
    await rm(recordFile());
    const server = await start();
    expect(server.address).toBe(other.address);
    expect(await pidNow()).toBe(pid);
  });

  it('goes to another port when a stranger holds the last one', async () => {
    const first = await start();
    await first.release();
    const stranger = await listenOn(portOf(first.address));
    const second = await start();
    expect(portOf(second.address)).not.toBe((stranger.address() as AddressInfo).port);
    expect((await temporalServerStatus(home)).serving).toBe(true);
  });

  it('never attaches to another Temporal server', async () => {
    const foreign = await startTemporal();
    cleanups.push(foreign.stop);
    await start().then(({ release }) => release());
    const record = JSON.parse(await readFile(recordFile(), 'utf8')) as object;
    await writeFile(recordFile(), JSON.stringify({ ...record, port: portOf(foreign.address) }));
    const server = await start();
    expect(server.address).not.toBe(foreign.address);
  });

  it('does not take a stranger that answers on its port for itself', async () => {
    const foreign = await startTemporal();
    cleanups.push(foreign.stop);
    const folder = await makeServerFolder(home);
    const launch = { cli: await temporalCli(), folder, port: portOf(foreign.address), uiPort: null, timeoutMs: 30_000 };
    await expect(launchServer(launch)).rejects.toThrow(PortTaken);
  });

  it('replaces a server whose database was deleted under it', async () => {
    const other = await otherProcess();
    const pid = await pidNow();
    other.child.kill('SIGKILL');
    await rm(join(home, 'temporal'), { recursive: true });
    await start();
    expect(await pidNow()).not.toBe(pid);
    expect(await processMark(pid!)).toBeUndefined();
  });

  it('is not stopped from outside while it is used', async () => {
    await start();
    await expect(stopEmbeddedServer(home)).rejects.toThrow(/in use.*process \d+/);
  });

  it('can be stopped when its last user was killed', async () => {
    const other = await otherProcess();
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    expect(await stopEmbeddedServer(home)).toBe(true);
    expect(await pidNow()).toBeUndefined();
    expect(await stopEmbeddedServer(home)).toBe(false);
  });

  it('is given nothing of the environment', async () => {
    process.env.OPENAI_API_KEY = 'sk-secret-of-this-test';
    cleanups.push(async () => delete process.env.OPENAI_API_KEY);
    await start();
    if (process.platform === 'linux') {
      expect(await readFile(`/proc/${await pidNow()}/environ`, 'utf8')).not.toContain('sk-secret');
    }
  });

  it('starts a new log when the old one has grown', async () => {
    await start().then(({ release }) => release());
    const log = join(home, 'temporal', 'server.log');
    await writeFile(log, Buffer.alloc(11 * 1024 * 1024, 'x'));
    await start();
    expect((await stat(log)).size).toBeLessThan(100_000);
    expect((await stat(`${log}.1`)).size).toBeGreaterThan(10_000_000);
  });

  it('says what to do when the home cannot be made', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    const failure = await start({ home: join(file, 'home') }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServerError);
    expect((failure as Error).message).toMatch(/cannot keep its database.*ENOTDIR.*MALLM_HOME/);
  });

  it('says what the server said when it ends at its start', async () => {
    const cli = join(home, 'temporal-that-fails');
    await writeFile(
      cli,
      '#!/bin/sh\n[ "$1" = --version ] && echo "temporal version 1.9.1" && exit\necho "Error: schema too new"\nexit 1\n',
    );
    await chmod(cli, 0o755);
    const failure = await start({ cliPath: cli }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ServerError);
    expect((failure as Error).message).toMatch(/ended at its start: got "Error: schema too new"\. Its log is /);
  });
});
