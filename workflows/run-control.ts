import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { callsLeft } from '../mallm/workflow.js';
import type { Budget, Spending } from '../mallm/workflow.js';
import type { Limits, Progress } from './contract.js';
import { PAUSE, PROGRESS, RESUME, SET_LIMITS, STOP_EARLY } from './contract.js';

export const pauseSignal = defineSignal(PAUSE);
export const resumeSignal = defineSignal(RESUME);
export const stopEarlySignal = defineSignal(STOP_EARLY);
export const progressQuery = defineQuery<Progress>(PROGRESS);
export const setLimitsUpdate = defineUpdate<Limits, [Limits]>(SET_LIMITS);

/** What a person may change while a run goes on. */
export interface RunLimits {
  inFlight: number;
  budget: Budget;
}

/** Thrown out of a waiting call when the run is asked to stop with what it has. */
export class StopRequested extends Error {}

/** Pause, resume, stop, limits and the blocked state of one workflow, with its progress query. */
export class RunControl {
  private paused = false;
  private resumes = 0;
  private inFlight = 0;
  stopping = false;

  constructor(
    readonly progress: Progress,
    readonly limits: RunLimits,
  ) {
    setHandler(progressQuery, () => this.progress);
    setHandler(pauseSignal, () => this.setPaused(true));
    setHandler(resumeSignal, () => {
      this.resumes += 1;
      this.setPaused(false);
    });
    setHandler(stopEarlySignal, () => {
      this.stopping = true;
      this.progress.status = 'stopping';
    });
    setHandler(setLimitsUpdate, (limits) => this.setLimits(limits), { validator: validateLimits });
  }

  /** Returns when the run may go on. @throws StopRequested when it is asked to stop. */
  async ready(): Promise<void> {
    await condition(() => !this.paused || this.stopping);
    if (this.stopping) throw new StopRequested();
  }

  /** How many more calls the budget allows. */
  callsLeft(spending: Spending): number {
    return callsLeft(spending, this.limits.budget);
  }

  /**
   * Runs an activity that takes `slots` model calls at once, when so many are free.
   * A call that quota or key forbids waits for `resume` and is then made again: only what is missing is done again.
   */
  async paid<T>(slots: number, call: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.ready();
      await condition(() => this.stopping || this.inFlight === 0 || this.inFlight + slots <= this.limits.inFlight);
      await this.ready();
      const resumesBefore = this.resumes;
      this.inFlight += slots;
      try {
        return await call();
      } catch (error) {
        const reason = reasonOfBlock(error);
        if (reason === null) throw error;
        await this.untilResumed(reason, resumesBefore);
      } finally {
        this.inFlight -= slots;
      }
    }
  }

  private async untilResumed(reason: string, resumesBefore: number): Promise<void> {
    if (this.resumes > resumesBefore) return;
    this.progress.status = 'blocked';
    this.progress.blocked = reason;
    await condition(() => this.resumes > resumesBefore || this.stopping);
  }

  private setPaused(paused: boolean): void {
    this.paused = paused;
    this.progress.blocked = null;
    if (!this.stopping) this.progress.status = paused ? 'paused' : 'running';
  }

  private setLimits({ inFlight, ...budget }: Limits): Limits {
    if (inFlight !== undefined) this.limits.inFlight = inFlight;
    const changed = Object.fromEntries(Object.entries(budget).filter(([, value]) => value !== undefined));
    Object.assign(this.limits.budget, changed);
    return { inFlight: this.limits.inFlight, ...budgetLimits(this.limits.budget) };
  }
}

function budgetLimits({ maxCalls, maxTokens, maxCost }: Budget): Limits {
  return { maxCalls, maxTokens, maxCost };
}

function validateLimits(limits: Limits): void {
  for (const [name, value] of Object.entries(limits)) {
    if (value !== null && !(typeof value === 'number' && value > 0)) {
      throw ApplicationFailure.nonRetryable(
        `${name}: expected a positive number, got ${String(value)}.`,
        'InvalidInput',
      );
    }
  }
  if (limits.inFlight !== undefined && !Number.isInteger(limits.inFlight)) {
    throw ApplicationFailure.nonRetryable('inFlight: expected a whole number.', 'InvalidInput');
  }
}

function reasonOfBlock(error: unknown): string | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return cause instanceof ApplicationFailure && cause.type === 'Blocked' ? cause.message : null;
}
