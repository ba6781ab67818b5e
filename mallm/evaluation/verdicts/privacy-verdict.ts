import { attackConcerns } from './attack-concerns.js';
import { adviceOf, fixed, percent, unknown, worstFirst, type Concern } from './concern.js';
import type { Privacy, Verdict } from '../result.js';

/** Findings that are written out. */
const NAMED = 4;

/** The tests in words. */
const TESTS: Record<string, string> = {
  exactCopies: 'copies',
  oneColumnOff: 'rows one column off',
  dcrShare: 'DCR share',
  levattAuc: 'membership by text edits',
  membership: 'membership by distance',
  inference: 'attribute inference',
  linkability: 'linkability',
  singlingOutUnivariate: 'singling out by one column',
  singlingOutMultivariate: 'singling out by three columns',
};

const STRICTER = 'Draw with `--distance strict`.';

/** By the tests that speak at these sizes, and by real values that are released as they are. */
export function privacyVerdict(privacy: Privacy): Verdict {
  const silent = new Set(privacy.silent.map(({ test }) => test));
  const tests: [string, Concern | null][] = [
    ['exactCopies', copies(privacy)],
    ['oneColumnOff', nearCopies(privacy)],
    ['dcrShare', nearness(privacy)],
    ['levattAuc', textMembership(privacy)],
    ...attackConcerns(privacy),
  ];
  const speaking = tests.filter(([test]) => !silent.has(test));
  const concerns = worstFirst([...releasedValues(privacy), ...speaking.flatMap(([, concern]) => concern ?? [])]);
  const unheard = privacy.silent.filter(({ test }) => tests.some(([name]) => name === test));
  const reasons = [...new Set(unheard.map(({ reason }) => reason))].join('; ');
  if (speaking.length === 0 && concerns.length === 0) {
    return unknown(
      `No privacy test says anything here: ${reasons}.`,
      'Judge by what the columns reveal, not by these figures.',
    );
  }
  const names = unheard.map(({ test }) => TESTS[test] ?? test).join(', ');
  const remark = unheard.length > 0 ? ` Silent here: ${names} (${reasons}).` : '';
  if (concerns.length === 0) {
    const finding = `No copy of a training row beyond chance, rows no nearer to training rows than to held-out ones (DCR share ${fixed(privacy.dcrShare)}), membership attack AUC ${fixed(privacy.levattAuc)}, no attribute inferred, no records linked and no person singled out beyond held-out rows.${remark}`;
    return {
      level: 'good',
      finding,
      advice: 'These tests find no leak; they bound what simple attacks can do, not every attack.',
    };
  }
  const more = concerns.length > NAMED ? ` ${concerns.length - NAMED} more tests say the same.` : '';
  return {
    level: concerns[0]!.level,
    finding:
      concerns
        .slice(0, NAMED)
        .map(({ finding }) => finding)
        .join(' ') +
      more +
      remark,
    advice: adviceOf(concerns.slice(0, NAMED)),
  };
}

/** Identifiers, long numbers and rare labels of real rows. */
function releasedValues({ realIdentifiers = [], realNumbers = [], rareLabels = [] }: Privacy): Concern[] {
  const ofIdentifiers = realIdentifiers.map(({ column, rows, share }): Concern => ({
    level: 'poor',
    finding: `"${column}" has identifiers of real rows in ${rows} synthetic ${rows === 1 ? 'row' : 'rows'} (${percent(share)}).`,
    advice: `Make "${column}" afresh: drop it from the table, or mark it \`id\` in the metadata and draw again.`,
  }));
  const ofNumbers = realNumbers.flatMap(({ column, share, heldOutShare }): Concern[] => {
    const excess = share - heldOutShare;
    if (excess <= 0.02) return [];
    return [
      {
        level: excess > 0.3 ? 'poor' : 'fair',
        finding: `${percent(share)} of the numbers in "${column}" are a training row's to more than six digits, of held-out rows ${percent(heldOutShare)}.`,
        advice: `Round "${column}" to fewer digits.`,
      },
    ];
  });
  const most = rareLabels.toSorted((a, b) => b.rows - a.rows)[0];
  const others = rareLabels.length > 1 ? ` (${rareLabels.length - 1} more such labels)` : '';
  const ofLabels: Concern[] = most
    ? [
        {
          level: 'fair',
          finding: `The label "${most.label}" of "${most.column}", which ${most.realRows === 1 ? 'one real row has' : `${most.realRows} real rows have`}, is repeated in ${most.rows} synthetic rows${others}.`,
          advice: 'Pool rare labels: `--min-count`.',
        },
      ]
    : [];
  return [...ofIdentifiers, ...ofNumbers, ...ofLabels];
}

/** Beyond the share of held-out rows that repeat a training row by nature. */
function copies({ exactCopies, heldOutInTrain = 0 }: Privacy): Concern | null {
  const excess = exactCopies - heldOutInTrain;
  if (excess <= 0) return null;
  return {
    level: excess > 0.01 ? 'poor' : 'fair',
    finding: `${percent(exactCopies)} of the synthetic rows are exact copies of training rows${heldOutInTrain > 0 ? `, of held-out rows ${percent(heldOutInTrain)}` : ''}.`,
    advice: 'Drop the copies before the rows leave your hands.',
  };
}

function nearCopies({ oneColumnOff, heldOutOneColumnOff = 0 }: Privacy): Concern | null {
  const excess = oneColumnOff - heldOutOneColumnOff;
  if (excess <= 0.05) return null;
  return {
    level: excess > 0.2 ? 'poor' : 'fair',
    finding: `${percent(oneColumnOff)} differ from a training row in one column at most, of held-out rows ${percent(heldOutOneColumnOff)}.`,
    advice: STRICTER,
  };
}

function nearness({ dcrShare, dcrShareInterval = [0, 1] }: Privacy): Concern | null {
  if (dcrShareInterval[0] <= 0.5 || dcrShare <= 0.55) return null;
  return {
    level: dcrShare > 0.7 ? 'poor' : 'fair',
    finding: `${percent(dcrShare, 0)} of the synthetic rows are nearer to training than to held-out rows, where 50 % would be chance.`,
    advice: 'Draw with `--distance strict`, or show fewer real rows.',
  };
}

function textMembership({ levattAuc, levattInterval }: Privacy): Concern | null {
  if (levattInterval[0] <= 0.5 || levattAuc <= 0.55) return null;
  return {
    level: levattAuc > 0.7 ? 'poor' : 'fair',
    finding: `A membership attack by text edits separates training rows from others with AUC ${fixed(levattAuc)}.`,
    advice: 'Numbers are reused digit for digit: draw with `--distance strict`, or round the columns.',
  };
}
