/** What an error shows to the person who has to act on it. */
export interface ErrorParts {
  /** What is wrong, as one short clause: `column "agee" is not in the table`. */
  problem: string;
  /** What would have been right. */
  expected?: string;
  /** What was there instead. Never a cell of a real row. */
  got?: string;
  /** What to do about it. */
  remedy?: string;
}

/** Under this symbol an error has the names of its class and of those above it; every copy of the package has the same. */
const CLASSES = Symbol.for('mallm-gan.error-classes');

/** Base of all errors this project throws on purpose: expected, got, remedy, in one message. */
export class MallmError extends Error {
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super(sentence(parts));
    this.name = new.target.name;
    this.parts = parts;
    Object.defineProperty(this, CLASSES, { value: classNames(new.target) });
  }

  /**
   * Whether a value is an error of this class or of one below it: as `instanceof`, but also where the error comes from
   * another copy of the package.
   */
  static isInstance<Class extends abstract new (...parts: never) => MallmError>(
    this: Class,
    value: unknown,
  ): value is InstanceType<Class> {
    if (!(value instanceof Error) || !(CLASSES in value)) return false;
    return (value[CLASSES] as string[]).includes(this.name);
  }
}

/** The table, its file or its metadata cannot be used. */
export class TableError extends MallmError {}
/** An option or a flag is unknown or out of range. */
export class OptionError extends MallmError {}
/** A θ is not well formed: unknown column, cycle, too long. */
export class ThetaError extends MallmError {}
/** A numeric step met values it must never meet, or a model that learned nothing. */
export class NumericError extends MallmError {}
/** An object in the store is missing, damaged or foreign. */
export class StoreError extends MallmError {}
/** A model endpoint cannot be used: address, key, quota, model name. */
export class ModelError extends MallmError {}
/** The model gave (nearly) no valid rows: what would be released is no model's work. */
export class NoModelRowsError extends MallmError {}
/** The Temporal server or its CLI cannot be obtained or reached. */
export class ServerError extends MallmError {}
/** What the Temporal server keeps cannot be read here: another key, none, or damaged. */
export class PayloadError extends MallmError {}
/** A path, a URL or a key is none that this process may use. */
export class RootError extends MallmError {}
/** A run folder is unusable: missing, of another run, read-only. */
export class RunError extends MallmError {}

function classNames(newest: typeof MallmError): string[] {
  const names: string[] = [];
  for (let one = newest; one.prototype instanceof Error; one = Object.getPrototypeOf(one) as typeof MallmError)
    names.push(one.name);
  return names;
}

function sentence({ problem, expected, got, remedy }: ErrorParts): string {
  const facts = [expected && `expected ${expected}`, got && `got ${got}`].filter(Boolean).join(', ');
  const head = facts ? `${problem}: ${facts}.` : `${problem}.`;
  return remedy ? `${head} ${remedy}` : head;
}
