/**
 * The programming interface of mallm-gan, and what its commands call.
 *
 * ```ts
 * import { fit, sample } from 'mallm-gan';
 * const { folder } = await fit({ table: 'patients.csv', target: 'outcome' });
 * await sample({ folder, rows: 1000, where: ['age > 65'] });
 * ```
 */
export { runCodecServer } from './codec-server.js';
export type { CodecServerRequest } from './codec-server.js';
export { planOf } from './dry-run.js';
export type { Estimate } from './dry-run.js';
export { doctor } from './doctor.js';
export type { Finding } from './finding.js';
export { Blocked, Interrupted, RunFailed } from './errors.js';
export { evaluate } from './evaluate.js';
export type { EvaluateRequest } from './evaluate.js';
export { fit, resume } from './fit.js';
export type { FitOutcome, FitRequest, Watcher } from './fit.js';
export { resumeFrom } from './resume-from.js';
export type { ResumeFromRequest } from './resume-from.js';
export { baseline, refine } from './rows.js';
export type { RowsOutcome } from './rows.js';
export { sample } from './sample.js';
export type { SampleOutcome, SampleRequest } from './sample.js';
export {
  backfillSchedule,
  createSchedule,
  deleteSchedule,
  pauseSchedule,
  triggerSchedule,
  unpauseSchedule,
} from './schedule.js';
export type { ScheduleRequest } from './schedule.js';
export { OVERLAPS } from './schedule-timing.js';
export type { Overlap } from './schedule-timing.js';
export { listSchedules, showSchedule } from './schedule-view.js';
export type { ScheduleLine, ScheduleView, SlotView } from './schedule-view.js';
export { runSimulator } from './simulator.js';
export { cancel, pause, setLimits, status, stop, unpause } from './status.js';
export type { RunStatus } from './status.js';
export { runWorker } from './worker.js';
export type { WorkerRequest } from './worker.js';
export { MallmError } from '../mallm/errors.js';
export { commonReasons, poorYield } from '../mallm/model-yield.js';
export type { Evaluation } from '../mallm/evaluation/result.js';
export type { Manifest } from '../mallm/manifest.js';
export { TABLE_FORMATS } from '../workers/results.js';
export type { TableFormat } from '../workers/results.js';
export type { FitOptions } from '../mallm/options.js';
export type { Limits, Progress } from '../workflows/contract.js';
