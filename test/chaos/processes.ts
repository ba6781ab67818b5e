import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../workers/embedded/free-port.js';
import { makeServerFolder } from '../../workers/embedded/server-folder.js';
import { killServer, launchServer } from '../../workers/embedded/server-process.js';
import type { Workplace } from '../support/command-line.js';
import type { S3Kind } from '../support/s3-binary.js';
import { startS3Server } from '../support/s3-server.js';
import { temporalCli } from '../support/temporal.js';

export const PROCESS_NAMES = ['worker', 'temporal', 's3', 'simulator'] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

/** A process that is killed, and started again at the same address with what it had on disk. */
export interface Victim {
  /** `kill -9`; returns when it is gone. */
  kill(): Promise<void>;
  /** Returns when it serves. */
  start(): Promise<void>;
}

/** A production in small: four real processes, and the environment in which a command finds them. */
export interface Production {
  victims: Record<ProcessName, Victim>;
  s3Kind: S3Kind;
  env: Record<string, string>;
  /** The simulator's log of calls. */
  callLog: string;
  /** Starts the simulator anew, answering after so long, with a log of its own. */
  setLatency(latencyMs: number, callLog: string): Promise<void>;
  close(): Promise<void>;
}

/** A process that ends by itself (a worker that finds no server) is started again after this time, as a supervisor would. */
const SUPERVISED_MS = 300;
const IN_FLIGHT = '8';

/** Starts Temporal with a database file, an S3 server, a simulated model and a worker, each a process of its own. */
export async function startProduction(place: Workplace, latencyMs: number): Promise<Production> {
  const [s3, temporal, port] = await Promise.all([startS3Server(), temporalVictim(place.folder), freePort()]);
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    MALLM_STORE: `s3://${s3.bucket}/chaos`,
    AWS_ENDPOINT_URL_S3: s3.endpoint,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY: 'any',
  };
  const served = { latencyMs, callLog: join(place.folder, 'calls.jsonl') };
  const simulatorArgs = (): string[] => [
    ...['simulator', '--port', String(port), '--latency-ms', String(served.latencyMs)],
    ...['--log-file', served.callLog],
  ];
  const simulator = commandVictim(place, simulatorArgs, {}, 'simulated model at');
  const worker = commandVictim(place, () => ['worker', '--in-flight', IN_FLIGHT], env, 'worker on');
  await simulator.start();
  await worker.start();
  return {
    victims: { worker, temporal, s3, simulator },
    s3Kind: s3.kind,
    env,
    callLog: served.callLog,
    setLatency: async (ms, callLog) => {
      await simulator.kill();
      Object.assign(served, { latencyMs: ms, callLog });
      await simulator.start();
    },
    close: async () => {
      await worker.kill();
      await simulator.kill();
      await temporal.kill();
      await s3.stop();
    },
  };
}

async function temporalVictim(home: string): Promise<Victim & { address: string }> {
  const [folder, cli, port] = await Promise.all([makeServerFolder(home), temporalCli(), freePort()]);
  const launch = () => launchServer({ cli, folder, port, uiPort: null, timeoutMs: 60_000 });
  let server = await launch();
  return {
    address: `127.0.0.1:${port}`,
    kill: () => killServer(server, 'SIGKILL'),
    start: async () => {
      server = await launch();
    },
  };
}

/** A command of the product as a supervised process: it counts as started when it has said so. */
function commandVictim(place: Workplace, args: () => string[], env: Record<string, string>, ready: string): Victim {
  let supervisor: { stopped: boolean } = { stopped: true };
  let running: ReturnType<Workplace['start']> | undefined;
  const launch = (): Promise<boolean> => {
    const started = place.start(args(), env);
    running = started;
    return new Promise((resolve) => {
      started.child.stderr!.on('data', (data: Buffer) => data.toString().includes(ready) && resolve(true));
      void started.result.then(() => resolve(false));
    });
  };
  const keepUp = async (mine: { stopped: boolean }, serves: () => void): Promise<void> => {
    while (!mine.stopped) {
      if (await launch()) serves();
      await running!.result;
      await sleep(SUPERVISED_MS);
    }
  };
  return {
    kill: async () => {
      supervisor.stopped = true;
      running?.child.kill('SIGKILL');
      await running?.result;
    },
    start: () => {
      const mine = { stopped: false };
      supervisor = mine;
      return new Promise((resolve) => void keepUp(mine, resolve));
    },
  };
}
