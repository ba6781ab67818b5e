import type { EqualRule, ProductRule } from '../../table/rule.js';

/** Products and ratios that are known: what follows from them need not be said. */
export interface ProductSpace {
  /** Adds a rule; false when it follows from those before, but for a constant. */
  add(rule: ProductRule | EqualRule): boolean;
}

/** A product is a sum of logarithms: a rule follows from others where its powers are a combination of theirs. */
export function productSpace(): ProductSpace {
  const basis: { pivot: string; powers: Map<string, number> }[] = [];
  return {
    add: (rule) => {
      const powers = powersOf(rule);
      for (const known of basis) {
        const share = (powers.get(known.pivot) ?? 0) / known.powers.get(known.pivot)!;
        for (const [name, power] of known.powers) addPower(powers, name, -share * power);
      }
      const [pivot] = powers.keys();
      if (pivot === undefined) return false;
      basis.push({ pivot, powers });
      return true;
    },
  };
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
