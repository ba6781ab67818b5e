import { MallmError } from '../mallm/errors.js';

/** Somebody stopped waiting (Ctrl-C): the run stands where it is and can be resumed. */
export class Interrupted extends MallmError {}

/** The run waits for somebody: quota, key, or a pause. */
export class Blocked extends MallmError {}

/** The run ended without a result. */
export class RunFailed extends MallmError {}
