import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { FitRequest } from '../client/index.js';
import { fit } from '../client/index.js';
import { readConfig } from '../config/index.js';
import type { Workplace } from '../test/support/command-line.js';
import { openWorkplace } from '../test/support/command-line.js';
import { startTemporal } from '../test/support/temporal.js';
import { freePort } from '../workers/embedded/free-port.js';
import { fitWorkflowId } from '../workflows/contract.js';

const TICKS_A_SECOND = 100;

/** How long the parts of a fit took, seconds, and what they cost. */
export interface Timed {
  calls: number;
  /** From the first generator call that was scheduled to the last that was done, all steps together. */
  generation: number;
  /** The fit workflow, from its start to its end. */
  fit: number;
  /** The whole command: rows drawn and files written too. */
  command: number;
  /** Events of all fit histories. */
  events: number;
  /** Processor time of worker, simulated model and server while the command ran, seconds. */
  cpu: { worker: number; model: number; server: number };
}

/** A Temporal server, and a worker and a simulated model as processes of their own. */
export interface SpeedSite {
  /** One fit with a fresh worker and a fresh simulated model of this latency. */
  run(request: FitRequest, latencyMs: number): Promise<Timed>;
  /** Activities a second that do nothing, on the same server. */
  noops(activities: number, atOnce: number): Promise<number>;
  close(): Promise<void>;
}

/** What a fit is run on. */
interface Ground {
  place: Workplace;
  client: Client;
  temporal: { address: string; pid: number };
  latencyMs: number;
}

interface Event {
  eventTime: string;
  eventId: string;
  activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  activityTaskCompletedEventAttributes?: { scheduledEventId: string };
}

export async function openSpeedSite(): Promise<SpeedSite> {
  const place = await openWorkplace();
  const temporal = await startTemporal();
  const client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  let runs = 0;
  return {
    run: (request, latencyMs) => timedFit({ place, client, temporal, latencyMs }, request, runs++),
    noops: (activities, atOnce) => noopsASecond(client, temporal.address, activities, atOnce),
    close: async () => {
      await client.connection.close();
      await temporal.stop();
      await place.close();
    },
  };
}

async function timedFit(
  { place, client, temporal, latencyMs }: Ground,
  request: FitRequest,
  run: number,
): Promise<Timed> {
  const port = await freePort();
  const simulator = place.start(['simulator', '--port', String(port), '--latency-ms', String(latencyMs)]);
  const env = {
    TEMPORAL_ADDRESS: temporal.address,
    MALLM_STORE: pathToFileURL(join(place.folder, 'store')).href,
    MALLM_HOME: join(place.folder, '.mallm'),
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY: 'any',
  };
  const worker = place.start(['worker', '--in-flight', String(request.inFlight ?? 8)], env);
  try {
    await Promise.all([said(simulator, 'simulated model at'), said(worker, 'worker on')]);
    const pids = [worker.child.pid!, simulator.child.pid!, temporal.pid];
    const before = await Promise.all(pids.map(cpuSeconds));
    const began = Date.now();
    const { manifest } = await fit({ ...request, out: join(place.folder, `run-${run}`), config: readConfig(env) });
    const command = (Date.now() - began) / 1000;
    const after = await Promise.all(pids.map(cpuSeconds));
    const [ofWorker, model, server] = after.map((value, index) => value - before[index]!);
    const cpu = { worker: ofWorker!, model: model!, server: server! };
    return { ...(await timesOf(client, fitWorkflowId(manifest.runId))), calls: manifest.calls, command, cpu };
  } finally {
    for (const { child, result } of [worker, simulator]) {
      child.kill('SIGTERM');
      await result;
    }
  }
}

/** Processor time of a process and its threads. Linux only. */
async function cpuSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

function said({ child }: ReturnType<Workplace['start']>, words: string): Promise<void> {
  return new Promise((resolve) =>
    child.stderr!.on('data', (data: Buffer) => data.toString().includes(words) && resolve()),
  );
}

async function timesOf(client: Client, workflowId: string): Promise<Omit<Timed, 'calls' | 'command' | 'cpu'>> {
  let [events, generation, began, ended] = [0, 0, Infinity, 0];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const all = (JSON.parse(historyToJSON(history)) as { events: Event[] }).events;
    events += all.length;
    generation += generationOf(all);
    began = Math.min(began, Date.parse(all[0]!.eventTime));
    ended = Math.max(ended, Date.parse(all.at(-1)!.eventTime));
  }
  return { events, generation, fit: (ended - began) / 1000 };
}

/** Time in which at least one generator activity was scheduled and not yet done. */
function generationOf(events: Event[]): number {
  const open = new Set<string>();
  let [since, total] = [0, 0];
  for (const event of events) {
    const at = Date.parse(event.eventTime);
    if (event.activityTaskScheduledEventAttributes?.activityType.name === 'generateRows') {
      if (open.size === 0) since = at;
      open.add(event.eventId);
    }
    const done = event.activityTaskCompletedEventAttributes?.scheduledEventId;
    if (done && open.delete(done) && open.size === 0) total += at - since;
  }
  return total / 1000;
}

async function noopsASecond(client: Client, address: string, activities: number, atOnce: number): Promise<number> {
  const taskQueue = 'noops';
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowsPath: createRequire(import.meta.url).resolve('./noop-workflow.js'),
    activities: { nothing: async () => undefined },
  });
  const seconds = await worker.runUntil(async () => {
    const began = Date.now();
    await client.workflow.execute('doNothing', { taskQueue, workflowId: `noops-${began}`, args: [activities, atOnce] });
    return (Date.now() - began) / 1000;
  });
  await connection.close();
  return activities / seconds;
}
