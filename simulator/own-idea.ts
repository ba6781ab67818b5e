import { seedOf, type Random } from '../mallm/random.js';
import type { LabelColumn, NumberColumn, PromptCell, PromptColumn, TextColumn } from './column-reader.js';
import { habits, looseness } from './habits.js';
import { fits, type Given } from './prompt-reader.js';

/** What the model makes of one column of a prompt: the cells shown, and its own leanings. */
export interface ColumnSense {
  column: PromptColumn;
  /** One a shown row. */
  shown: PromptCell[];
  /** Numbers: the scale of differences, from the cells shown and the range in the prompt. */
  spread: number;
  /** Numbers: the value that most shown rows have at the low end (zero-inflated columns), or null. */
  usual: number | null;
  /** Numbers: the lean in [-1, 1]. Labels: one lean in [-1, 1] a label. Fixed by names alone, by no table. */
  lean: number;
  labelLeans: number[];
  looseness: number;
}

const leans = new WeakMap<PromptColumn, Pick<ColumnSense, 'lean' | 'labelLeans'>>();

/** Looks at one column of the rows shown. */
export function senseColumn(column: PromptColumn, shown: PromptCell[], temperature: number): ColumnSense {
  const numbers = shown.filter((cell) => typeof cell === 'number');
  return {
    column,
    shown,
    spread: column.kind === 'number' ? spreadOf(column, numbers) : 1,
    usual: column.kind === 'number' ? usualOf(column, numbers) : null,
    ...leansOf(column),
    looseness: looseness(temperature),
  };
}

function spreadOf(column: NumberColumn, numbers: number[]): number {
  const fromRange = (column.max - column.min) / 8;
  if (numbers.length < 2) return fromRange || 1;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt((squares + 3 * fromRange ** 2) / (numbers.length + 2)) || 1;
}

function usualOf(column: NumberColumn, numbers: number[]): number | null {
  const atLeast = numbers.filter((value) => value === column.min).length;
  return numbers.length > 0 && atLeast * 2 > numbers.length ? column.min : null;
}

function leansOf(column: PromptColumn): Pick<ColumnSense, 'lean' | 'labelLeans'> {
  const known = leans.get(column);
  if (known !== undefined) return known;
  const lean = (...parts: string[]): number => seedOf('leaning', column.name, ...parts) / 0x7fffffff - 1;
  const found = { lean: lean(), labelLeans: column.kind === 'label' ? column.labels.map((label) => lean(label)) : [] };
  leans.set(column, found);
  return found;
}

/**
 * A cell out of the model's own idea of the column: what it has been shown, leaning where it leans, with tails shrunk.
 * `weights` says how much each shown row has to do with the row being made.
 */
export function ownIdea(sense: ColumnSense, weights: number[], given: Given | undefined, random: Random): PromptCell {
  const { column } = sense;
  if (given === undefined && random.uniform() < missingShare(sense)) return null;
  if (column.kind === 'label') return ownLabel(sense, column, weights, given, random);
  if (column.kind === 'number') return ownNumber(sense, column, weights, given, random);
  return ownText(sense, column, random);
}

function missingShare({ column, shown }: ColumnSense): number {
  if (!column.nullable || shown.length === 0) return 0;
  return (0.7 * shown.filter((cell) => cell === null).length) / shown.length;
}

function ownLabel(
  sense: ColumnSense,
  column: LabelColumn,
  weights: number[],
  given: Given | undefined,
  random: Random,
): PromptCell {
  const seen = shownWeights(sense, column, weights);
  const unseen = seen.filter((weight) => weight === 0).length;
  const unseenWeight = (habits.unseenLabels * shownOnce(sense.shown) ** 2) / Math.max(1, unseen);
  const chances = column.labels.map((label, place) => {
    if (!fits(label, given)) return 0;
    const tilt = Math.exp(habits.labelTilt * sense.labelLeans[place]!);
    return seen[place]! > 0
      ? tilt * seen[place]! ** (habits.labelSharpness / sense.looseness)
      : tilt ** 2 * unseenWeight;
  });
  if (chances.every((chance) => chance === 0)) return given?.is === 'one-of' ? random.pick(given.values) : null;
  return column.labels[random.weighted(chances)]!;
}

