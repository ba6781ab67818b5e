import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { showSchedule } from '../../client/index.js';
import type { Config } from '../../config/index.js';
import type { SlotRecord } from '../../workflows/schedule-contract.js';

/** A slot that starts this late was not started when it was due. */
const LATE_MS = 5000;

export interface Outage {
  /** When the server was killed, and when it served again. */
  from: number;
  to: number;
}

type Fate = 'on time' | 'caught up' | 'after the one before' | 'skipped by overlap' | 'missed by the window';

/** One slot: what came of it. */
interface SlotAccount {
  slot: string;
  fate: Fate;
  outcome: SlotRecord['outcome'] | 'none';
  /** How often it was started, and outputs it has. */
  runs: number;
  outputs: number;
  lateMs: number | null;
}

/** All slots of one schedule, beside the server's own counts. */
export interface ScheduleAccount {
  name: string;
  policy: string;
  slots: SlotAccount[];
  counts: { started: number; missed: number; skipped: number };
}

interface Run {
  slot: string;
  startedAt: number;
  outcome: SlotRecord['outcome'];
}

/** Waits until all that a paused schedule has started has ended, and accounts for every slot that was due. */
export async function accountOf(ask: {
  client: Client;
  config: Config;
  name: string;
  out: string;
  span: { from: number; to: number };
  outage: Outage;
  everyMs: number;
}): Promise<ScheduleAccount> {
  const { name, config, span, outage, everyMs } = ask;
  const runs = await endedRuns(ask);
  const outputs = (await readdir(ask.out)).filter((file) => /^\d/.test(file));
  const { counts, overlap, catchUpSeconds } = await showSchedule({ name, config });
  const slots: SlotAccount[] = [];
  for (let due = Math.ceil(span.from / everyMs) * everyMs; due <= span.to; due += everyMs) {
    const slot = `${new Date(due).toISOString().slice(0, 19)}Z`;
    const mine = runs.filter((run) => run.slot === slot);
    const lateMs = mine[0] ? mine[0].startedAt - due : null;
    slots.push({
      slot,
      fate: fateOf(due, lateMs, outage, 1000 * catchUpSeconds),
      outcome: mine[0]?.outcome ?? 'none',
      runs: mine.length,
      outputs: outputs.filter((folder) => folder === slot.slice(0, 19).replace('T', '_').replaceAll(':', '-')).length,
      lateMs,
    });
  }
  return { name, policy: `${overlap}, caught up within ${catchUpSeconds} s`, slots, counts };
}

/** The table of all slots, and whether each is accounted for and none was done twice. */
export function accountLines(
  accounts: ScheduleAccount[],
  outage: Outage,
  { minutes, every }: { minutes: string; every: string },
): { lines: string[]; sound: boolean } {
  const down = `${new Date(outage.from).toISOString().slice(11, 19)} to ${new Date(outage.to).toISOString().slice(11, 19)}`;
  const due = accounts[0]!.slots.map(({ slot }) => slot);
  const cell = ({ fate, outcome, lateMs }: SlotAccount): string =>
    lateMs === null ? fate : `${outcome} ${fate} (+${(lateMs / 1000).toFixed(1)} s)`;
  const faults = accounts.flatMap(faultsOf);
  return {
    sound: faults.length === 0,
    lines: [
      `A slot every ${every} for ${minutes} min (${due.length} slots a schedule), the server killed and away from ${down} UTC.`,
      '',
      `| slot | ${accounts.map(({ name }) => name).join(' | ')} |`,
      `| --- | ${accounts.map(() => '---').join(' | ')} |`,
      ...due.map(
        (slot, row) => `| ${slot.slice(11)} | ${accounts.map(({ slots }) => cell(slots[row]!)).join(' | ')} |`,
      ),
      '',
      '| schedule | policy | slots | on time | after the one before | caught up | skipped by overlap | missed by the window | outputs | done twice |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...accounts.map(totalLine),
      '',
      faults.length === 0
        ? "Every slot is accounted for and agrees with the server's counts; none was done twice."
        : `FAULTS: ${faults.join('; ')}`,
    ],
  };
}

function totalLine({ name, policy, slots }: ScheduleAccount): string {
  const count = (fate: Fate): number => slots.filter((slot) => slot.fate === fate).length;
  const fates: Fate[] = ['on time', 'after the one before', 'caught up', 'skipped by overlap', 'missed by the window'];
  const outputs = slots.reduce((sum, slot) => sum + slot.outputs, 0);
  const twice = slots.filter(({ runs }) => runs > 1).length;
  return `| ${[name, policy, slots.length, ...fates.map(count), outputs, twice].join(' | ')} |`;
}

/** What does not add up. */
function faultsOf({ name, slots, counts }: ScheduleAccount): string[] {
  const count = (...fates: Fate[]): number => slots.filter(({ fate }) => fates.includes(fate)).length;
  const checks: [what: string, mine: number, servers: number][] = [
    ['started', slots.filter(({ runs }) => runs > 0).length, counts.started],
    ['skipped', count('skipped by overlap'), counts.skipped],
    ['missed', count('missed by the window'), counts.missed],
  ];
  return [
    ...checks.flatMap(([what, mine, servers]) =>
      mine === servers ? [] : [`${name}: ${mine} ${what}, the server counts ${servers}`],
    ),
    ...slots.flatMap(({ slot, runs }) => (runs > 1 ? [`${name}: ${slot} was done ${runs} times`] : [])),
    ...slots.flatMap(({ slot, outcome, outputs }) =>
      (outcome === 'regenerated') === (outputs === 1) ? [] : [`${name}: ${slot} ${outcome}, ${outputs} outputs`],
    ),
    ...slots.flatMap(({ slot, outcome }) =>
      outcome === 'failed' || outcome === 'cancelled' ? [`${name}: ${slot} ${outcome}`] : [],
    ),
  ];
}

function fateOf(due: number, lateMs: number | null, outage: Outage, windowMs: number): Fate {
  const during = due >= outage.from && due <= outage.to;
  if (lateMs === null) return during && outage.to - due > windowMs ? 'missed by the window' : 'skipped by overlap';
  if (lateMs < LATE_MS) return 'on time';
  return during ? 'caught up' : 'after the one before';
}

async function endedRuns({ client, name }: { client: Client; name: string }): Promise<Run[]> {
  const query = `WorkflowId STARTS_WITH "regenerate-${name}-2"`;
  for (;;) {
    const { running } = await client.schedule
      .getHandle(name)
      .describe()
      .then(({ info }) => ({
        running: info.runningActions.length,
      }));
    const open = await client.workflow.count(`${query} AND ExecutionStatus = "Running"`);
    if (running === 0 && open.count === 0) break;
    await sleep(1000);
  }
  // What is listed lags behind what has happened.
  await sleep(2000);
  const runs: Run[] = [];
  for await (const { workflowId, runId, startTime } of client.workflow.list({ query })) {
    const ended = client.workflow.getHandle(workflowId, runId).result() as Promise<SlotRecord>;
    const outcome = await ended.then(
      (record) => record.outcome,
      () => 'failed' as const,
    );
    runs.push({
      slot: workflowId.slice(`regenerate-${name}-`.length),
      startedAt: startTime.getTime(),
      outcome,
    });
  }
  return runs;
}
