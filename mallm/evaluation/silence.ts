import type { Privacy } from './result.js';
import type { EvaluationTables } from './tables.js';

/** Width of a 95 % interval above which its estimate is not used. */
const WIDE_INTERVAL = 0.3;

/** Fewest columns for which "differs in one column" is near. */
const FEW_COLUMNS = 4;

/** Different rows that labels allow, for each training row: below this, rows coincide by chance. */
const COMBINATIONS_A_ROW = 4;

/** Ratio of table sizes from which nearest distances cannot be compared. */
const UNEQUAL_SIZES = 1.25;

/** The attacks, as tests. */
const ATTACKS = ['membership', 'inference', 'linkability', 'singlingOutUnivariate', 'singlingOutMultivariate'];

type Silent = Privacy['silent'];

/** The privacy tests that say nothing of these tables, each with its reason, in the order of the figures. */
export function silentTests(tables: EvaluationTables, privacy: Omit<Privacy, 'silent'>): Silent {
  return [
    ...repeatingRows(tables),
    ...fewColumns(tables),
    ...sizes(tables),
    ...unmade(privacy),
    ...wideIntervals(privacy),
    ...overlap(tables),
  ].filter(({ test }, place, all) => all.findIndex((other) => other.test === test) === place);
}

function repeatingRows({ rowsRepeat, distinctTrain, train }: EvaluationTables): Silent {
  if (!rowsRepeat) return [];
  const reason = `rows repeat by nature: ${train.rows} training rows are only ${distinctTrain} different ones`;
  const tests = ['exactCopies', 'oneColumnOff', 'dcrShare', 'dcr', 'nearestNeighbourDistanceRatio', 'levattAuc'];
  return [...tests, ...ATTACKS].map((test) => ({ test, reason }));
}

function fewColumns({ columns, train }: EvaluationTables): Silent {
  if (columns.length < FEW_COLUMNS) {
    return [{ test: 'oneColumnOff', reason: `with ${columns.length} columns, rows that differ in one are not alike` }];
  }
  if (columns.some(({ kind }) => kind === 'number')) return [];
  const combinations = columns.reduce((product, { labels }) => product * Math.max(1, labels.length), 1);
  if (combinations >= COMBINATIONS_A_ROW * train.rows) return [];
  const reason = `the labels allow only ${combinations} different rows for ${train.rows} training rows`;
  return ['exactCopies', 'oneColumnOff'].map((test) => ({ test, reason }));
}

function sizes({ train, heldOut }: EvaluationTables): Silent {
  const silent: Silent = [];
  const ratio = Math.max(train.rows, heldOut.rows) / Math.min(train.rows, heldOut.rows);
  if (ratio > UNEQUAL_SIZES) {
    const reason = `${train.rows} training and ${heldOut.rows} held-out rows: the larger table is nearer by its size alone; the share of nearer rows is from halves of equal size`;
    silent.push({ test: 'dcr', reason });
  }
  if (train.rows < 3) {
    silent.push({ test: 'nearestNeighbourDistanceRatio', reason: `${train.rows} training rows have no neighbourhood` });
  }
  return silent;
}

/** Wide intervals that hold what chance gives: those that do not say enough. */
function wideIntervals({ dcrShareInterval, levattInterval, attacks }: Omit<Privacy, 'silent'>): Silent {
  const intervals: [string, [number, number], number][] = [
    ['dcrShare', dcrShareInterval ?? [0, 1], 0.5],
    ['levattAuc', levattInterval, 0.5],
  ];
  if (attacks) {
    const { membership, linkability, singlingOut, inference } = attacks;
    if (membership.surelyFound < 3) intervals.push(['membership', membership.interval, 0.5]);
    if (linkability) intervals.push(['linkability', linkability.interval, 0]);
    const { univariate, multivariate } = singlingOut;
    if (univariate) intervals.push(['singlingOutUnivariate', univariate.interval, 0]);
    if (multivariate) intervals.push(['singlingOutMultivariate', multivariate.interval, 0]);
    const surest = inference.toSorted((a, b) => widthOf(a.interval, 0) - widthOf(b.interval, 0))[0];
    if (surest) intervals.push(['inference', surest.interval, 0]);
  }
  return intervals
    .filter(([, interval, chance]) => widthOf(interval, chance) > WIDE_INTERVAL)
    .map(([test, [low, high]]) => ({
      test,
      reason: `so few rows leave it anywhere between ${low.toFixed(2)} and ${high.toFixed(2)}`,
    }));
}

/** Width of an interval that holds `chance`; 0 of one that does not. */
function widthOf([low, high]: readonly [number, number], chance: number): number {
  return low <= chance && high >= chance ? high - low : 0;
}

function unmade({ attacks }: Omit<Privacy, 'silent'>): Silent {
  if (!attacks) return [];
  const { linkability, inference, singlingOut } = attacks;
  const silent: Silent = [];
  if (!linkability || inference.length === 0) {
    const reason = 'with one column there is nothing to infer or to link';
    silent.push({ test: 'inference', reason }, { test: 'linkability', reason });
  }
  const reason = 'fewer than ten predicates single out a synthetic row';
  if (!singlingOut.univariate) silent.push({ test: 'singlingOutUnivariate', reason });
  if (!singlingOut.multivariate) silent.push({ test: 'singlingOutMultivariate', reason });
  return silent;
}

function overlap({ heldOutInTrain, heldOutDropped }: EvaluationTables): Silent {
  if (heldOutInTrain < 1 || heldOutDropped > 0) return [];
  const reason = 'every held-out row also occurs in train: there is nothing to compare with';
  return ['dcrShare', 'levattAuc', ...ATTACKS].map((test) => ({ test, reason }));
}
