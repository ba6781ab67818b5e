import { MallmError } from '../mallm/errors.js';

export {
  MallmError,
  ModelError,
  NoModelRowsError,
  NumericError,
  OptionError,
  PayloadError,
  RootError,
  RunError,
  ServerError,
  StoreError,
  TableError,
  ThetaError,
} from '../mallm/errors.js';

/** Waiting was interrupted (Ctrl-C): the run keeps its state and can be resumed. */
export class Interrupted extends MallmError {}

/** The run waits for a person to act: quota, key, or a pause. */
export class Blocked extends MallmError {}

/** The run ended without a result. */
export class RunFailed extends MallmError {}
