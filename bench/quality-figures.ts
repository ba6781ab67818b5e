import { evaluateTable } from '../mallm/evaluation/evaluate.js';
import type { Row } from '../mallm/table/dataset.js';
import type { Split } from './quality-data.js';

/** The figures of one cell; all against held-out rows that are not in the training table. */
export interface Figures {
  c2stTrees: number;
  c2stLinear: number;
  shapes: number;
  pairs: number;
  /** Weighted F1 or R², the authors' settings, then scaled features. */
  best: number | null;
  mean: number | null;
  bestScaled: number | null;
  meanScaled: number | null;
  dcrShare: number;
  copies: number;
  oneColumnOff: number;
  levatt: number;
  released: number;
}

/** What each figure is called, and which way is better: 'up', 'down', or 'half' for the nearer to .5. */
export const figureNames: [keyof Figures, string][] = [
  ['c2stTrees', 'C2ST trees'],
  ['c2stLinear', 'C2ST linear'],
  ['shapes', 'shapes'],
  ['pairs', 'pairs'],
  ['best', 'best utility'],
  ['mean', 'mean utility'],
  ['bestScaled', 'best, scaled'],
  ['meanScaled', 'mean, scaled'],
  ['dcrShare', 'DCR share'],
  ['copies', 'copies'],
  ['oneColumnOff', '≤ 1 column'],
  ['levatt', 'LevAtt'],
];

/** Measures a table of synthetic rows. */
export function figuresOf({ schema, train, heldOut }: Split, synthetic: Row[], seed: number): Figures {
  const { utility, utilityScaled, fidelity, privacy } = evaluateTable({ schema, train, heldOut, synthetic, seed });
  return {
    c2stTrees: fidelity.c2st.trees.auc,
    c2stLinear: fidelity.c2st.linear.auc,
    shapes: fidelity.columnShapes,
    pairs: fidelity.columnPairTrends,
    best: utility?.best ?? null,
    mean: utility?.mean ?? null,
    bestScaled: utilityScaled?.best ?? null,
    meanScaled: utilityScaled?.mean ?? null,
    dcrShare: privacy.dcrShare,
    copies: privacy.exactCopies,
    oneColumnOff: privacy.oneColumnOff,
    levatt: privacy.levattAuc,
    released: synthetic.length,
  };
}
