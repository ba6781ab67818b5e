import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import { addSpending, callsLeft, nothingSpent } from '../mallm/workflow.js';
import type { Spending } from '../mallm/workflow.js';
import type { Limits, Progress, RunLimits } from './contract.js';
import { PAUSE, PROGRESS, RESUME, SET_LIMITS, STOP_EARLY } from './contract.js';
import { changedLimits, limitsShown, validateLimits } from './limits.js';
import { progressDetails } from './progress.js';

export const pauseSignal = defineSignal(PAUSE);
export const resumeSignal = defineSignal(RESUME);
export const stopEarlySignal = defineSignal(STOP_EARLY);
export const progressQuery = defineQuery<Progress>(PROGRESS);
export const setLimitsUpdate = defineUpdate<Limits, [Limits]>(SET_LIMITS);

/** Time that calls under way get to be finished and stored when a run ends before they do. */
const LONGEST_FINISH = '60 seconds';

/** Thrown where a run waits, when it is asked to stop with what it has. */
export class StopRequested extends ApplicationFailure {
  constructor() {
    super('the run was stopped before it had a result', 'Stopped', true);
  }
}

/** Model calls of one activity. */
export interface PaidWork<T> {
  calls: number;
  /** How many of them at once at most. */
  parallel: number;
  /** @param parallel how many at once under the limits that are in force when the work starts. */
  start: (parallel: number) => Promise<T>;
}

/** Pause, resume, stop, limits and the blocked state of one workflow, with its progress query. */
export class RunControl {
  private paused = false;
  private blocked: string | null = null;
  private stopping = false;
  private resumes = 0;
  private inFlight = 0;
  private callsUnderWay = 0;
  private readonly queue: symbol[] = [];

  /** @param limits those that the run begins with. */
  constructor(
    readonly progress: Progress,
    public limits: RunLimits,
    /** What the run has paid for, calls of an unfinished step included. */
    public spending: Spending = nothingSpent,
    /** Fails when it is blocked, instead of waiting for `resume`. */
    private readonly unattended = false,
  ) {
    setHandler(progressQuery, () => this.progress);
    setHandler(pauseSignal, () => this.letGo(true));
    setHandler(resumeSignal, () => {
      this.resumes += 1;
      this.letGo(false);
    });
    setHandler(stopEarlySignal, () => {
      this.stopping = true;
      this.show();
    });
    setHandler(setLimitsUpdate, (change) => this.changeLimits(change), {
      validator: (change: Limits) => validateLimits(this.limits, change),
    });
  }

  /** Whether the run was asked to stop with what it has. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Returns when the run may go on. @throws StopRequested when it is asked to stop. */
  async ready(): Promise<void> {
    await condition(() => this.ends() || (!this.paused && this.blocked === null));
    await this.end();
  }

  /** How many more calls the budget allows, those under way left out. */
  callsLeft(): number {
    return Math.max(0, callsLeft(this.spending, this.limits.budget) - this.callsUnderWay);
  }

  /** Whether a bound on tokens or money is set, and no call has shown yet what one takes of it. */
  costIsUnknown(): boolean {
    const { maxTokens, maxCost } = this.limits.budget;
    return this.spending.calls === 0 && (maxTokens !== null || maxCost !== null);
  }

  /**
   * Runs an activity that makes model calls, in its turn, when so many are free. What quota or key forbids waits for
   * `resume` and is then run again: only what is missing is done again.
   *
   * @returns null when the budget is spent. @throws StopRequested.
   */
  async paid<T extends { spending: Spending }>({ calls, parallel, start }: PaidWork<T>): Promise<T | null> {
    for (;;) {
      const slots = await this.turn(parallel);
      if (this.callsLeft() === 0) return null;
      const { resumes } = this;
      this.inFlight += slots;
      this.callsUnderWay += calls;
      try {
        const result = await start(slots);
        this.spending = addSpending(this.spending, result.spending);
        this.progress.spending = this.spending;
        return result;
      } catch (error) {
        this.block(error, resumes);
      } finally {
        this.inFlight -= slots;
        this.callsUnderWay -= calls;
      }
    }
  }

  /** Runs an activity that calls no model; what a person has to make possible (a full disk) waits for `resume`. */
  async unpaid<T>(start: () => Promise<T>): Promise<T> {
    for (;;) {
      const { resumes } = this;
      try {
        return await start();
      } catch (error) {
        this.block(error, resumes);
      }
      await this.ready();
    }
  }

  /** Waits, not for ever and whether cancelled or not, until calls under way are finished, stored and counted. */
  async finished(): Promise<void> {
    if (this.inFlight === 0) return;
    await CancellationScope.nonCancellable(() => condition(() => this.inFlight === 0, LONGEST_FINISH));
  }

  /** Puts the progress into the details that the Temporal UI shows. */
  show(): void {
    const held = this.blocked === null ? (this.paused ? 'paused' : 'running') : 'blocked';
    this.progress.status = this.stopping ? 'stopping' : held;
    this.progress.blocked = this.blocked;
    setCurrentDetails(progressDetails(this.progress));
  }

  /** First come, first served: a later caller does not pass one that waits for more slots. */
  private async turn(parallel: number): Promise<number> {
    const ticket = Symbol();
    const slots = (): number => Math.min(parallel, this.limits.inFlight);
    const free = (): boolean => this.inFlight === 0 || this.inFlight + slots() <= this.limits.inFlight;
    this.queue.push(ticket);
    try {
      await condition(
        () => this.ends() || (!this.paused && this.blocked === null && this.queue[0] === ticket && free()),
      );
    } finally {
      this.queue.splice(this.queue.indexOf(ticket), 1);
    }
    await this.end();
    return slots();
  }

  private changeLimits(change: Limits): Limits {
    this.limits = changedLimits(this.limits, change);
    return limitsShown(this.limits);
  }

  private ends(): boolean {
    return this.stopping || (this.unattended && this.blocked !== null);
  }

  /** @throws StopRequested when the run is asked to stop; of type `Blocked` in an unattended run. */
  private async end(): Promise<void> {
    if (this.stopping) throw new StopRequested();
    if (!this.unattended || this.blocked === null) return;
    await this.finished();
    throw ApplicationFailure.nonRetryable(this.blocked, 'Blocked');
  }

  /** @throws the error itself when it is no block. */
  private block(error: unknown, resumesBefore: number): void {
    const reason = reasonOfBlock(error);
    if (reason === null) throw error;
    if (this.resumes > resumesBefore) return;
    this.blocked = reason;
    this.show();
  }

  private letGo(paused: boolean): void {
    this.paused = paused;
    if (!paused) this.blocked = null;
    this.show();
  }
}

/** What a failure says of a block, by quota, key or disk; null when it is another failure. */
export function reasonOfBlock(error: unknown): string | null {
  const cause = innermost(error);
  return cause instanceof ApplicationFailure && cause.type === 'Blocked' ? cause.message : null;
}

/** What went wrong in an activity or a child, without what Temporal wraps it into. */
export function innermost(error: unknown): unknown {
  let cause = error;
  while ((cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) && cause.cause)
    cause = cause.cause;
  return cause;
}