/** Share of the cells shown that were shown once: how much of the column there may be that was not shown. */
function shownOnce(shown: PromptCell[]): number {
  const single = shown.filter((cell, row) => shown.indexOf(cell) === row && shown.lastIndexOf(cell) === row).length;
  return shown.length === 0 ? 1 : single / shown.length;
}

/** Share of the weight of the rows shown that has each label, in the order of the labels. */
function shownWeights({ shown }: ColumnSense, column: LabelColumn, weights: number[]): number[] {
  const counts = column.labels.map(() => 0);
  let total = 0;
  shown.forEach((cell, row) => {
    const place = column.labels.indexOf(cell as string);
    if (place < 0) return;
    const weight = 0.25 + weights[row]!;
    counts[place]! += weight;
    total += weight;
  });
  return total > 0 ? counts.map((count) => count / total) : counts;
}

function ownNumber(
  sense: ColumnSense,
  column: NumberColumn,
  weights: number[],
  given: Given | undefined,
  random: Random,
): PromptCell {
  if (given?.is === 'one-of') return random.pick(given.values);
  const [low, high] = given?.is === 'range' ? [given.min, given.max] : [column.min, column.max];
  let value = sense.usual === null ? aroundCentre(sense, column, weights, random) : inflated(sense, column, random);
  if (value !== sense.usual && random.uniform() < habits.favouriteDigits) value = toFavourite(column, value);
  if (given?.is === 'range' && !fits(value, given)) value = low + random.uniform() * (high - low);
  return onGrid(column, Math.min(high, Math.max(low, value)), low, high);
}

function aroundCentre(sense: ColumnSense, column: NumberColumn, weights: number[], random: Random): number {
  let centre = 0;
  let total = 0;
  sense.shown.forEach((cell, row) => {
    if (typeof cell !== 'number') return;
    centre += (0.25 + weights[row]!) * cell;
    total += 0.25 + weights[row]!;
  });
  const typical = column.min + habits.typicalPlace * (column.max - column.min);
  centre = total > 0 ? (1 - habits.typicalShare) * (centre / total) + habits.typicalShare * typical : typical;
  return centre + sense.spread * (habits.shift * sense.lean + habits.ownSpread * sense.looseness * random.normal());
}

function inflated(sense: ColumnSense, column: NumberColumn, random: Random): number {
  if (random.uniform() >= habits.inflatedBroken) return sense.usual!;
  const range = column.max - column.min;
  const step = 10 ** -column.decimals;
  const least = Math.max(0.01 * range, step);
  const most = Math.max(0.25 * range, 3 * step);
  return column.min + least * (most / least) ** random.uniform();
}

/** Rounded as people round: to ones or fives of the digit that fits the range. */
function toFavourite(column: NumberColumn, value: number): number {
  const range = column.max - column.min;
  if (range <= 0) return value;
  const finest = range / (column.decimals === 0 ? 12 : 60);
  const power = 10 ** Math.floor(Math.log10(finest));
  const step = power * (finest >= 5 * power ? 5 : 1);
  return Math.round(value / step) * step;
}

/** On the grid of the column's decimals, and within the bounds where a point of the grid is. */
export function onGrid({ decimals }: NumberColumn, value: number, low: number, high: number): number {
  const scale = 10 ** decimals;
  const near = Math.round(value * scale);
  if (near / scale > high) return Math.floor(high * scale) / scale;
  return near / scale < low ? Math.ceil(low * scale) / scale : near / scale;
}

/** Words of the texts shown, put together anew. */
function ownText({ shown }: ColumnSense, column: TextColumn, random: Random): string {
  const texts = shown.filter((cell) => typeof cell === 'string');
  if (texts.length === 0) return column.name.slice(0, column.maxLength);
  const [first, second] = [random.pick(texts).split(' '), random.pick(texts).split(' ')];
  const words = [...first.slice(0, Math.ceil(first.length / 2)), ...second.slice(Math.ceil(second.length / 2))];
  return words.join(' ').slice(0, column.maxLength);
}
