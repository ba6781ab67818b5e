import type { Row, TableSchema } from '../table/dataset.js';
import { peopleOf } from '../table/people.js';
import type { DiscriminatorKind, DiscriminatorState } from './discriminator.js';
import { probabilityReal, startDiscriminator, updateDiscriminator } from './discriminator.js';
import type { Encoder } from './encoding.js';
import type { Difference, Interval, Score } from './score.js';
import { wilson } from '../learning/wilson.js';
import { createRandom, seedOf } from '../random.js';

/** Normal quantile of a 95 % interval. */
const Z = 1.96;

/** Rows kept out of the discriminator's update: real ones by index into the training rows. Paper: Listing 1, L10. */
export interface HeldOut {
  real: number[];
  synthetic: Row[];
}

interface AccuracyInput {
  kind: DiscriminatorKind;
  encoder: Encoder;
  /** Share of the rows of a batch, real and synthetic alike, that the discriminator does not learn from. */
  testShare: number;
  seed: number;
  trainRows: readonly Row[];
  /** Says which rows belong to one person; without it each is a person of its own. */
  schema?: TableSchema;
  /** The batch's real rows, by index into the training rows. */
  batch: readonly number[];
  /** Each θ with its new rows, and the batch in which it was proposed. */
  candidates: readonly { number: number; epoch: number; batch: number; rows: readonly Row[] }[];
  /** f_{i−1}; null before the first batch. */
  discriminator: DiscriminatorState | null;
  /** Held-out rows of earlier θ, by number. */
  heldOut: Readonly<Record<number, HeldOut>>;
}

/** The newest discriminator, the held-out rows of all θ, and the accuracy on them. */
export interface AccuracyScores {
  discriminator: DiscriminatorState | null;
  heldOut: Record<number, HeldOut>;
  /** By number of θ. Empty when the discriminator was blind for every candidate: then nothing has changed. */
  scores: Map<number, Score>;
  /** Candidates whose rows taught the discriminator nothing: they have no score. */
  blind: Set<number>;
}

/**
 * The published score: f_i is f_{i−1} updated on this batch, and the score of a θ is the accuracy of f_i on the θ's
 * held-out rows. Earlier θ are scored again by f_i, each on the rows held out when it was generated from. Deterministic.
 *
 * A blind discriminator gives 0.5 to any rows, which would be the best score there is. So an update that leaves it blind
 * is not kept, and its θ gets no score; the same for all candidates when every held-out row gets one class.
 *
 * Paper: §3.2.2; Listing 1, L8-11.
 * @throws NumericError when a feature or a weight is not finite.
 */
export function scoreByAccuracy(input: AccuracyInput): AccuracyScores {
  const { kind, encoder, trainRows, candidates, seed } = input;
  let discriminator = input.discriminator ?? startDiscriminator(kind, encoder, seedOf(seed, 'discriminator'));
  const heldOut: Record<number, HeldOut> = { ...input.heldOut };
  const blind = new Set<number>();
  for (const candidate of candidates) {
    const { learned, kept } = splitRows(input, candidate);
    const updated = updateDiscriminator(discriminator, rowsAt(trainRows, learned.real), learned.synthetic);
    if (updated.blind || updated.updates === 0) blind.add(candidate.number);
    else [discriminator, heldOut[candidate.number]] = [updated, kept];
  }
  const judged = new Map(
    Object.entries(heldOut).map(([number, rows]) => [Number(number), judge(discriminator, trainRows, rows)]),
  );
  if (blind.size === candidates.length || givesOneClass([...judged.values()])) {
    const { discriminator: before, heldOut: rows } = input;
    const all = new Set(candidates.map(({ number }) => number));
    return { discriminator: before, heldOut: { ...rows }, scores: new Map(), blind: all };
  }
  const scores = new Map([...judged].map(([number, each]) => [number, accuracyOf(each)]));
  return { discriminator, heldOut, scores, blind };
}

/**
 * The difference of two accuracies on separate rows, with Newcombe's 95 % interval (1998, method 10) from the two Wilson
 * intervals. Real rows held out for both θ make it wider than it need be, never narrower.
 */
export function accuracyDifference(from: Score, to: Score): Difference {
  const value = to.value - from.value;
  const below = Math.hypot(to.value - to.interval[0], from.interval[1] - from.value);
  const above = Math.hypot(to.interval[1] - to.value, from.value - from.interval[0]);
  return { value, interval: [value - below, value + above] };
}

/** Wilson's 95 % interval of a proportion of `total` trials. */
export function wilsonInterval(proportion: number, total: number): Interval {
  const { centre, half } = wilson(proportion, total, Z);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Divides the batch's real people and a candidate's, each in seeded order; at least one of either is held out. */
function splitRows(
  { batch, testShare, trainRows, schema, seed }: AccuracyInput,
  candidate: AccuracyInput['candidates'][number],
): { learned: HeldOut; kept: HeldOut } {
  const random = createRandom(seedOf(seed, 'split', candidate.epoch, candidate.batch, candidate.number));
  const people = (rows: readonly Row[]): number[][] => (schema ? peopleOf(schema, rows) : rows.map((_, row) => [row]));
  const realPeople = random.shuffle(people(rowsAt(trainRows, batch))).map((places) => places.map((i) => batch[i]!));
  const madePeople = random.shuffle(people(candidate.rows)).map((places) => places.map((i) => candidate.rows[i]!));
  const kept = (people: readonly unknown[]): number => Math.max(1, Math.round(testShare * people.length));
  const [realKept, madeKept] = [kept(realPeople), kept(madePeople)];
  return {
    kept: { real: realPeople.slice(0, realKept).flat(), synthetic: madePeople.slice(0, madeKept).flat() },
    learned: { real: realPeople.slice(realKept).flat(), synthetic: madePeople.slice(madeKept).flat() },
  };
}

/** Probabilities that the real and the synthetic rows are real. */
interface Judged {
  real: Float64Array;
  synthetic: Float64Array;
}

function judge(discriminator: DiscriminatorState, trainRows: readonly Row[], { real, synthetic }: HeldOut): Judged {
  return {
    real: probabilityReal(discriminator, rowsAt(trainRows, real)),
    synthetic: probabilityReal(discriminator, synthetic),
  };
}

function givesOneClass(judged: readonly Judged[]): boolean {
  const all = judged.flatMap(({ real, synthetic }) => [...real, ...synthetic]);
  return !all.some((probability) => probability > 0.5) || !all.some((probability) => probability < 0.5);
}

/** Share of rows given their own class, with Wilson's interval; a row as likely real as not counts half. */
function accuracyOf({ real, synthetic }: Judged): Score {
  const total = real.length + synthetic.length;
  const share = (probability: number): number => (probability === 0.5 ? 0.5 : Number(probability > 0.5));
  const correct =
    real.reduce((sum, probability) => sum + share(probability), 0) +
    synthetic.reduce((sum, probability) => sum + 1 - share(probability), 0);
  return { value: correct / total, interval: wilsonInterval(correct / total, total) };
}

function rowsAt(rows: readonly Row[], indexes: readonly number[]): Row[] {
  return indexes.map((index) => rows[index]!);
}
