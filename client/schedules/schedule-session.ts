import { ScheduleNotFoundError } from '@temporalio/client';
import type { ScheduleHandle } from '@temporalio/client';
import type { Config } from '../../config/index.js';
import { readConfig } from '../../config/index.js';
import { RunError } from '../../mallm/errors.js';
import { REGENERATE } from '../../workflows/contract.js';
import type { Session } from '../cluster/session.js';
import { openSession } from '../cluster/session.js';

/** A schedule by its name. */
export interface OfSchedule {
  name: string;
  config?: Config;
  onNotice?: (line: string) => void;
}

/** Opens a session without workers: a schedule is changed or looked at, nothing is run here. */
export async function withServer<T>(
  { config = readConfig(), onNotice }: Omit<OfSchedule, 'name'>,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await openSession({ config, workers: false, inFlight: 1, notice: onNotice ?? (() => undefined) });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Does something with a schedule that must be there. @throws RunError naming those that are. */
export async function withSchedule<T>(
  ask: OfSchedule,
  work: (handle: ScheduleHandle, session: Session) => Promise<T>,
): Promise<T> {
  return withServer(ask, async (session) => {
    try {
      return await work(session.client.schedule.getHandle(ask.name), session);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
      throw await unknown(ask.name, session);
    }
  });
}

/** Names of all schedules of this project at the server. */
export async function scheduleNames({ client }: Session): Promise<string[]> {
  const names: string[] = [];
  for await (const { scheduleId, action } of client.schedule.list())
    if (action?.workflowType === REGENERATE) names.push(scheduleId);
  return names.sort();
}

async function unknown(name: string, session: Session): Promise<RunError> {
  const names = await scheduleNames(session);
  const where = session.embedded
    ? `A schedule lives with the server of its fit: in ${session.config.home} are these; MALLM_HOME names another.`
    : '`mallm-gan schedule list` shows them.';
  return new RunError({
    problem: `there is no schedule "${name}"`,
    expected: names.length > 0 ? `one of ${names.join(', ')}` : 'a schedule: there is none',
    remedy: where,
  });
}
