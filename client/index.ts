/**
 * The programming interface of mallm-gan, and what its commands call.
 *
 * ```ts
 * import { fit, sample } from 'mallm-gan';
 * const { folder } = await fit({ table: 'patients.csv', target: 'outcome' });
 * await sample({ folder, rows: 1000, where: ['age > 65'] });
 * ```
 */
export { runCodecServer } from './cluster/codec-server.js';
export type { CodecServerRequest } from './cluster/codec-server.js';
export { dryRun } from './runs/dry-run.js';
export type { Estimate } from './runs/dry-run.js';
export { doctor } from './cluster/doctor.js';
export type { Finding } from './cluster/finding.js';
export { erase } from './runs/erase.js';
export type { EraseOutcome, EraseRequest } from './runs/erase.js';
export {
  Blocked,
  Interrupted,
  MallmError,
  ModelError,
  NoModelRowsError,
  NumericError,
  OptionError,
  PayloadError,
  RootError,
  RunError,
  RunFailed,
  ServerError,
  StoreError,
  TableError,
  ThetaError,
} from './errors.js';
export { evaluate } from './tables/evaluate.js';
export type { EvaluateRequest } from './tables/evaluate.js';
export { inspect } from './tables/inspect.js';
export type { Inspection, InspectRequest } from './tables/inspect.js';
export { fit, resume } from './runs/fit.js';
export type { FitOutcome, FitRequest, Watcher } from './runs/fit.js';
export { resumeFrom } from './runs/resume-from.js';
export type { ResumeFromRequest } from './runs/resume-from.js';
export { baseline, refine } from './tables/rows.js';
export type { RefineRequest, RowsOutcome } from './tables/rows.js';
export { sample } from './runs/sample.js';
export type { SampleOutcome, SampleRequest } from './runs/sample.js';
export {
  backfillSchedule,
  createSchedule,
  deleteSchedule,
  pauseSchedule,
  triggerSchedule,
  unpauseSchedule,
} from './schedules/schedule.js';
export type { ScheduleRequest } from './schedules/schedule.js';
export type { Overlap } from './schedules/schedule-timing.js';
export { listSchedules, showSchedule } from './schedules/schedule-view.js';
export type { ScheduleLine, ScheduleView, SlotView } from './schedules/schedule-view.js';
export { runSimulator } from './cluster/simulator.js';
export { cancel, pause, setLimits, status, stop, unpause } from './runs/status.js';
export type { RunStatus } from './runs/status.js';
export { runWorker } from './cluster/worker.js';
export type { WorkerRequest } from './cluster/worker.js';
export { emptiedLines } from '../mallm/fit/emptied.js';
export { commonReasons, poorYield } from '../mallm/fit/model-yield.js';
export { blindWarning, scoreSummary } from '../mallm/fit/score-summary.js';
export type { Evaluation } from '../mallm/evaluation/result.js';
export type { Manifest } from '../mallm/fit/manifest.js';
export { protectionLines } from '../mallm/table/protection/protection-lines.js';
export type { ColumnProtection } from '../mallm/table/protection/column-protection.js';
export type { TableFormat } from '../output/table-content.js';
export type { FitOptions } from '../mallm/options.js';
export type { Limits, Progress } from '../workflows/contract.js';
