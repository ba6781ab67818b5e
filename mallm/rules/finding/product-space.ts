import { inputsOf, type EqualRule, type Formula, type ProductRule } from '../../table/rule.js';

/** Products and ratios that are known: what follows from them need not be said. */
export interface ProductSpace {
  /** Adds a rule; false when it follows from those before, but for a constant. */
  add(rule: ProductRule | EqualRule): boolean;
}

/**
 * A product is a sum of logarithms: a rule follows from others where its powers are a combination of theirs.
 *
 * @param known rules by which columns are computed. A sum says something of products only where its parts are multiples
 * of each other, and so is the sum then.
 */
export function productSpace(known: readonly Formula[]): ProductSpace {
  const basis: { pivot: string; powers: Map<string, number> }[] = [];
  /** What of a rule does not follow from those before. */
  const restOf = (rule: ProductRule | EqualRule): Map<string, number> => {
    const powers = powersOf(rule);
    for (const each of basis) {
      const share = (powers.get(each.pivot) ?? 0) / each.powers.get(each.pivot)!;
      for (const [name, power] of each.powers) addPower(powers, name, -share * power);
    }
    return powers;
  };
  const add = (rule: ProductRule | EqualRule): boolean => {
    const powers = restOf(rule);
    const [pivot] = powers.keys();
    if (pivot === undefined) return false;
    basis.push({ pivot, powers });
    return true;
  };
  for (const rule of known) if (rule.is === 'product' || rule.is === 'equal') add(rule);
  for (const rule of known) {
    if (rule.is !== 'sum' || rule.unit || rule.constant !== 0) continue;
    const [of, ...others] = inputsOf(rule);
    const areMultiples = others.every((column) => restOf({ is: 'equal', column, of: of! }).size === 0);
    if (areMultiples) add({ is: 'equal', column: rule.column, of: of! });
  }
  return { add };
}

/** The computed column to the power of −1, factors to 1, divisors to −1. */
function powersOf(rule: ProductRule | EqualRule): Map<string, number> {
  const powers = new Map<string, number>();
  addPower(powers, rule.column, -1);
  if (rule.is === 'equal') addPower(powers, rule.of, 1);
  else {
    for (const name of rule.factors) addPower(powers, name, 1);
    for (const name of rule.divisors) addPower(powers, name, -1);
  }
  return powers;
}

/** Powers are small whole numbers or fractions of them: what is left of one that vanishes is rounding. */
function addPower(powers: Map<string, number>, name: string, power: number): void {
  const sum = (powers.get(name) ?? 0) + power;
  if (Math.abs(sum) < 1e-6) powers.delete(name);
  else powers.set(name, sum);
}
