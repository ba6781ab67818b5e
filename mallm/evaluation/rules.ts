import { countRules, type RuleCount } from '../rules/rule-check.js';
import type { Row, TableSchema } from '../table/dataset.js';
import { ruleText } from '../table/rule.js';
import { percent, type Concern } from './verdicts/concern.js';
import type { Fidelity } from './result.js';

/** Share of broken rows, beyond held-out rows, from which a rule counts as lost. */
const MANY = 0.05;

/** Rules that are named. */
const NAMED = 2;

/** How many synthetic and held-out rows keep each rule of the schema, which every training row keeps. */
export function ruleFigures(
  schema: TableSchema,
  { heldOut, synthetic }: Record<'heldOut' | 'synthetic', readonly Row[]>,
): NonNullable<Fidelity['rules']> {
  const [made, real] = [countRules(schema, synthetic), countRules(schema, heldOut)];
  return (schema.rules ?? []).map((rule, i) => ({ rule: ruleText(rule), synthetic: made[i]!, heldOut: real[i]! }));
}

/** Rules that synthetic rows break more often than held-out rows, by more than chance; the most broken first. */
export function ruleConcerns({ rules = [] }: Pick<Fidelity, 'rules'>): Concern[] {
  const broken = rules
    .map(({ rule, synthetic, heldOut }) => {
      const [made, real] = [brokenShare(synthetic), brokenShare(heldOut)];
      const error = heldOut.of > 0 ? Math.sqrt(real * (1 - real) * (1 / synthetic.of + 1 / heldOut.of)) : 0;
      return { rule, made, real, excess: made - real, isSure: made - real > 2 * error };
    })
    .filter(({ excess, isSure }) => excess > 0 && isSure)
    .sort((a, b) => b.excess - a.excess);
  const more = broken.length > NAMED ? ` ${broken.length - NAMED} more rules are broken.` : '';
  return broken.slice(0, NAMED).map(({ rule, made, real, excess }, place): Concern => ({
    level: excess > MANY ? 'poor' : 'fair',
    finding: `The rule "${rule}", which every training row keeps, is broken in ${percent(made)} of the synthetic rows, ${percent(real)} of held-out rows.${place === NAMED - 1 ? more : ''}`,
    advice:
      'Draw with `sample`, which keeps the rules in every row, or take a rule that is none away with `--no-rule`.',
  }));
}

function brokenShare({ of, kept }: RuleCount): number {
  return of === 0 ? 0 : 1 - kept / of;
}
