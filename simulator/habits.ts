/**
 * The habits of the simulated generator: one set for all tables, calibrated on what was measured of a real model
 * (deepseek-chat, temperature 0.5, five examples a prompt, Adult; `bench/calibration.ts` prints target and figure).
 *
 * None of them depends on a table, a preset or an option: a column's own bias is a hash of its name.
 */
export const habits = {
  /** Share of cells without evidence (roots of the causal structure) taken from the model's own idea, not an example. */
  ownIdeaOfRoot: 0.8,
  /** The same for a cell that an edge ties to cells already made. */
  ownIdeaOfChild: 0.25,
  /** Share of cells for which the edges are overlooked. */
  edgeOverlooked: 0.1,
  /** Width within which two numbers count as alike along an edge, in spreads. */
  likeness: 0.45,
  /** How alike two different labels are along an edge, 0 to 1. */
  otherLabelLikeness: 0.04,
  /** Share of numbers taken from an example that are varied rather than repeated, and by how much, in spreads. */
  variedShare: 0.4,
  variedBy: 0.12,
  /** Spread of the model's own idea around its centre, in spreads: below 1, tails shrink. */
  ownSpread: 0.4,
  /** Where in the prompt's range the model expects a number without examples, and the weight of that with some. */
  typicalPlace: 0.4,
  typicalShare: 0.1,
  /** Largest shift of the model's own idea of a number, in spreads; a column's share of it is a hash of its name. */
  shift: 1,
  /** How much the own idea favours labels seen often (power of the count). */
  labelSharpness: 1.4,
  /** How much the own idea favours some labels over others (log weight; a label's share of it is a hash). */
  labelTilt: 1.3,
  /** Weight of all labels that no example shows, against those shown, when each label shown was shown once. */
  unseenLabels: 0.6,
  /** Share of examples' rare labels that are replaced by the own idea. */
  rareLabelLost: 0.5,
  /** Share of the own idea of a zero-inflated number that is not its usual value. */
  inflatedBroken: 0.35,
  /** Share of own numbers rounded to favourite digits. */
  favouriteDigits: 0.45,
  /** Share of rows that copy an example whole, and that copy one with two or three cells drawn anew. */
  wholeCopy: 0.0005,
  nearCopy: 0.05,
  /** Share of rows that repeat the row before with some cells changed. */
  repeatedRow: 0.004,
  /** Share of given cells that are overlooked. */
  givenOverlooked: 0.005,
  /** Share of rows with a fault: a key left out, a number out of range, a label that is not listed. */
  keyLeftOut: 0.002,
  outOfRange: 0.003,
  unknownLabel: 0.002,
  /** Share of replies with fewer rows than asked, per row asked. */
  tooFewRows: 0.001,
  /** Of replies in plain text: in fences, with a sentence before, with a trailing comma, stopped half way. */
  fences: 0.25,
  prose: 0.1,
  trailingComma: 0.01,
  stopsHalfWay: 0.005,
} as const;

/** Spread of the habits with temperature: 1 at the 0.5 they were measured at. */
export function looseness(temperature: number): number {
  return 0.8 + 0.4 * temperature;
}
