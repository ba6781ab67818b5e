/**
 * Another user of this machine, who knows the port of an embedded server and has no credential: `stranger.js ADDRESS`,
 * then one attack a line on standard input (`{"attack": …}`), and its result as JSON a line on standard output. Started
 * as root it becomes a user without rights (65534) before it connects.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import protos from '@temporalio/proto';

const { CommandType } = protos.temporal.api.enums.v1;

const NOBODY = 65534;
const [address] = process.argv.slice(2);
if (process.getuid!() === 0) {
  process.setgroups!([]);
  process.setgid!(NOBODY);
  process.setuid!(NOBODY);
}
const connection = await Connection.connect({ address: address! });
const client = new Client({ connection });
const { workflowService: service } = client;
const namespace = 'default';

const attacks: Record<string, (ask: Record<string, unknown>) => Promise<unknown>> = {
  /** What of the owner's files can be read, or written over. */
  files: async ({ paths }) => {
    const opened: string[] = [];
    for (const path of paths as string[]) {
      await readFile(path).then(
        () => opened.push(`read ${path}`),
        () => undefined,
      );
      await writeFile(path, '').then(
        () => opened.push(`wrote ${path}`),
        () => undefined,
      );
      await rm(path).then(
        () => opened.push(`removed ${path}`),
        () => undefined,
      );
      await mkdir(`${path}.made`).then(
        () => opened.push(`made ${path}.made`),
        () => undefined,
      );
    }
    return opened;
  },
  /** A workflow of his own on the owner's workers. */
  start: async ({ type, workflowId, input }) => {
    const handle = await client.workflow.start(type as string, {
      taskQueue: 'mallm-gan',
      workflowId: workflowId as string,
      args: input === undefined ? [] : [input],
      workflowExecutionTimeout: '20s',
    });
    return endOf(handle.workflowId, handle.result());
  },
  /** A workflow of his own that he himself runs, and that lets the owner's workers run an activity. */
  activity: async ({ queue, type, input }) => {
    const workflowId = `stranger-${Math.random()}`;
    const taskQueue = { name: 'stranger' };
    await client.workflow.start('anything', { taskQueue: taskQueue.name, workflowId });
    const poll = () =>
      client.withDeadline(Date.now() + 30_000, () => service.pollWorkflowTaskQueue({ namespace, taskQueue }));
    const task = await poll();
    const payloads = input === undefined ? [] : [defaultPayloadConverter.toPayload(input)];
    const scheduleActivityTaskCommandAttributes = {
      ...{ activityId: '1', activityType: { name: type as string }, taskQueue: { name: queue as string } },
      ...{ input: { payloads }, scheduleToCloseTimeout: { seconds: 20 as never } },
    };
    await service.respondWorkflowTaskCompleted({
      ...{ namespace, taskToken: task.taskToken },
      commands: [
        { commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK, scheduleActivityTaskCommandAttributes },
      ],
    });
    const { history } = await poll();
    await client.workflow.getHandle(workflowId).terminate();
    const events = history?.events ?? [];
    return events.some((event) => event.activityTaskCompletedEventAttributes) ? 'completed' : 'refused';
  },
  signal: async ({ workflowId, name, args }) =>
    client.workflow.getHandle(workflowId as string).signal(name as string, ...(args as unknown[])),
  update: async ({ workflowId, name, args }) =>
    outcomeOf(client.workflow.getHandle(workflowId as string).executeUpdate(name as string, { args: args as [] })),
  query: async ({ workflowId, name }) =>
    outcomeOf(client.workflow.getHandle(workflowId as string).query(name as string)),
  /** What of the history of a run he can read. */
  history: async ({ workflowId }) => {
    const { events } = await client.workflow.getHandle(workflowId as string).fetchHistory();
    return Buffer.from(JSON.stringify(events), 'utf8').toString('utf8');
  },
  /** The input of a run, as it is on the server, as the input of another. */
  copy: async ({ from, workflowId, type }) => {
    const { events } = await client.workflow.getHandle(from as string).fetchHistory();
    const { input } = events![0]!.workflowExecutionStartedEventAttributes!;
    await service.startWorkflowExecution({
      ...{ namespace, workflowId: workflowId as string, workflowType: { name: type as string } },
      ...{ taskQueue: { name: 'mallm-gan' }, input, requestId: String(Math.random()) },
      workflowRunTimeout: { seconds: 20 as never },
    });
    return endOf(workflowId as string, client.workflow.getHandle(workflowId as string).result());
  },
  /** A workflow under the id of another, that no worker does. */
  occupy: async ({ workflowId }) =>
    client.workflow.start('anything', { taskQueue: 'stranger', workflowId: workflowId as string }).then(() => null),
  terminate: async ({ workflowId }) =>
    client.workflow
      .getHandle(workflowId as string)
      .terminate()
      .then(() => null),
  cancel: async ({ workflowId }) =>
    client.workflow
      .getHandle(workflowId as string)
      .cancel()
      .then(() => null),
  delete: async ({ workflowId }) =>
    service
      .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId: workflowId as string } })
      .then(() => null),
  /** Ends a run in its worker's place, with a result that is not sealed. */
  complete: async ({ workflowId }) => {
    const { raw } = await client.workflow.getHandle(workflowId as string).describe();
    const activity = raw.pendingActivities?.[0];
    if (!activity) return 'none';
    const execution = { namespace, workflowId: workflowId as string, activityId: activity.activityId };
    const result = { payloads: [defaultPayloadConverter.toPayload({ rows: [] })] };
    await service.respondActivityTaskCompletedById({ ...execution, result });
    return 'completed';
  },
};

/** How a workflow ended, and how many activities it had the owner's workers do. */
async function endOf(workflowId: string, result: Promise<unknown>): Promise<string> {
  await result.catch(() => undefined);
  const handle = client.workflow.getHandle(workflowId);
  const { events } = await handle.fetchHistory();
  const activities = events!.filter((event) => event.activityTaskScheduledEventAttributes).length;
  return `${(await handle.describe()).status.name} after ${activities} activities`;
}

async function outcomeOf(result: Promise<unknown>): Promise<string> {
  return result.then(
    (value) => `done: ${JSON.stringify(value)}`,
    (error: unknown) => `refused: ${(error as Error).name}`,
  );
}

for await (const line of createInterface(process.stdin)) {
  const { attack, ...ask } = JSON.parse(line) as { attack: string };
  const result = await attacks[attack]!(ask).catch((error: unknown) => `error: ${(error as Error).message}`);
  console.log(JSON.stringify({ uid: process.getuid!(), result: result ?? null }));
}
await connection.close();
