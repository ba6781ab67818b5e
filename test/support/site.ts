import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { FitOutcome, FitRequest } from '../../client/index.js';
import { fit } from '../../client/index.js';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import type { Simulator, SimulatorOptions } from '../../simulator/index.js';
import { startSimulator } from '../../simulator/index.js';
import type { WorkerHost } from '../../workers/host.js';
import { startWorkerHost } from '../../workers/host.js';
import { WORKER_ROLES } from '../../workers/worker.js';
import { repositoryFile } from './command-line.js';

export const SITE_KEY = 'sk-site-52c0e1d79a';

/** A line of the endpoint's own log. */
export interface LoggedCall {
  time: number;
  ended: number;
  hash: string;
  attempt: number;
  status: number;
  retryAfterMs: number | null;
  delivered: boolean;
}

export interface SiteOptions {
  simulator?: SimulatorOptions;
  /** Time after which a model call counts as hung. */
  timeoutMs?: number;
  /** Another endpoint in the simulator's place. */
  baseURL?: string;
  /** Anything of the configuration that is to be otherwise. */
  config?: Partial<Config>;
}

/** A model endpoint, a store, a home and a task queue of their own, on a Temporal server that several of them may share. */
export interface Site {
  config: Config;
  folder: string;
  client: Client;
  simulator: Simulator;
  /** Every call the endpoint has seen, those before a `mend` included. */
  calls(): LoggedCall[];
  /** The endpoint with other options, at the same address. */
  mend(options: SimulatorOptions): Promise<void>;
  /** Another worker, with some of the configuration otherwise. */
  startWorker(inFlight?: number, otherwise?: Partial<Config>): Promise<WorkerHost>;
  /** A small fit: a few dozen calls. Anything may be given instead. */
  fit(request?: Partial<FitRequest>): Promise<FitOutcome>;
  close(): Promise<void>;
}

export async function startSite(address: string, options: SiteOptions = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'mallm-gan-site-'));
  const logFile = join(folder, 'calls.jsonl');
  const always: SimulatorOptions = { requireKey: SITE_KEY, logFile };
  let simulator = await startSimulator({ ...always, ...options.simulator });
  const endpoint = { baseURL: options.baseURL ?? simulator.url, apiKey: SITE_KEY };
  const config: Config = {
    ...readConfig({ MALLM_HOME: join(folder, 'home') }),
    temporal: { address, namespace: 'default' },
    taskQueue: basename(folder),
    models: { generator: endpoint, optimizer: endpoint, timeoutMs: options.timeoutMs ?? 30_000 },
    store: pathToFileURL(join(folder, 'store')).href,
    // Tables and outputs of schedules.
    roots: [folder],
    ...options.config,
  };
  const connection = await Connection.connect({ address });
  const hosts: WorkerHost[] = [];
  return {
    config,
    folder,
    client: new Client({ connection }),
    get simulator() {
      return simulator;
    },
    calls: () => loggedCalls(logFile),
    mend: async (mended) => {
      const { port } = simulator;
      await simulator.close();
      simulator = await startSimulator({ ...always, ...mended, port });
    },
    startWorker: async (inFlight = 8, otherwise = {}) => {
      const host = await startWorkerHost({
        config: { ...config, ...otherwise },
        temporal: config.temporal!,
        roles: WORKER_ROLES,
        inFlight,
      });
      hosts.push(host);
      return host;
    },
    fit: (request) => fit({ ...SMALL_FIT, out: join(folder, 'out'), config, ...request }),
    close: async () => {
      for (const host of hosts) await host.close();
      await connection.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** 3 × (2 × 5 + 2) calls, all but the proposals of the first step. */
export const SMALL_FIT = {
  table: repositoryFile('test/fixtures/tables/adult-train-25.csv'),
  target: 'Income',
  epochs: 3,
  rowsPerTheta: 20,
  rowsPerRequest: 4,
  patience: 0,
} satisfies Partial<FitRequest>;

export function loggedCalls(file: string): LoggedCall[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LoggedCall);
}

/** Requests whose answer left the endpoint more than once: paid for more than once. */
export function paidTwice(calls: LoggedCall[]): string[] {
  const paid = calls.filter(({ status, delivered }) => status === 200 && delivered).map(({ hash }) => hash);
  return paid.filter((hash, index) => paid.indexOf(hash) !== index);
}
