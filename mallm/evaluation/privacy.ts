import { areaUnderCurve, aucVariance, interval95 } from '../learning/area-under-curve.js';
import { measureAttacks } from './attacks/attacks.js';
import { lostColumns } from './verdicts/damage.js';
import { nearestDistances, shareOneColumnOff, type NearestDistances } from './distances.js';
import { nearestByEdits } from './levenshtein.js';
import { realNumbers, repeatedRareLabels } from './verdicts/released-values.js';
import type { Privacy, Quartiles } from './result.js';
import { silentTests } from './silence.js';
import type { EvaluationTables } from './tables.js';
import { rowTexts, type TypedTable } from './typed-table.js';

/**
 * How near the synthetic rows are to the training rows, beside how near they are to rows the generator never saw.
 * Only columns that are released count: a lost column makes no row less like a training row. Deterministic for a seed,
 * which draws the equal-size halves.
 *
 * Paper: §4.2 (DCR, raw l1).
 * Departs: adds scaled distances, DCR share, copies and a membership attack; raw distances let one wide column rule.
 */
export function measurePrivacy(all: EvaluationTables, seed: number): Privacy {
  const tables = released(all);
  const nearest = nearestDistances(tables, seed);
  const [train, heldOut, synthetic] = [tables.train, tables.heldOut, tables.synthetic].map((table) =>
    rowTexts(tables.columns, table),
  ) as [string[], string[], string[]];
  const share = mean(nearest.shares);
  const privacy: Omit<Privacy, 'silent'> = {
    exactCopies: shareIn(synthetic, train),
    exactCopiesOfHeldOut: shareIn(synthetic, heldOut),
    oneColumnOff: mean(nearest.oneColumnOff.map(Number)),
    heldOutInTrain: tables.heldOutInTrain,
    heldOutOneColumnOff: shareOneColumnOff(tables, tables.heldOut),
    distinct: new Set(synthetic).size / synthetic.length,
    dcrShare: share,
    dcrShareInterval: interval95(share, shareVariance(nearest.shares, synthetic.length)),
    dcr: {
      raw: { train: quartiles(nearest.raw.train), heldOut: quartiles(nearest.raw.heldOut) },
      scaled: { train: quartiles(nearest.scaled.train), heldOut: quartiles(nearest.scaled.heldOut) },
    },
    dcrScaled: { train: rounded(nearest.scaled.train), heldOut: rounded(nearest.scaled.heldOut) },
    nearestNeighbourDistanceRatio: medianRatio(nearest),
    ...membershipAttack(train, heldOut, synthetic),
    attacks: measureAttacks(tables, seed),
    realNumbers: realNumbers(tables),
    rareLabels: repeatedRareLabels(tables),
  };
  return { ...privacy, silent: silentTests(tables, privacy) };
}

/** The tables without the columns that synthetic rows have lost; as they are where that would leave none. */
function released(tables: EvaluationTables): EvaluationTables {
  const lost = new Set(lostColumns(tables));
  if (lost.size === 0 || lost.size === tables.columns.length) return tables;
  const left = <T>(items: readonly T[]): T[] => items.filter((_, column) => !lost.has(column));
  const part = ({ rows, cells }: TypedTable): TypedTable => ({ rows, cells: left(cells) });
  const { columns, train, heldOut, synthetic } = tables;
  return {
    ...tables,
    columns: left(columns),
    train: part(train),
    heldOut: part(heldOut),
    synthetic: part(synthetic),
  };
}

/** The rows nearer to a synthetic row by edits of their text are guessed to be members. */
function membershipAttack(
  train: readonly string[],
  heldOut: readonly string[],
  synthetic: readonly string[],
): Pick<Privacy, 'levattAuc' | 'levattInterval'> {
  const guesses = nearestByEdits([...train, ...heldOut], synthetic).map((edits) => -edits);
  const auc = areaUnderCurve(guesses.slice(0, train.length), guesses.slice(train.length));
  return { levattAuc: auc, levattInterval: interval95(auc, aucVariance(auc, train.length, heldOut.length)) };
}

function shareIn(texts: readonly string[], others: readonly string[]): number {
  const known = new Set(others);
  return texts.filter((text) => known.has(text)).length / texts.length;
}

/** Of the synthetic rows drawn, and of the halves drawn; a share of 0 or 1 is taken half a row nearer to the middle. */
function shareVariance(shares: readonly number[], rows: number): number {
  const share = mean(shares);
  const inside = Math.min(Math.max(share, 0.5 / rows), 1 - 0.5 / rows);
  const ofHalves = mean(shares.map((draw) => (draw - share) ** 2));
  return (inside * (1 - inside)) / rows + ofHalves;
}

/** Median of nearest over second-nearest; 1 where both are 0 or there is no second. */
function medianRatio({ scaled, secondTrain }: NearestDistances): number {
  const ratios = scaled.train.map((distance, row) => {
    const second = secondTrain[row]!;
    return Number.isFinite(second) && second > 0 ? distance / second : 1;
  });
  return quantile(ratios.sort(), 0.5);
}

function quartiles(distances: Float64Array): Quartiles {
  const ascending = distances.toSorted();
  return { q25: quantile(ascending, 0.25), q50: quantile(ascending, 0.5), q75: quantile(ascending, 0.75) };
}

/** With linear interpolation between the two entries around it. */
function quantile(ascending: Float64Array, part: number): number {
  const place = part * (ascending.length - 1);
  const below = Math.floor(place);
  const next = ascending[below + 1] ?? ascending[below]!;
  return ascending[below]! + (place - below) * (next - ascending[below]!);
}

function rounded(distances: Float64Array): number[] {
  return Array.from(distances, (distance) => Number(distance.toFixed(5)));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
