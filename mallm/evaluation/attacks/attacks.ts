import { createRandom, seedOf } from '../../random.js';
import type { EvaluationTables } from '../tables.js';
import { rowsOf, stacked, type TypedTable } from '../typed-table.js';
import { attributeInference } from './attribute-inference.js';
import { linkability } from './linkability.js';
import { membershipByDistance, type Membership } from './membership.js';
import type { AttackRisk } from './risk.js';
import { singlingOut } from './singling-out.js';

/** Most rows that are attacked on a side, and most synthetic rows that guesses come from. */
const MOST_ROWS = 1000;

/** What attackers who have the synthetic rows find out about training rows, beyond what they do about rows never used. */
export interface Attacks {
  singlingOut: { univariate: AttackRisk | null; multivariate: AttackRisk | null };
  /** Two halves of the columns; null with a single column. */
  linkability: AttackRisk | null;
  /** Each column as the secret, the others known. */
  inference: ({ column: string } & AttackRisk)[];
  membership: Membership;
}

/**
 * Singling out, linkability, attribute inference and membership by distance, each against training rows and against
 * held-out rows as control. At most 1,000 rows of a table, a seeded sample of larger ones; about two seconds for 800 × 15
 * cells. Deterministic for a seed.
 */
export function measureAttacks(tables: EvaluationTables, seed: number): Attacks {
  const { columns } = tables;
  const random = createRandom(seedOf(seed, 'attacks'));
  const some = (table: TypedTable): TypedTable =>
    table.rows <= MOST_ROWS
      ? table
      : rowsOf(table, random.shuffle(Array.from({ length: table.rows }, (_, row) => row)).slice(0, MOST_ROWS));
  const [train, control, synthetic] = [some(tables.train), some(tables.heldOut), some(tables.synthetic)];
  return {
    singlingOut: singlingOut(columns, { train, control, synthetic }, seed),
    linkability: columns.length < 2 ? null : linkability(columns, train, control, synthetic),
    inference: attributeInference(columns, train, control, synthetic),
    membership: membershipByDistance(columns, train, control, stacked(train, control), synthetic),
  };
}
